import { firstRowAt } from '../../../../../proto/fix-columns.ts'
import { workedMs } from '../planned-time.ts'
import type { ShiftCheck } from './check.ts'
import { CAUSES, durationEn, durationZh } from './words.ts'

/**
 * Gap too long (断点过长): a stretch without fixes inside the shift whose part outside of breaks is longer than
 * `limitMin`. What lies before the first fix or after the last one is a late start or an early end instead; after the
 * last one of a running shift it is a gap.
 */
export const gapTooLong: ShiftCheck = {
  kind: 'gap-too-long',
  find({ shift, track, gaps, settings, nowMs }) {
    if (track.count === 0) return []
    const limitMs = settings['gap-too-long'].limitMin * 60_000
    const firstMs = track.timeMs[0]!
    const lastMs = shift.toMs > nowMs ? Number.POSITIVE_INFINITY : track.timeMs[track.count - 1]!
    return gaps.flatMap((gap) => {
      const { cause } = gap
      const fromMs = Math.max(gap.fromMs, firstMs)
      const toMs = Math.min(gap.toMs, lastMs)
      if (toMs <= fromMs || cause === 'paused' || cause === 'off-duty') return []
      const gapMs = workedMs({ fromMs, toMs }, shift.breaks)
      if (gapMs <= limitMs) return []
      const row = firstRowAt(track, fromMs + 1) - 1
      return {
        fromMs,
        toMs,
        evidence: { gapS: Math.round(gapMs / 1000), limitS: limitMs / 1000, cause },
        text: {
          zh: `断点${durationZh(gapMs)}：${CAUSES[cause].zh}`,
          en: `${durationEn(gapMs)} without a fix: ${CAUSES[cause].en}`,
        },
        ...(row >= 0 ? { lat: track.lat[row]!, lon: track.lon[row]! } : {}),
      }
    })
  },
}
