import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import type { Track } from './track-store.ts'

/**
 * Fixes as columns of scaled 32-bit integers: what both stores keep. Positions are 1e-7 degrees, other
 * quantities have two decimals (design: six bytes a fix on an InfluxDB's disk, where floats took 38).
 */

/** Marks a quantity that a fix does not have. */
export const ABSENT = Number.NaN

/**
 * A quantity: its column in a Track, its field in InfluxDB, what a fix has of it, the factor of its integer, and the
 * range that is taken.
 */
export interface FixColumn {
  quantity: Exclude<keyof Track, 'device' | 'count' | 'timeMs'>
  field: string
  of: (fix: Fix) => number | undefined
  factor: number
  min: number
  max: number
}

/** Chunks in SQLite hold the columns in this order: only ever add at the end. */
export const FIX_COLUMNS: readonly FixColumn[] = [
  { quantity: 'lat', field: 'lat_e7', of: (fix) => fix.lat, factor: 1e7, min: -90, max: 90 },
  { quantity: 'lon', field: 'lon_e7', of: (fix) => fix.lon, factor: 1e7, min: -180, max: 180 },
  { quantity: 'altM', field: 'alt_cm', of: (fix) => fix.altM, factor: 100, min: -1000, max: 100_000 },
  { quantity: 'speedMps', field: 'speed_cmps', of: (fix) => fix.speedMps, factor: 100, min: 0, max: 100_000 },
  { quantity: 'courseDeg', field: 'course_cdeg', of: (fix) => fix.courseDeg, factor: 100, min: 0, max: 360 },
  { quantity: 'hdop', field: 'hdop_c', of: (fix) => fix.hdop, factor: 100, min: 0, max: 1000 },
  { quantity: 'satellites', field: 'sats', of: (fix) => fix.satellites, factor: 1, min: 0, max: 1000 },
  { quantity: 'quality', field: 'quality', of: qualityNumber, factor: 1, min: 1, max: QUALITIES.length - 1 },
  {
    quantity: 'accuracyM',
    field: 'accuracy_cm',
    of: (fix) => fix.accuracyM,
    factor: 100,
    min: 0,
    max: 21_474_836.47,
  },
]

/** -1, which the column does not take, for a quality that is not of QUALITIES. */
function qualityNumber({ quality }: Fix): number | undefined {
  return quality === undefined ? undefined : QUALITIES.indexOf(quality)
}

/** `values[c]` is the column FIX_COLUMNS[c], of integers or ABSENT. There may be room for more than `count`. */
export interface FixColumns {
  count: number
  timeMs: Float64Array
  values: Float64Array[]
}

export function emptyColumns(capacity: number): FixColumns {
  return {
    count: 0,
    timeMs: new Float64Array(capacity),
    values: FIX_COLUMNS.map(() => new Float64Array(capacity)),
  }
}

/** A value in the unit of its column as the integer that is kept; undefined where it is outside the range. */
export function scaledValue(column: FixColumn, value: number): number | undefined {
  if (!(value >= column.min && value <= column.max)) return undefined
  return Math.round(value * column.factor)
}

/**
 * Two lists in order of time as one. Where both have a fix of the same time it becomes one: `later`'s
 * values win, and a quantity that only `earlier` has stays.
 */
export function mergeColumns(earlier: FixColumns, later: FixColumns): FixColumns {
  const merged = emptyColumns(earlier.count + later.count)
  const { timeMs, values } = merged
  let a = 0
  let b = 0
  let at = 0
  while (a < earlier.count || b < later.count) {
    const timeA = a < earlier.count ? earlier.timeMs[a]! : Number.POSITIVE_INFINITY
    const timeB = b < later.count ? later.timeMs[b]! : Number.POSITIVE_INFINITY
    timeMs[at] = Math.min(timeA, timeB)
    for (let c = 0; c < values.length; c++) {
      const fromB = timeB <= timeA ? later.values[c]![b]! : ABSENT
      values[c]![at] = Number.isNaN(fromB) && timeA <= timeB ? earlier.values[c]![a]! : fromB
    }
    if (timeA <= timeB) a++
    if (timeB <= timeA) b++
    at++
  }
  merged.count = at
  return merged
}

/** The rows `start` … `end` - 1, without copying. */
export function sliceColumns(columns: FixColumns, start: number, end: number): FixColumns {
  return {
    count: end - start,
    timeMs: columns.timeMs.subarray(start, end),
    values: columns.values.map((column) => column.subarray(start, end)),
  }
}

/** The first row whose time is not before `timeMs`. */
export function firstRowAt(columns: FixColumns, timeMs: number): number {
  let low = 0
  let high = columns.count
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns.timeMs[middle]! < timeMs) low = middle + 1
    else high = middle
  }
  return low
}

export const DIVISORS: readonly number[] = FIX_COLUMNS.map((column) => column.factor)

/** Brings integers into the units of a Track, in place. */
export function unscale({ count, values }: FixColumns): void {
  values.forEach((column, c) => {
    const divisor = DIVISORS[c]!
    for (let i = 0; i < count; i++) column[i]! /= divisor
  })
}

/** A track of columns that are in its units already; they are not copied. */
export function trackOf(device: string, { count, timeMs, values }: FixColumns): Track {
  const quantities = FIX_COLUMNS.map(({ quantity }, c) => [quantity, values[c]!.subarray(0, count)])
  return { device, count, timeMs: timeMs.subarray(0, count), ...Object.fromEntries(quantities) } as Track
}

/** One row of a track as a fix. */
export function fixOf(track: Track, row: number): Fix {
  const fix: Fix = { timeMs: track.timeMs[row]!, lat: track.lat[row]!, lon: track.lon[row]! }
  for (const { quantity } of FIX_COLUMNS) {
    const value = track[quantity][row]!
    if (Number.isNaN(value)) continue
    if (quantity === 'quality') fix.quality = QUALITIES[value] as Quality
    else fix[quantity] = value
  }
  return fix
}
