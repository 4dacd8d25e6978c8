import { HttpProblem } from './errors.ts'

const DAY_MS = 86_400_000
const DEFAULT_RANGE_MS = DAY_MS
/** A month of one device is 900,000 fixes at 1 Hz for eight hours a day. */
const MAX_RANGE_DAYS = 31
/** A year and the month before, to compare with: for answers whose size does not grow with the range. */
export const MAX_SUMMED_DAYS = 400

export interface TimeRange {
  fromMs: number
  toMs: number
}

/**
 * Half-open: from ≤ time < to; `to` is now unless given, `from` 24 hours before it.
 * @throws HttpProblem 400 where the range is empty or longer than `maxDays`.
 */
export function timeRange(
  query: { from?: number | undefined; to?: number | undefined },
  maxDays = MAX_RANGE_DAYS,
): TimeRange {
  const toMs = query.to ?? Date.now()
  const fromMs = query.from ?? toMs - DEFAULT_RANGE_MS
  if (Math.abs(fromMs) > 8.64e15 || Math.abs(toMs) > 8.64e15)
    throw new HttpProblem(400, 'from or to lies outside of what a date can hold')
  if (fromMs >= toMs)
    throw new HttpProblem(
      400,
      `from ${isoTime(fromMs)} is not before to ${isoTime(toMs)}`,
      query.to === undefined ? 'to is now unless it is given' : 'swap from and to',
    )
  if (toMs - fromMs > maxDays * DAY_MS)
    throw new HttpProblem(
      400,
      `${isoTime(fromMs)} to ${isoTime(toMs)} is ${((toMs - fromMs) / DAY_MS).toFixed(1)} days, at most ${maxDays}`,
      'ask for less at a time; to is now unless it is given',
    )
  return { fromMs, toMs }
}

export const isoTime = (timeMs: number): string => new Date(timeMs).toISOString()
