import { Table, Tag, Tooltip } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import type { CoveragePolicy } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { ShareBar } from '../patrol-coverage/share-bar.tsx'
import { go, linkTo } from '../screen.ts'
import { shortProblem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { useBeatName } from './beat-names.ts'
import { byFigure, coverageOfRow, type RowFigures, type ShiftRow, shiftState } from './shift-rows.ts'

interface Props {
  rows: readonly ShiftRow[]
  policy: CoveragePolicy
  /** The shifts of the page of the table that is shown. */
  onSeen: (ids: ReadonlySet<string>) => void
}

export const PAGE_ROWS = 20
const POOR_SCORE = 60
const MOST_KINDS = 2

const score = ({ figures }: ShiftRow) => figures?.integrity.score
const findingsOf = ({ figures }: ShiftRow) => figures?.findings.count
const SORTERS = {
  attendance: byFigure(({ figures }) => figures?.attendance),
  effective: byFigure(({ figures }) => figures?.effectiveM),
  findings: byFigure(findingsOf),
  score: byFigure(score),
}

/** One row a shift; figures of a page that the hub does not keep are asked for when the page is shown. */
export function ShiftTable({ rows, policy, onSeen }: Props) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const beatName = useBeatName()
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
          render: (_, { shift }) =>
            shift.beat === undefined ? t.shifts.gridCount(shift.grids.length) : beatName(shift.beat),
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
          render: (_, row) => <Figure row={row} text={row.figures && q.percent(row.figures.attendance)} />,
        },
        {
          title: t.shifts.effective,
          align: 'end',
          sorter: SORTERS.effective,
          render: (_, row) => <Figure row={row} text={row.figures && q.distance(row.figures.effectiveM)} />,
        },
        {
          title: `${t.shifts.coverage} · ${t.coverage.policies[policy]}`,
          width: 150,
          sorter: byFigure((row) => coverageOfRow(row, policy)?.coverage),
          render: (_, row) => <CoverageCell row={row} policy={policy} />,
        },
        {
          title: t.shifts.findings,
          sorter: SORTERS.findings,
          render: (_, row) => (
            <Figure row={row} text={row.figures && <Found findings={row.figures.findings} />} />
          ),
        },
        {
          title: t.shifts.integrity,
          align: 'end',
          sorter: SORTERS.score,
          render: (_, row) => (
            <Figure
              row={row}
              poor={(score(row) ?? 100) < POOR_SCORE}
              text={row.figures && q.number(row.figures.integrity.score)}
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
  if (!figure) return <Figure row={row} text={row.figures && t.shifts.notCounted} />
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

/** How many, and of which kinds: the first two, in the order in which the hub gives them. */
function Found({ findings: { count, kinds } }: Pick<RowFigures, 'findings'>) {
  const { t, q } = useWords()
  return (
    <span className="found">
      {q.number(count)}
      {kinds.slice(0, MOST_KINDS).map((kind) => (
        <Tag key={kind} className="tag-open">
          {t.shifts.kinds[kind]}
        </Tag>
      ))}
      {kinds.length > MOST_KINDS && '…'}
    </span>
  )
}

function Figure(props: { row: ShiftRow; text: ReactNode; poor?: boolean }) {
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
