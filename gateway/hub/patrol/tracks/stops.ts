import type { Track } from '../../stores/track-store.ts'
import { type MetresPerDegree, metresPerDegree } from '../distance.ts'

/**
 * Stops (停留): the device stays within 25 m of where it arrived for at least 60 s. Stay points as in Li,
 * Zheng et al., "Mining user similarity based on location history" (2008), with two fixes in a row outside
 * needed to leave, since single fixes jump.
 */
export const STOP_RADIUS_M = 25
const MIN_STOP_MS = 60_000
const FIXES_TO_LEAVE = 2
/** Within a kilometre to the north or south a degree is as long, to 0.02 % as far as cities lie. */
const ONE_PLANE_DEG = 0.01

export interface Stop {
  /** Index into the given rows: from the first fix inside to the last one. */
  first: number
  last: number
  fromMs: number
  toMs: number
  /** Median of its fixes: neither arrival nor jumps pull it away. */
  lat: number
  lon: number
}

/** @param rows - the rows of one stretch that are good enough, in order. */
export function stopsIn(track: Track, rows: ArrayLike<number>): Stop[] {
  const stops: Stop[] = []
  let plane = { lat: Number.NaN, perDegree: { lat: 0, lon: 0 } }
  let first = 0
  while (first < rows.length) {
    const lat = track.lat[rows[first]!]!
    if (!(Math.abs(lat - plane.lat) < ONE_PLANE_DEG)) plane = { lat, perDegree: metresPerDegree(lat) }
    const last = lastNear(track, rows, first, plane.perDegree)
    const fromMs = track.timeMs[rows[first]!]!
    const toMs = track.timeMs[rows[last]!]!
    if (toMs - fromMs < MIN_STOP_MS) {
      first++
      continue
    }
    stops.push({ first, last, fromMs, toMs, ...place(track, rows, first, last) })
    first = last + 1
  }
  return stops
}

/** The last fix within the radius of the first before the device leaves it. */
function lastNear(track: Track, rows: ArrayLike<number>, first: number, perDegree: MetresPerDegree): number {
  const lat = track.lat[rows[first]!]!
  const lon = track.lon[rows[first]!]!
  let last = first
  for (let i = first + 1; i < rows.length && i - last <= FIXES_TO_LEAVE; i++) {
    const northM = (track.lat[rows[i]!]! - lat) * perDegree.lat
    const eastM = (track.lon[rows[i]!]! - lon) * perDegree.lon
    if (northM * northM + eastM * eastM <= STOP_RADIUS_M * STOP_RADIUS_M) last = i
  }
  return last
}

function place(
  track: Track,
  rows: ArrayLike<number>,
  first: number,
  last: number,
): { lat: number; lon: number } {
  const median = (column: Float64Array): number => {
    const values = Float64Array.from({ length: last - first + 1 }, (_, i) => column[rows[first + i]!]!)
    return values.sort()[values.length >> 1]!
  }
  return { lat: median(track.lat), lon: median(track.lon) }
}
