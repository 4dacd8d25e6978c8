import type { Span } from './track.ts'

/** Ranges a supervisor asks for most, in the browser's own time zone. */

export const PRESETS = ['last-hour', 'today', 'yesterday', 'last-shift'] as const
export type Preset = (typeof PRESETS)[number] | 'last-30-days'

/** With the longest that the replay shows. */
export const REPLAY_PRESETS = [...PRESETS, 'last-30-days'] as const satisfies readonly Preset[]

/** The day shift (白班), hours of the local day. */
const SHIFT_FROM_HOUR = 8
const SHIFT_TO_HOUR = 16

const MINUTE_MS = 60_000

/** Ends that mean "now" are taken up to the next full minute, so that asking twice in a minute is one question. */
export function presetRange(preset: Preset, nowMs: number): Span {
  const nowUpMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS
  switch (preset) {
    case 'last-hour':
      return { fromMs: nowUpMs - 60 * MINUTE_MS, toMs: nowUpMs }
    case 'today':
      return { fromMs: localHour(nowMs, 0, 0), toMs: nowUpMs }
    case 'yesterday':
      return { fromMs: localHour(nowMs, -1, 0), toMs: localHour(nowMs, 0, 0) }
    case 'last-30-days':
      return { fromMs: localHour(nowMs, -29, 0), toMs: localHour(nowMs, 1, 0) }
    case 'last-shift': {
      // The last one that is over: today's after 16:00, else yesterday's.
      const day = nowMs >= localHour(nowMs, 0, SHIFT_TO_HOUR) ? 0 : -1
      return { fromMs: localHour(nowMs, day, SHIFT_FROM_HOUR), toMs: localHour(nowMs, day, SHIFT_TO_HOUR) }
    }
  }
}

/** The 30 local days that end with the day of a moment. */
export const monthUpTo = (timeMs: number): Span => presetRange('last-30-days', timeMs - 1)

/** Through Date's own arithmetic: a day is not 24 hours everywhere. */
function localHour(nowMs: number, days: number, hour: number): number {
  const date = new Date(nowMs)
  date.setHours(hour, 0, 0, 0)
  date.setDate(date.getDate() + days)
  return date.getTime()
}
