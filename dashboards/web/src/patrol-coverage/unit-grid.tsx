import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { CoveragePolicy } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { componentPassQuery, roadQuery, visitsQuery } from '../api/patrol.ts'
import { coverageQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { go, linkTo } from '../screen.ts'
import { Problem } from '../shell/problem.tsx'
import { AreaMap } from './area-map.tsx'
import { ComponentList } from './component-list.tsx'
import { Computing } from './computing.tsx'
import { areaFigure, componentFigure, roadFigure, visitFigure } from './figure.ts'
import { FigureBlock } from './figure-block.tsx'
import { StreetParts } from './street-part-list.tsx'
import { VisitList } from './visit-list.tsx'

interface Asked {
  grid: string
  range: Range
  item: string | undefined
}

/** A unit grid under one policy: figure, why, and what it is made of. */
export function UnitGrid({ policy, ...asked }: Asked & { policy: CoveragePolicy }) {
  const Shown = { area: Area, road: Road, components: Components, visits: Visits }[policy]
  return <Shown {...asked} />
}

function Area({ grid, range }: Asked) {
  const { t, q } = useWords()
  usePickOfGrids()
  const asked = useQuery(coverageQuery(grid, range))
  return (
    <Answered asked={asked}>
      {(answer) => (
        <>
          <FigureBlock
            figure={areaFigure(answer)}
            policy={answer.policy}
            more={answer.cells && ` · ${t.coverage.cellSize(q.number(answer.cells.sizeM))}`}
          />
          <Patrols devices={answer.devices} range={range} />
          {answer.cells && <AreaMap cells={answer.cells} />}
        </>
      )}
    </Answered>
  )
}

function Road({ grid, range, item }: Asked) {
  const asked = useQuery(roadQuery(grid, range))
  return (
    <Answered asked={asked}>
      {(answer) => (
        <>
          <FigureBlock figure={roadFigure(answer)} policy={answer.policy} />
          <Patrols devices={answer.devices} range={range} />
          <StreetParts parts={answer.parts ?? []} grid={grid} range={range} chosen={item} />
        </>
      )}
    </Answered>
  )
}

function Components({ grid, range, item }: Asked) {
  const asked = useQuery(componentPassQuery(grid, range))
  return (
    <Answered asked={asked}>
      {(answer) => (
        <>
          <FigureBlock figure={componentFigure(answer)} policy={answer.policy} />
          <Patrols devices={answer.devices} range={range} />
          <ComponentList list={answer.list ?? []} grid={grid} range={range} chosen={item} />
        </>
      )}
    </Answered>
  )
}

function Visits({ grid, range }: Asked) {
  usePickOfGrids()
  const asked = useQuery(visitsQuery(grid, range))
  return (
    <Answered asked={asked}>
      {(answer) => (
        <>
          <FigureBlock figure={visitFigure(answer)} policy={answer.policy} />
          <Patrols devices={answer.devices} range={range} />
          <VisitList list={answer.list ?? []} />
        </>
      )}
    </Answered>
  )
}

function Answered<Answer>(props: { asked: UseQueryResult<Answer>; children: (answer: Answer) => ReactNode }) {
  const { asked, children } = props
  if (asked.isError) return <Problem error={asked.error} onRetry={() => void asked.refetch()} />
  if (asked.data !== undefined) return children(asked.data)
  return <Computing />
}

function usePickOfGrids(): void {
  const scene = useScene()
  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid') go({ grid: id, item: undefined })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])
}

function Patrols({ devices, range }: { devices: readonly string[]; range: Range }) {
  const { t } = useWords()
  if (devices.length === 0)
    return (
      <p className="quiet">
        {t.coverage.nobody}. {t.coverage.nobodyHint}
      </p>
    )
  return (
    <div className="patrols">
      <span className="field-label">{t.coverage.patrolledBy}</span>
      {devices.map((device) => (
        <a key={device} {...linkTo({ view: 'replay', device, ...range, atMs: undefined })}>
          {device}
        </a>
      ))}
    </div>
  )
}
