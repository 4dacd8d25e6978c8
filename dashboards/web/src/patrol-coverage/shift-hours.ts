import type { Shift } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { presetRange } from '../replay/range-presets.ts'

const MINUTE_MS = 60_000

/** The local day of a moment. Through Date's own arithmetic: a day is not 24 hours everywhere. */
export function localDay(timeMs: number, days = 0): Range {
  const date = new Date(timeMs)
  date.setHours(0, 0, 0, 0)
  date.setDate(date.getDate() + days)
  const fromMs = date.getTime()
  date.setDate(date.getDate() + 1)
  return { fromMs, toMs: date.getTime() }
}

/**
 * The hours of today's shifts, so far: from the first that has begun to the end of the last, or to now (up to the full
 * minute, so that asking twice in a minute is one question). Without a shift that has begun, the day so far.
 */
export function todaysShiftHours(shifts: readonly Pick<Shift, 'from' | 'to'>[], nowMs: number): Range {
  const nowUpMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS
  const day = localDay(nowMs)
  const begun = shifts.filter(({ from, to }) => Date.parse(from) < nowMs && Date.parse(to) > day.fromMs)
  if (begun.length === 0) return presetRange('today', nowMs)
  const fromMs = Math.min(...begun.map(({ from }) => Date.parse(from)))
  const toMs = Math.max(...begun.map(({ to }) => Date.parse(to)))
  return { fromMs, toMs: Math.min(toMs, nowUpMs) }
}
