import { Table, Tag, Tooltip } from 'antd'
import { useEffect, useState } from 'react'
import type { CoveragePolicy } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { ShareBar } from '../patrol-coverage/share-bar.tsx'
import { go, linkTo } from '../screen.ts'
import { shortProblem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { byFigure, coverageOfRow, type ShiftRow, shiftState } from './shift-rows.ts'

interface Props {
  rows: readonly ShiftRow[]
  policy: CoveragePolicy
  /** The shifts of the page of the table that is shown. */
  onSeen: (ids: ReadonlySet<string>) => void
}

const PAGE_ROWS = 20
const POOR_SCORE = 60

const score = ({ report }: ShiftRow) => report?.integrity.score
const findingsOf = ({ report }: ShiftRow) => report?.findings.length
const SORTERS = {
  attendance: byFigure(({ report }) => report?.attendance),
  effective: byFigure(({ report }) => report?.effectiveM),
  findings: byFigure(findingsOf),
  score: byFigure(score),
}

/** One row a shift; the figures of a page are asked for when the page is shown. */
export function ShiftTable({ rows, policy, onSeen }: Props) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const [shown, setShown] = useState<readonly ShiftRow[]>(rows)
  const [page, setPage] = useState(1)
  // Sorting by figures that are still coming would shuffle the page under the reader: it goes by the rows' order then.
  const sorted = shown.length === rows.length ? shown : rows
  const ids = sorted
    .slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS)
    .map(({ shift }) => shift.id)
    .join('\n')
  useEffect(() => onSeen(new Set(ids.split('\n'))), [ids, onSeen])

  const clock = (time: string) => q.clock(Date.parse(time)).slice(0, 5)
  const open = (id: string) => go({ view: 'shifts', shift: id, item: undefined })
  return (
    <Table<ShiftRow>
      size="small"
      className="shift-table"
      rowKey={({ shift }) => shift.id}
      dataSource={[...rows]}
      scroll={{ x: 'max-content' }}
      pagination={
        rows.length > PAGE_ROWS && {
          pageSize: PAGE_ROWS,
          size: 'small',
          showSizeChanger: false,
          current: page,
        }
      }
      onChange={({ current }, _filters, _sorter, { currentDataSource }) => {
        setPage(current ?? 1)
        setShown(currentDataSource)
      }}
      onRow={({ shift }) => ({
        onClick: () => open(shift.id),
        'data-testid': 'shift-row',
        'data-shift': shift.id,
      })}
      columns={[
        {
          title: t.shifts.device,
          fixed: 'start',
          sorter: (a, b) => a.shift.device.localeCompare(b.shift.device),
          render: (_, { shift }) => (
            <a className="shift-link" {...linkTo({ view: 'shifts', shift: shift.id, item: undefined })}>
              {shift.device}
            </a>
          ),
        },
        {
          title: t.shifts.inspector,
          render: (_, { shift }) => shift.inspector ?? <span className="quiet">—</span>,
        },
        {
          title: t.shifts.beat,
          render: (_, { shift }) => shift.beat ?? t.shifts.gridCount(shift.grids.length),
        },
        {
          title: t.shifts.time,
          sorter: (a, b) => a.shift.from.localeCompare(b.shift.from),
          render: (_, { shift }) => (
            <span className="shift-time">
              {clock(shift.from)}–{clock(shift.to)} <StateTag state={shiftState(shift, nowMs)} />
            </span>
          ),
        },
        {
          title: t.shifts.attendance,
          align: 'end',
          sorter: SORTERS.attendance,
          render: (_, row) => <Figure row={row} text={row.report && q.percent(row.report.attendance)} />,
        },
        {
          title: t.shifts.effective,
          align: 'end',
          sorter: SORTERS.effective,
          render: (_, row) => <Figure row={row} text={row.report && q.distance(row.report.effectiveM)} />,
        },
        {
          title: `${t.shifts.coverage} · ${t.coverage.policies[policy]}`,
          width: 150,
          sorter: byFigure((row) => coverageOfRow(row, policy)?.coverage),
          render: (_, row) => <CoverageCell row={row} policy={policy} />,
        },
        {
          title: t.shifts.findings,
          align: 'end',
          sorter: SORTERS.findings,
          render: (_, row) => <Figure row={row} text={row.report && q.number(row.report.findings.length)} />,
        },
        {
          title: t.shifts.integrity,
          align: 'end',
          sorter: SORTERS.score,
          render: (_, row) => (
            <Figure
              row={row}
              poor={(score(row) ?? 100) < POOR_SCORE}
              text={row.report && q.number(row.report.integrity.score)}
            />
          ),
        },
      ]}
    />
  )
}

function StateTag({ state }: { state: ReturnType<typeof shiftState> }) {
  const { t } = useWords()
  if (state === 'over') return null
  return <Tag className={state === 'running' ? 'tag-good' : 'tag-closed'}>{t.shifts[state]}</Tag>
}

function CoverageCell({ row, policy }: { row: ShiftRow; policy: CoveragePolicy }) {
  const { t, q } = useWords()
  const figure = coverageOfRow(row, policy)
  if (!figure) return <Figure row={row} text={row.report && t.shifts.notCounted} />
  return (
    <span className="bar-cell" data-live={figure.live}>
      <ShareBar coverage={figure.coverage} cannotTell={figure.cannotTell} />
      <span className="figures">{q.percent(figure.coverage)}</span>
      {figure.live && (
        <span className="live-mark" role="img" aria-label={t.shifts.live} title={t.shifts.live} />
      )}
    </span>
  )
}

function Figure(props: { row: ShiftRow; text: string | undefined; poor?: boolean }) {
  const { t } = useWords()
  const { row, text, poor } = props
  if (text !== undefined) return <span className={poor ? 'figures failed' : 'figures'}>{text}</span>
  if (row.error === undefined) return <span className="quiet">…</span>
  return (
    <Tooltip title={shortProblem(row.error, t)}>
      <span className="failed">!</span>
    </Tooltip>
  )
}
