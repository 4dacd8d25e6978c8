import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import { useEffect } from 'react'
import type { CoverageOfGrid, CoveragePolicy } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { rollUpQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { go } from '../screen.ts'
import { Problem } from '../shell/problem.tsx'
import { Computing } from './computing.tsx'
import { rolledUpFigure } from './figure.ts'
import { FigureBlock } from './figure-block.tsx'
import { sharesOfUnits } from './grid-tree.ts'
import { ShareBar } from './share-bar.tsx'

interface Props {
  grid: string
  policy: CoveragePolicy
  range: Range
  units: readonly string[]
}

const PAGE_ROWS = 50

/** A grid above the unit grids: its figure, and those below it to go down into. */
export function RolledUp({ grid, policy, range, units }: Props) {
  const scene = useScene()
  const asked = useQuery(rollUpQuery(policy, grid, range))
  const answer = asked.data

  useEffect(() => {
    if (!scene || !answer) return
    scene.setGridShares(sharesOfUnits(answer.children, units))
    return () => scene.setGridShares(new Map())
  }, [scene, answer, units])

  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid') go({ grid: id, item: undefined })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])

  if (asked.isError) return <Problem error={asked.error} onRetry={() => void asked.refetch()} />
  if (!answer) return <Computing />
  return (
    <>
      <FigureBlock figure={rolledUpFigure(policy, answer)} policy={answer.policy} />
      {answer.level !== 'unit' && <Children level={answer.level} rows={answer.children} />}
    </>
  )
}

function Children(props: { level: 'district' | 'street' | 'community'; rows: readonly CoverageOfGrid[] }) {
  const { t, q } = useWords()
  const { level, rows } = props
  const down = (grid: string) => go({ grid, item: undefined })
  return (
    <section className="grid-table" data-testid="roll-up">
      <h3>
        {t.coverage.levelOf[level]} <span className="count">{rows.length}</span>
      </h3>
      <Table<CoverageOfGrid>
        size="small"
        rowKey="grid"
        dataSource={[...rows]}
        locale={{ emptyText: t.coverage.noChildren }}
        pagination={rows.length > PAGE_ROWS && { pageSize: PAGE_ROWS, size: 'small', showSizeChanger: false }}
        onRow={({ grid }) => ({ onClick: () => down(grid) })}
        columns={[
          {
            title: t.coverage.name,
            sorter: (a, b) => a.grid.localeCompare(b.grid),
            render: (_, { grid, name }) => (
              <button type="button" className="plain-link" data-testid="down" onClick={() => down(grid)}>
                {name ?? grid}
              </button>
            ),
          },
          {
            title: t.coverage.share,
            width: 124,
            defaultSortOrder: 'ascend',
            sorter: (a, b) => a.coverage - b.coverage,
            render: (_, { coverage, cannotTell }) => (
              <span className="bar-cell">
                <ShareBar coverage={coverage} cannotTell={cannotTell} />
                <span className="figures">{q.percent(coverage)}</span>
              </span>
            ),
          },
          {
            title: t.coverage.cannotTell,
            align: 'end',
            width: 104,
            sorter: (a, b) => a.cannotTell - b.cannotTell,
            render: (_, { cannotTell }) => <span className="figures">{q.percent(cannotTell)}</span>,
          },
        ]}
      />
    </section>
  )
}
