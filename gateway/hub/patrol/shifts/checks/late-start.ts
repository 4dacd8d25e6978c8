import { workedMs } from '../planned-time.ts'
import type { ShiftCheck } from './check.ts'
import { becauseOf, causeWithin, rowsOnPost } from './on-post.ts'
import { clockText, durationEn, durationZh } from './words.ts'

/** Late start (迟到): the first fix at the post comes more than `graceMin` after the shift began. */
export const lateStart: ShiftCheck = {
  kind: 'late-start',
  find(under) {
    const { shift, track, gaps, settings } = under
    const rows = rowsOnPost(under)
    if (!rows) return []
    const firstMs = track.timeMs[rows[0]]!
    const span = { fromMs: shift.fromMs, toMs: firstMs }
    const lateMs = workedMs(span, shift.breaks)
    if (lateMs <= settings['late-start'].graceMin * 60_000) return []
    const cause = causeWithin(gaps, span)
    const because = becauseOf(cause)
    return [
      {
        ...span,
        evidence: {
          lateS: Math.round(lateMs / 1000),
          first: new Date(firstMs).toISOString(),
          ...(cause ? { cause } : {}),
        },
        text: {
          zh: `迟到${durationZh(lateMs)}：计划${clockText(shift.fromMs)}，到岗${clockText(firstMs)}${because.zh}`,
          en: `Began ${durationEn(lateMs)} late: planned ${clockText(shift.fromMs)}, first fix at the post ${clockText(firstMs)}${because.en}`,
        },
        lat: track.lat[rows[0]]!,
        lon: track.lon[rows[0]]!,
      },
    ]
  },
}
