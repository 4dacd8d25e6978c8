import { Button, Progress, Table, Tooltip } from 'antd'
import type { GridFeature } from '../../../../proto/district.ts'
import { useWords } from '../i18n/language.tsx'
import { go } from '../screen.ts'
import { shortProblem } from '../shell/problem.tsx'
import type { AllCoverage, GridFigure } from './use-all-coverage.ts'

interface GridRow {
  code: string
  name: string
  figure: GridFigure | undefined
}

interface Props {
  grids: readonly GridFeature[]
  chosen: string | undefined
  all: AllCoverage
}

/** Every grid with its figures, computed when asked for. */
export function GridTable({ grids, chosen, all }: Props) {
  const { t, q } = useWords()
  const { figures, progress } = all
  const rows = grids.map(
    ({ properties: { code, name } }): GridRow => ({ code, name, figure: figures.get(code) }),
  )
  return (
    <section className="grid-table">
      <header className="section-head">
        <h3>{t.coverage.all}</h3>
        {progress ? (
          <Button size="small" onClick={all.stop}>
            {t.coverage.stop}
          </Button>
        ) : (
          <Button
            size="small"
            data-testid="compute-all"
            disabled={grids.length === 0}
            onClick={() => all.start(grids.map(({ properties }) => properties.code))}
          >
            {figures.size > 0 ? t.coverage.computeAgain : t.coverage.computeAll}
          </Button>
        )}
      </header>
      {progress && (
        <Progress
          size="small"
          aria-label={t.coverage.computing}
          percent={(progress.done / Math.max(1, progress.total)) * 100}
          format={() => t.coverage.progress(progress.done, progress.total)}
        />
      )}
      <Table<GridRow>
        size="small"
        rowKey="code"
        dataSource={rows}
        pagination={rows.length > 50 ? { pageSize: 50, size: 'small', showSizeChanger: false } : false}
        rowClassName={({ code }) => (code === chosen ? 'chosen-row' : '')}
        onRow={({ code }) => ({ onClick: () => go({ grid: code }, 'replace') })}
        columns={[
          {
            title: t.coverage.name,
            dataIndex: 'name',
            ellipsis: true,
            render: (name: string, { code }) => (
              <button
                type="button"
                className="plain-link"
                aria-current={code === chosen}
                onClick={() => go({ grid: code }, 'replace')}
              >
                {name}
              </button>
            ),
          },
          {
            title: t.coverage.covered,
            align: 'end',
            width: 92,
            sorter: (a, b) => sortKey(a, 'coverage') - sortKey(b, 'coverage'),
            render: (_, { figure }) => <Cell figure={figure} which="coverage" format={q.percent} />,
          },
          {
            title: t.coverage.cannotTell,
            align: 'end',
            width: 104,
            sorter: (a, b) => sortKey(a, 'cannotTell') - sortKey(b, 'cannotTell'),
            render: (_, { figure }) => <Cell figure={figure} which="cannotTell" format={q.percent} />,
          },
        ]}
      />
    </section>
  )
}

type Which = 'coverage' | 'cannotTell'

/** Grids without a figure come first, as what is least known of. */
const sortKey = ({ figure }: GridRow, which: Which): number =>
  figure && which in figure ? (figure as Record<Which, number>)[which] : -1

function Cell(props: { figure: GridFigure | undefined; which: Which; format: (ratio: number) => string }) {
  const { t } = useWords()
  const { figure, which, format } = props
  if (!figure) return <span className="quiet">—</span>
  if ('error' in figure)
    return (
      <Tooltip title={shortProblem(figure.error, t)}>
        <span className="failed">{which === 'coverage' ? t.coverage.failed : '—'}</span>
      </Tooltip>
    )
  return <span className="figures">{format(figure[which])}</span>
}
