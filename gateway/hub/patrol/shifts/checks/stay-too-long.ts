import { workedMs } from '../planned-time.ts'
import type { ShiftCheck } from './check.ts'
import { durationEn, durationZh } from './words.ts'

/** Staying too long (滞留): a stop whose part outside of breaks is longer than `limitMin`. */
export const stayTooLong: ShiftCheck = {
  kind: 'stay-too-long',
  find({ shift, stops, settings }) {
    const limitMs = settings['stay-too-long'].limitMin * 60_000
    return stops.flatMap((stop) => {
      const stayMs = workedMs(stop, shift.breaks)
      if (stayMs <= limitMs) return []
      const { fromMs, toMs, lat, lon } = stop
      return {
        fromMs,
        toMs,
        evidence: { stayS: Math.round(stayMs / 1000), limitS: limitMs / 1000 },
        text: {
          zh: `在一处停留${durationZh(stayMs)}（上限${durationZh(limitMs)}，不含休息）`,
          en: `Stayed in one place for ${durationEn(stayMs)} (at most ${durationEn(limitMs)}, breaks left out)`,
        },
        lat,
        lon,
      }
    })
  },
}
