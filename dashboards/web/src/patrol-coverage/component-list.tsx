import { ScatterplotLayer } from '@deck.gl/layers'
import { Table, Tag } from 'antd'
import { useEffect, useMemo } from 'react'
import type { ComponentPass } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { AMBER, RED, type Rgb, SLATE, TEAL, WHITE } from '../map/palette.ts'
import type { Pickable } from '../map/scene.ts'
import { go } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Facts } from '../shell/figures.tsx'
import { useNow } from '../shell/use-now.ts'
import { DetailCard } from './detail-card.tsx'
import { SeenLast, WhoShould } from './who-block.tsx'

interface Props {
  list: readonly ComponentPass[]
  grid: string
  range: Range
  chosen: string | undefined
}

const PAGE_ROWS = 20
const ORDER = { missed: 0, 'cannot-tell': 1, passed: 2 }
const COLOURS: Record<ComponentPass['state'], Rgb> = { passed: TEAL, 'cannot-tell': SLATE, missed: RED }
const TAGS = { passed: 'tag-good', 'cannot-tell': 'tag-closed', missed: 'tag-open' }

const choose = (code: string | undefined) => go({ item: code }, 'replace')

/** The components of a grid, the missed ones first, on the map and as a list. */
export function ComponentList({ list, grid, range, chosen }: Props) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const rows = useMemo(
    () => list.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || a.code.localeCompare(b.code)),
    [list],
  )
  const one = rows.find(({ code }) => code === chosen)
  useComponentMap(list, one)
  if (rows.length === 0)
    return <EmptyState title={t.coverage.noComponents} hint={t.coverage.noComponentsHint} />
  return (
    <>
      {one && <ComponentDetail one={one} grid={grid} range={range} />}
      <section className="grid-table" data-testid="component-list">
        <h3>
          {t.coverage.componentsList} <span className="count">{rows.length}</span>
        </h3>
        <Table<ComponentPass>
          size="small"
          rowKey="code"
          dataSource={rows}
          pagination={
            rows.length > PAGE_ROWS && { pageSize: PAGE_ROWS, size: 'small', showSizeChanger: false }
          }
          rowClassName={({ code }) => (code === chosen ? 'chosen-row' : '')}
          onRow={({ code }) => ({ onClick: () => choose(code) })}
          columns={[
            {
              title: t.coverage.componentsList,
              render: (_, { code, name }) => (
                <button
                  type="button"
                  className="plain-link"
                  aria-current={code === chosen}
                  onClick={() => choose(code)}
                >
                  {name}
                </button>
              ),
            },
            {
              title: t.coverage.state,
              width: 84,
              sorter: (a, b) => ORDER[a.state] - ORDER[b.state],
              render: (_, { state }) => (
                <Tag className={TAGS[state]}>{t.coverage.componentStates[state]}</Tag>
              ),
            },
            {
              title: t.coverage.lastSeen,
              align: 'end',
              width: 112,
              render: (_, { lastSeen }) =>
                lastSeen === undefined ? (
                  <span className="quiet">—</span>
                ) : (
                  <span className="figures">{q.moment(Date.parse(lastSeen), nowMs)}</span>
                ),
            },
          ]}
        />
      </section>
    </>
  )
}

function ComponentDetail({ one, grid, range }: { one: ComponentPass; grid: string; range: Range }) {
  const { t, q } = useWords()
  const scene = useScene()
  const { code, name, state, distanceM, speedMps, device, lastSeen, lat, lon } = one
  const facts = [
    [t.cases.componentCode, code],
    [t.coverage.state, t.coverage.componentStates[state]],
    [t.coverage.distance, distanceM === undefined ? undefined : q.distance(distanceM)],
    [t.coverage.speed, speedMps === undefined ? undefined : q.speed(speedMps)],
  ] as const
  const known =
    lastSeen === undefined
      ? undefined
      : { atMs: Date.parse(lastSeen), ...(device === undefined ? {} : { device }) }
  return (
    <DetailCard title={name} onClose={() => choose(undefined)} onMap={() => scene?.flyTo(lon, lat)}>
      <Facts rows={facts} />
      <WhoShould grid={grid} range={range} />
      <SeenLast grid={grid} component={code} line={[lon, lat]} known={known} />
    </DetailCard>
  )
}

interface Dot extends Pickable {
  position: [number, number]
  state: ComponentPass['state']
  chosen: boolean
}

function useComponentMap(list: readonly ComponentPass[], one: ComponentPass | undefined): void {
  const scene = useScene()
  const { t } = useWords()
  useEffect(() => {
    if (!scene) return
    const dots = list.map(
      ({ code, name, lon, lat, state }): Dot => ({
        picked: { kind: 'component', id: code },
        title: `${name}\n${t.coverage.componentStates[state]}`,
        position: [lon, lat],
        state,
        chosen: code === one?.code,
      }),
    )
    scene.setLayers('coverage', [
      new ScatterplotLayer<Dot>({
        id: 'coverage-components',
        data: dots,
        pickable: true,
        stroked: true,
        radiusUnits: 'pixels',
        lineWidthUnits: 'pixels',
        getPosition: ({ position }) => position,
        getRadius: ({ chosen }) => (chosen ? 9 : 6),
        getFillColor: ({ state }) => COLOURS[state],
        getLineColor: ({ chosen }) => (chosen ? AMBER : WHITE),
        getLineWidth: ({ chosen }) => (chosen ? 4 : 1.5),
      }),
    ])
    return () => scene.setLayers('coverage', [])
  }, [scene, list, one, t])

  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'component') choose(id)
      if (kind === 'grid') go({ grid: id, item: undefined })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])
}
