import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm, Skeleton, Space, Tag } from 'antd'
import type { Shift, ShiftReport } from '../../../../proto/patrol-http.ts'
import { COVERAGE_POLICIES } from '../../../../proto/patrol-http.ts'
import { deleteShift, liveCoverageQuery, shiftQuery, shiftReportQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { ShareBar } from '../patrol-coverage/share-bar.tsx'
import { go, linkTo, useScreen } from '../screen.ts'
import { Tiles } from '../shell/figures.tsx'
import { Icon } from '../shell/icons.tsx'
import { Problem, shortProblem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { useBeatName } from './beat-names.ts'
import { FindingList } from './finding-list.tsx'
import { GridsOfShift } from './grids-of-shift.tsx'
import { Integrity } from './integrity.tsx'
import { ShiftMap } from './shift-map.tsx'
import { coverageOfRow, shiftState } from './shift-rows.ts'

const AGAIN_MS = 60_000

/** One shift: its plan, what it amounts to with why, and what was found. */
export function ShiftDetail({ id, onEdit }: { id: string; onEdit: (shift: Shift) => void }) {
  const { t } = useWords()
  const { item, policy = 'road' } = useScreen()
  const planned = useQuery(shiftQuery(id))
  const shift = planned.data
  const running = shift?.running === true
  const asked = useQuery({ ...shiftReportQuery(id), refetchInterval: running ? AGAIN_MS : false })
  const report = asked.data
  return (
    <div className="shift" data-testid="shift-detail" data-shift={id}>
      <Button
        type="text"
        size="small"
        className="back"
        icon={<Icon name="back" />}
        onClick={() => go({ shift: undefined, item: undefined })}
      >
        {t.back}
      </Button>
      {planned.isError && <Problem error={planned.error} onRetry={() => void planned.refetch()} />}
      {shift && <Plan shift={shift} onEdit={() => onEdit(shift)} />}
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active paragraph={{ rows: 8 }} title={false} />}
      {report && (
        <>
          <Figures report={report} />
          <CoverageByPolicy report={report} />
          <GridsOfShift shift={report.shift} policy={policy} />
          <Integrity integrity={report.integrity} />
          <FindingList findings={report.findings} chosen={item} />
        </>
      )}
      {shift && <ShiftMap shift={shift} findings={report?.findings ?? []} chosen={item} />}
    </div>
  )
}

function Plan({ shift, onEdit }: { shift: Shift; onEdit: () => void }) {
  const { t, q } = useWords()
  const nowMs = useNow(30_000)
  const beatName = useBeatName()
  const { id, device, inspector, beat, grids, breaks } = shift
  const [fromMs, toMs] = [Date.parse(shift.from), Date.parse(shift.to)]
  const state = shiftState(shift, nowMs)
  const clock = (time: string | number) =>
    q.clock(typeof time === 'string' ? Date.parse(time) : time).slice(0, 5)
  const replay = linkTo({ view: 'replay', device, devices: undefined, fromMs, toMs, atMs: fromMs })
  return (
    <>
      <header className="case-head">
        <h2>{inspector ?? device}</h2>
        <Tag className={state === 'running' ? 'tag-good' : 'tag-closed'}>{t.shifts[state]}</Tag>
      </header>
      <dl className="facts">
        {inspector !== undefined && (
          <div className="fact">
            <dt>{t.shifts.device}</dt>
            <dd>{device}</dd>
          </div>
        )}
        <div className="fact">
          <dt>{t.shifts.time}</dt>
          <dd>
            {q.day(fromMs)} {clock(fromMs)}–{clock(toMs)}
          </dd>
        </div>
        <div className="fact">
          <dt>{t.shifts.beat}</dt>
          <dd>{[beat && beatName(beat), t.shifts.gridCount(grids.length)].filter(Boolean).join(' · ')}</dd>
        </div>
        {breaks.length > 0 && (
          <div className="fact">
            <dt>{t.shifts.breaks}</dt>
            <dd>{breaks.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(' · ')}</dd>
          </div>
        )}
      </dl>
      <Space wrap size={6}>
        <Button
          size="small"
          type="primary"
          data-testid="to-report"
          {...linkTo({ view: 'report', shift: id })}
        >
          {t.shifts.report}
        </Button>
        <Button size="small" icon={<Icon name="track" />} data-testid="to-replay" {...replay}>
          {t.shifts.replay}
        </Button>
        {state === 'running' && (
          <Button
            size="small"
            data-testid="to-round"
            {...linkTo({ view: 'missed', shift: id, item: undefined })}
          >
            {t.shifts.round}
          </Button>
        )}
        <Button size="small" onClick={onEdit}>
          {t.shifts.edit}
        </Button>
        <Remove id={id} />
      </Space>
    </>
  )
}

function Remove({ id }: { id: string }) {
  const { t } = useWords()
  const { message } = App.useApp()
  const client = useQueryClient()
  const removal = useMutation({
    networkMode: 'always',
    mutationFn: () => deleteShift(id),
    onSuccess: async () => {
      void message.success(t.shifts.removed)
      go({ shift: undefined, item: undefined })
      await client.invalidateQueries({ queryKey: ['shifts'] })
    },
    onError: (error) => void message.error(shortProblem(error, t)),
  })
  return (
    <Popconfirm
      title={t.shifts.removeAsk}
      description={t.shifts.removeHint}
      okText={t.shifts.remove}
      cancelText={t.shifts.cancel}
      onConfirm={() => removal.mutateAsync().catch(() => undefined)}
    >
      <Button size="small" danger loading={removal.isPending}>
        {t.shifts.remove}
      </Button>
    </Popconfirm>
  )
}

function Figures({ report }: { report: ShiftReport }) {
  const { t, q } = useWords()
  const tiles = [
    [t.shifts.attendance, q.percent(report.attendance)],
    [t.shifts.onDuty, q.duration(report.onDutyS)],
    [t.shifts.effective, q.distance(report.effectiveM)],
    [t.shifts.distance, q.distance(report.distanceM)],
    [t.shifts.inArea, q.percent(report.inArea)],
    [t.shifts.stops, q.number(report.stops)],
  ] as const
  const gaps = Object.entries(report.gapsS).filter(([, seconds]) => seconds > 0)
  const causes: Record<string, string> = t.replay.causes
  return (
    <>
      <Tiles figures={tiles} testId="shift-figures" />
      {gaps.length > 0 && (
        <p className="quiet">
          {t.shifts.gaps}:{' '}
          {gaps.map(([cause, seconds]) => `${causes[cause] ?? cause} ${q.duration(seconds)}`).join(' · ')}
        </p>
      )}
    </>
  )
}

function CoverageByPolicy({ report }: { report: ShiftReport }) {
  const { t, q } = useWords()
  const { shift } = report
  const told = useQuery({ ...liveCoverageQuery(shift.id), enabled: false }).data ?? undefined
  const live = shift.running ? told : undefined
  const range = { fromMs: Date.parse(shift.from), toMs: Date.parse(shift.to) }
  const grid = commonStart(shift.grids)
  return (
    <section data-testid="shift-coverage">
      <h3>
        {live ? t.shifts.liveCoverage : t.shifts.coverage}
        {live && (
          <span className="count" data-testid="live-at">
            {t.shifts.liveAt(q.clock(Date.parse(live.at)))}
          </span>
        )}
      </h3>
      <ul className="policy-bars">
        {COVERAGE_POLICIES.map((policy) => {
          const figure = coverageOfRow({ figures: report, live }, policy)
          return (
            <li key={policy} data-testid={`live-${policy}`}>
              <a {...linkTo({ view: 'coverage', policy, grid, ...range, item: undefined })}>
                {t.coverage.policies[policy]}
              </a>
              {figure ? (
                <span className="bar-cell">
                  <ShareBar coverage={figure.coverage} cannotTell={figure.cannotTell} />
                  <span className="figures">{q.percent(figure.coverage)}</span>
                </span>
              ) : (
                <span className="quiet">{t.shifts.notCounted}</span>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** The smallest grid of any level that all of these lie in: 6, 9, 12 digits, or the one itself. */
function commonStart(codes: readonly string[]): string | undefined {
  const [first] = codes
  if (first === undefined || codes.length === 1) return first
  const digits = [12, 9, 6].find((count) => codes.every((code) => code.startsWith(first.slice(0, count))))
  return digits === undefined ? undefined : first.slice(0, digits)
}
