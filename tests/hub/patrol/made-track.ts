import type { Track } from '../../../gateway/hub/stores/track-store.ts'
import { type Fix, QUALITIES } from '../../../proto/domain.ts'

export const START_MS = Date.UTC(2026, 4, 1)
/** Metres per degree at 31.2° N, of the WGS-84 ellipsoid; only to lay tracks out by hand. */
export const ORIGIN = { lat: 31.2, lon: 121.4 }
const M_PER_DEG = { lat: 110_872.6, lon: 95_304.6 }

/** A place so many metres east and north of the origin. */
export const at = (eastM: number, northM: number) => ({
  lat: ORIGIN.lat + northM / M_PER_DEG.lat,
  lon: ORIGIN.lon + eastM / M_PER_DEG.lon,
})

/** Fixes as the columns of a Track; what is absent is NaN. */
export function trackOfFixes(fixes: Fix[], device = 'bike-1'): Track {
  const column = (read: (fix: Fix) => number | undefined) =>
    Float64Array.from(fixes, (fix) => read(fix) ?? Number.NaN)
  return {
    device,
    count: fixes.length,
    timeMs: column((fix) => fix.timeMs),
    lat: column((fix) => fix.lat),
    lon: column((fix) => fix.lon),
    altM: column((fix) => fix.altM),
    speedMps: column((fix) => fix.speedMps),
    courseDeg: column((fix) => fix.courseDeg),
    hdop: column((fix) => fix.hdop),
    satellites: column((fix) => fix.satellites),
    quality: column((fix) => (fix.quality ? QUALITIES.indexOf(fix.quality) : undefined)),
    accuracyM: column((fix) => fix.accuracyM),
  }
}

/** One fix a second from `fromS` on. */
export function everySecond(
  fromS: number,
  seconds: number,
  place: (s: number) => Omit<Fix, 'timeMs'>,
): Fix[] {
  return Array.from({ length: seconds }, (_, s) => ({ timeMs: START_MS + (fromS + s) * 1000, ...place(s) }))
}
