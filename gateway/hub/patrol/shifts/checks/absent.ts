import { workedMs } from '../planned-time.ts'
import type { ShiftCheck } from './check.ts'
import { becauseOf, causeWithin } from './on-post.ts'
import { durationEn, durationZh } from './words.ts'

/** Absent (缺勤): no fix in the whole shift, or in the first `afterMin` of one that is running. */
export const absent: ShiftCheck = {
  kind: 'absent',
  find({ shift, track, gaps, settings, nowMs }) {
    if (track.count > 0) return []
    const span = { fromMs: shift.fromMs, toMs: Math.min(shift.toMs, nowMs) }
    if (span.toMs <= span.fromMs) return []
    const absentMs = workedMs(span, shift.breaks)
    const isOver = shift.toMs <= nowMs
    if (!isOver && absentMs <= settings.absent.afterMin * 60_000) return []
    const cause = causeWithin(gaps, span)
    const because = becauseOf(cause)
    return [
      {
        ...span,
        evidence: { absentS: Math.round(absentMs / 1000), fixes: 0, ...(cause ? { cause } : {}) },
        text: {
          zh: `${isOver ? '全班次' : '开班以来'}无定位${durationZh(absentMs)}${because.zh}`,
          en: `No fix ${isOver ? 'in the whole shift' : 'since the shift began'}, ${durationEn(absentMs)}${because.en}`,
        },
      },
    ]
  },
}
