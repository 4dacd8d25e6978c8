import type { TrackArrays } from '../../../../proto/fix-columns.ts'
import type { Summary } from '../../../../proto/http.ts'

/**
 * A track made ready for replay. In: the hub's columns and the gaps of its summary. Out: the same columns with the
 * distance run so far, cut into segments at the gaps. Nothing is ever drawn or measured across a gap.
 */

export interface Span {
  fromMs: number
  toMs: number
}

export type GapCause = Summary['gaps'][number]['cause']
export interface Gap extends Span {
  cause: GapCause
}

/** Fixes `first` to `last`, both included, with no gap between them. */
export interface Segment {
  first: number
  last: number
}

/** Columns are NaN where a quantity is unknown. */
export type Columns = Pick<
  TrackArrays,
  'timeMs' | 'lat' | 'lon' | 'speedMps' | 'courseDeg' | 'satellites' | 'hdop' | 'accuracyM'
>

export interface Track extends Columns {
  count: number
  /** Metres since the first fix, gaps not counted. */
  distanceM: Float64Array
  segments: Segment[]
  gaps: Gap[]
}

/** Mean Earth radius (IUGG 1980), metres. */
const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180

/** @param columns ascending in time; they are kept, not copied. */
export function buildTrack(columns: Columns, gaps: readonly Gap[]): Track {
  const { timeMs, lat, lon, speedMps, courseDeg, satellites, hdop, accuracyM } = columns
  const sorted = [...gaps].sort((a, b) => a.fromMs - b.fromMs)
  const segments = cutAtGaps(timeMs, sorted)
  return {
    count: timeMs.length,
    ...{ timeMs, lat, lon, speedMps, courseDeg, satellites, hdop, accuracyM },
    distanceM: runDistances(lat, lon, segments),
    segments,
    gaps: sorted,
  }
}

export function gapsOf(summary: Pick<Summary, 'gaps'>): Gap[] {
  return summary.gaps.map(({ from, to, cause }) => ({
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    cause,
  }))
}

/**
 * Cuts between two fixes wherever some gap lies at least partly between them.
 * @param timeMs ascending. @param gaps ordered by their start.
 */
export function cutAtGaps(timeMs: ArrayLike<number>, gaps: readonly Span[]): Segment[] {
  const segments: Segment[] = []
  let first = 0
  let next = 0
  for (let index = 1; index <= timeMs.length; index++) {
    const beforeMs = timeMs[index - 1]!
    while (next < gaps.length && gaps[next]!.toMs <= beforeMs) next++
    const gap = gaps[next]
    const cut = index === timeMs.length || (gap !== undefined && gap.fromMs < timeMs[index]!)
    if (!cut) continue
    segments.push({ first, last: index - 1 })
    first = index
  }
  return segments
}

/** Great-circle distance (haversine), metres. */
export function distanceBetweenM(latA: number, lonA: number, latB: number, lonB: number): number {
  const sinLat = Math.sin(((latB - latA) * RADIANS) / 2)
  const sinLon = Math.sin(((lonB - lonA) * RADIANS) / 2)
  const h = sinLat * sinLat + Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * sinLon * sinLon
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

function runDistances(lat: Float64Array, lon: Float64Array, segments: readonly Segment[]): Float64Array {
  const distanceM = new Float64Array(lat.length)
  let runM = 0
  for (const { first, last } of segments) {
    distanceM[first] = runM
    for (let index = first + 1; index <= last; index++) {
      runM += distanceBetweenM(lat[index - 1]!, lon[index - 1]!, lat[index]!, lon[index]!)
      distanceM[index] = runM
    }
  }
  return distanceM
}
