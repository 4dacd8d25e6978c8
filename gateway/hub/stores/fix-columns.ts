import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import {
  ABSENT,
  DIVISORS,
  emptyColumns,
  FIX_QUANTITIES,
  type FixColumns,
  type Quantity,
} from '../../../proto/fix-columns.ts'
import type { Track } from './track-store.ts'

/**
 * What both stores keep of a fix: columns of scaled 32-bit integers (design: six bytes a fix on an InfluxDB's disk,
 * where floats took 38).
 */

/** A quantity, the factor of its integer, its field in InfluxDB, what a fix has of it, and the range that is taken. */
export interface FixColumn {
  quantity: Quantity
  factor: number
  field: string
  of: (fix: Fix) => number | undefined
  min: number
  max: number
}

const KEPT: Record<Quantity, Omit<FixColumn, 'quantity' | 'factor'>> = {
  lat: { field: 'lat_e7', of: (fix) => fix.lat, min: -90, max: 90 },
  lon: { field: 'lon_e7', of: (fix) => fix.lon, min: -180, max: 180 },
  altM: { field: 'alt_cm', of: (fix) => fix.altM, min: -1000, max: 100_000 },
  speedMps: { field: 'speed_cmps', of: (fix) => fix.speedMps, min: 0, max: 100_000 },
  courseDeg: { field: 'course_cdeg', of: (fix) => fix.courseDeg, min: 0, max: 360 },
  hdop: { field: 'hdop_c', of: (fix) => fix.hdop, min: 0, max: 1000 },
  satellites: { field: 'sats', of: (fix) => fix.satellites, min: 0, max: 1000 },
  quality: { field: 'quality', of: qualityNumber, min: 1, max: QUALITIES.length - 1 },
  accuracyM: { field: 'accuracy_cm', of: (fix) => fix.accuracyM, min: 0, max: 21_474_836.47 },
}

export const FIX_COLUMNS: readonly FixColumn[] = FIX_QUANTITIES.map((column) => ({
  ...column,
  ...KEPT[column.quantity],
}))

/** -1, which the column does not take, for a quality that is not of QUALITIES. */
function qualityNumber({ quality }: Fix): number | undefined {
  return quality === undefined ? undefined : QUALITIES.indexOf(quality)
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

/** Brings integers into the units of a Track, in place. */
export function unscale({ count, values }: FixColumns): void {
  values.forEach((column, c) => {
    const divisor = DIVISORS[c]!
    for (let i = 0; i < count; i++) column[i]! /= divisor
  })
}

/** One row of a track as a fix. */
export function fixOf(track: Track, row: number): Fix {
  const fix: Fix = { timeMs: track.timeMs[row]!, lat: track.lat[row]!, lon: track.lon[row]! }
  for (const { quantity } of FIX_QUANTITIES) {
    const value = track[quantity][row]!
    if (Number.isNaN(value)) continue
    if (quantity === 'quality') fix.quality = QUALITIES[value] as Quality
    else fix[quantity] = value
  }
  return fix
}
