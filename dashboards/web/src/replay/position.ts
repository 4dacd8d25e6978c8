import { distanceBetweenM, type GapCause, type Track } from './track.ts'

/** Where the e-bike was at a moment of its track. Between two fixes: on the line between them. In a gap: nowhere. */
export type Whereabouts =
  | {
      known: true
      lat: number
      lon: number
      /** The fix at or before the moment. */
      index: number
      courseDeg?: number
      speedMps?: number
      satellites?: number
      distanceM: number
    }
  | {
      known: false
      /** `before` the first fix, in a `gap`, `after` the last fix, or there are no fixes (`none`). */
      why: 'before' | 'gap' | 'after' | 'none'
      cause?: GapCause
      distanceM: number
      /** The last place known before, to leave a faint mark there. */
      last?: { lat: number; lon: number }
    }

const RADIANS = Math.PI / 180

export function whereabouts(track: Track, timeMs: number): Whereabouts {
  if (track.count === 0) return { known: false, why: 'none', distanceM: 0 }
  const index = indexAt(track.timeMs, timeMs)
  if (index < 0) return unknown(track, 'before', timeMs, undefined)
  const segment = track.segments[segmentAt(track, index)]!
  if (index === segment.last && timeMs > track.timeMs[index]!)
    return unknown(track, index === track.count - 1 ? 'after' : 'gap', timeMs, index)
  const next = Math.min(index + 1, segment.last)
  const spanMs = track.timeMs[next]! - track.timeMs[index]!
  const share = spanMs > 0 ? (timeMs - track.timeMs[index]!) / spanMs : 0
  const place: Whereabouts = {
    known: true,
    lat: mix(track.lat[index]!, track.lat[next]!, share),
    lon: mix(track.lon[index]!, track.lon[next]!, share),
    index,
    distanceM: mix(track.distanceM[index]!, track.distanceM[next]!, share),
  }
  const courseDeg = courseAt(track, index, next, share)
  if (courseDeg !== undefined) place.courseDeg = courseDeg
  const speedMps = mix(track.speedMps[index]!, track.speedMps[next]!, share)
  if (Number.isFinite(speedMps)) place.speedMps = speedMps
  const satellites = track.satellites[index]!
  if (Number.isFinite(satellites)) place.satellites = satellites
  return place
}

/** Index of the last entry at or before the moment; -1 where all are later. @param timeMs ascending. */
export function indexAt(timeMs: ArrayLike<number>, atMs: number): number {
  let low = 0
  let high = timeMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeMs[middle]! <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Index of the fix nearest to a place, if one lies within `mostM` of it. */
export function nearestFix(track: Track, lat: number, lon: number, mostM: number): number | undefined {
  let nearest: number | undefined
  let leastM = mostM
  for (let index = 0; index < track.count; index++) {
    const distanceM = distanceBetweenM(lat, lon, track.lat[index]!, track.lon[index]!)
    if (distanceM > leastM) continue
    leastM = distanceM
    nearest = index
  }
  return nearest
}

export function segmentAt(track: Track, index: number): number {
  let low = 0
  let high = track.segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (track.segments[middle]!.first <= index) low = middle
    else high = middle - 1
  }
  return low
}

function unknown(
  track: Track,
  why: 'before' | 'gap' | 'after',
  timeMs: number,
  lastIndex: number | undefined,
): Whereabouts {
  const gap = track.gaps.find(({ fromMs, toMs }) => fromMs <= timeMs && timeMs <= toMs)
  return {
    known: false,
    why,
    ...(gap ? { cause: gap.cause } : {}),
    distanceM: lastIndex === undefined ? 0 : track.distanceM[lastIndex]!,
    ...(lastIndex === undefined ? {} : { last: { lat: track.lat[lastIndex]!, lon: track.lon[lastIndex]! } }),
  }
}

/** The receiver's course, turned the short way round; without one, the bearing to the next fix if there is any way to it. */
function courseAt(track: Track, index: number, next: number, share: number): number | undefined {
  const from = track.courseDeg[index]!
  const to = track.courseDeg[next]!
  if (Number.isFinite(from) && Number.isFinite(to)) {
    const turn = ((to - from + 540) % 360) - 180
    return (from + turn * share + 360) % 360
  }
  if (Number.isFinite(from)) return from
  if (track.distanceM[next]! - track.distanceM[index]! < 0.5) return undefined
  return bearingDeg(track.lat[index]!, track.lon[index]!, track.lat[next]!, track.lon[next]!)
}

/** Bearing of a short way, degrees from north; the flat approximation holds to a fraction of a degree over hundreds of metres. */
export function bearingDeg(latA: number, lonA: number, latB: number, lonB: number): number {
  const east = (lonB - lonA) * Math.cos(((latA + latB) / 2) * RADIANS)
  return (Math.atan2(east, latB - latA) / RADIANS + 360) % 360
}

const mix = (a: number, b: number, share: number): number => (share === 0 ? a : a + (b - a) * share)
