import { MIN_GAP_MS } from './gap-rule.ts'

/** When a device was to be on patrol, and which of that time its track lacks. */

/** Half-open: fromMs ≤ time < toMs. */
export interface TimeSpan {
  fromMs: number
  toMs: number
}

/** A planned shift (班次) of a device. */
export interface DutyShift extends TimeSpan {
  breaks: readonly TimeSpan[]
  /** Codes of unit grids, or the digits that several begin with. */
  grids: readonly string[]
}

/** What the plan says of a device. */
export interface ShiftsOf {
  /** Shifts that overlap the range, whole, in order of `fromMs`; a device has one at a time. */
  of(device: string, fromMs: number, toMs: number): DutyShift[]
}

/** Fixes wait at the gateway until a batch is full: what is younger is on its way. */
const ON_ITS_WAY_MS = 60_000

/**
 * All of the track's missing time, in order, nothing twice: the gaps between its fixes, and what of the shifts lies
 * before the first fix and after the last one, from the 10 s on that a gap takes. What ends
 * within the last minute must be longer than that, since it may be on its way.
 * @param gaps between fixes, in order.
 * @param fixes from the first fix to the last one; absent: there is none.
 * @param range the time that is asked for; what lies in the future is not missing.
 * @param nowMs absent: the range is over.
 */
export function missingTime(
  gaps: readonly TimeSpan[],
  fixes: TimeSpan | undefined,
  shifts: readonly TimeSpan[],
  range: TimeSpan,
  nowMs = Number.POSITIVE_INFINITY,
): TimeSpan[] {
  const endMs = Math.min(range.toMs, nowMs)
  const edges: TimeSpan[] = []
  const add = (fromMs: number, toMs: number): void => {
    const leastMs = nowMs - toMs < ON_ITS_WAY_MS ? ON_ITS_WAY_MS : MIN_GAP_MS
    if (toMs - fromMs > leastMs) edges.push({ fromMs, toMs })
  }
  for (const shift of shifts) {
    const fromMs = Math.max(shift.fromMs, range.fromMs)
    const toMs = Math.min(shift.toMs, endMs)
    if (!fixes) add(fromMs, toMs)
    else {
      add(fromMs, Math.min(toMs, fixes.fromMs))
      add(Math.max(fromMs, fixes.toMs), toMs)
    }
  }
  return united([...gaps, ...edges])
}

/** Overlapping spans as one, in order; those on either side of a lone fix stay two. */
function united(spans: readonly TimeSpan[]): TimeSpan[] {
  const found: TimeSpan[] = []
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = found.at(-1)
    if (last && fromMs < last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else found.push({ fromMs, toMs })
  }
  return found
}

/**
 * On-duty time (在岗时长): inside a shift, outside its breaks, with fixes.
 * @param missing in order, nothing twice.
 */
export function onDutyMs(
  missing: readonly TimeSpan[],
  shifts: readonly Pick<DutyShift, 'fromMs' | 'toMs' | 'breaks'>[],
  range: TimeSpan,
  nowMs = Number.POSITIVE_INFINITY,
): number {
  const endMs = Math.min(range.toMs, nowMs)
  let totalMs = 0
  for (const shift of shifts) {
    const fromMs = Math.max(shift.fromMs, range.fromMs)
    const toMs = Math.min(shift.toMs, endMs)
    if (toMs <= fromMs) continue
    const off = united([...missing, ...shift.breaks])
    totalMs += toMs - fromMs
    for (const span of off) totalMs -= Math.max(0, Math.min(toMs, span.toMs) - Math.max(fromMs, span.fromMs))
  }
  return totalMs
}

/** The shift of a moment, which moves on: `undefined` outside every shift and in a break. */
export function dutyClock<Shift extends Pick<DutyShift, 'fromMs' | 'toMs' | 'breaks'>>(
  shifts: readonly Shift[],
): (timeMs: number) => Shift | undefined {
  let next = 0
  return (timeMs) => {
    while (next > 0 && timeMs < shifts[next - 1]!.toMs) next--
    while (next < shifts.length && timeMs >= shifts[next]!.toMs) next++
    const shift = shifts[next]
    if (!shift || timeMs < shift.fromMs) return undefined
    return shift.breaks.some((rest) => timeMs >= rest.fromMs && timeMs < rest.toMs) ? undefined : shift
  }
}
