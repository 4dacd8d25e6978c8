import { useQuery } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import type { Range } from '../api/client.ts'
import { shiftsQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { linkTo } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { useBeatName } from '../shifts/beat-names.ts'
import { includesGrid } from './grid-tree.ts'
import { type Sought, useLastSeen } from './last-seen.ts'

/** The shifts whose beat has the grid in this range: who should have been there. */
export function WhoShould({ grid, range }: { grid: string; range: Range }) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const beatName = useBeatName()
  const asked = useQuery(shiftsQuery(range))
  const shifts = asked.data?.shifts.filter(({ grids }) => includesGrid(grids, grid))
  return (
    <section data-testid="who-should">
      <h4>{t.coverage.whoShould}</h4>
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active paragraph={{ rows: 1 }} title={false} />}
      {shifts?.length === 0 && (
        <p className="quiet">
          {t.coverage.whoShouldNone}. {t.coverage.whoShouldNoneHint}
        </p>
      )}
      <ul className="rows rows-tight">
        {shifts?.map(({ id, device, inspector, from, to, beat }) => (
          <li key={id} className="row should-row">
            <a className="row-main" {...linkTo({ view: 'shifts', shift: id, item: undefined })}>
              <span className="row-text">
                <span className="row-title">{inspector ?? device}</span>
                <span className="row-note">
                  {[inspector && device, beat && beatName(beat)].filter(Boolean).join(' · ')}
                </span>
              </span>
              <span className="row-figure">
                {q.moment(Date.parse(from), nowMs)} – {q.clock(Date.parse(to)).slice(0, 5)}
              </span>
            </a>
            <a className="with-icon" data-testid="replay-shift" {...replayOf(from, to, device)}>
              <Icon name="track" />
              {t.coverage.replayShift}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function replayOf(from: string, to: string, device: string) {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  return linkTo({ view: 'replay', device, devices: undefined, fromMs, toMs, atMs: fromMs })
}

const AROUND_MS = 5 * 60_000

/** When it was seen last, by whom, and the replay of that moment. */
export function SeenLast(sought: Sought) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const asked = useLastSeen(sought)
  if (asked.isError) return <Problem error={asked.error} onRetry={() => void asked.refetch()} />
  const { seen, sinceMs } = asked.data ?? {}
  return (
    <section data-testid="last-seen">
      <h4>{t.coverage.lastSeen}</h4>
      {asked.isPending && <p className="quiet">{t.coverage.lookingUp}</p>}
      {seen === null && (
        <p className="quiet">
          {sinceMs === undefined
            ? t.coverage.lastSeenNever
            : t.coverage.lastSeenNeverSince(q.moment(sinceMs, nowMs))}
        </p>
      )}
      {seen && (
        <p className="seen">
          <time dateTime={new Date(seen.atMs).toISOString()}>{q.moment(seen.atMs, nowMs)}</time>
          {seen.device !== undefined && <span>{t.coverage.lastSeenBy(seen.device)}</span>}
          {seen.device !== undefined && (
            <a
              className="with-icon"
              data-testid="replay-then"
              {...linkTo({
                view: 'replay',
                device: seen.device,
                fromMs: seen.atMs - AROUND_MS,
                toMs: seen.atMs + AROUND_MS,
                atMs: seen.atMs,
              })}
            >
              <Icon name="track" />
              {t.coverage.replayThen}
            </a>
          )}
        </p>
      )}
    </section>
  )
}
