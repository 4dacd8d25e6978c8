import { workedMs } from '../planned-time.ts'
import type { ShiftCheck } from './check.ts'
import { becauseOf, causeWithin, rowsOnPost } from './on-post.ts'
import { clockText, durationEn, durationZh } from './words.ts'

/** Early end (早退): the last fix at the post lies more than `graceMin` before the end of a shift that is over. */
export const earlyEnd: ShiftCheck = {
  kind: 'early-end',
  find(under) {
    const { shift, track, gaps, settings, nowMs } = under
    const rows = rowsOnPost(under)
    if (!rows || shift.toMs > nowMs) return []
    const lastMs = track.timeMs[rows[1]]!
    const span = { fromMs: lastMs, toMs: shift.toMs }
    const earlyMs = workedMs(span, shift.breaks)
    if (earlyMs <= settings['early-end'].graceMin * 60_000) return []
    const cause = causeWithin(gaps, span)
    const because = becauseOf(cause)
    return [
      {
        ...span,
        evidence: {
          earlyS: Math.round(earlyMs / 1000),
          last: new Date(lastMs).toISOString(),
          ...(cause ? { cause } : {}),
        },
        text: {
          zh: `早退${durationZh(earlyMs)}：计划${clockText(shift.toMs)}，离岗${clockText(lastMs)}${because.zh}`,
          en: `Ended ${durationEn(earlyMs)} early: planned ${clockText(shift.toMs)}, last fix at the post ${clockText(lastMs)}${because.en}`,
        },
        lat: track.lat[rows[1]]!,
        lon: track.lon[rows[1]]!,
      },
    ]
  },
}
