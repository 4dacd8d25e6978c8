/**
 * Fixes as columns, which stores keep, answers carry and the page draws: one typed array a quantity. Free of
 * server code: the page imports it.
 */

/** Marks a quantity that a fix does not have. */
export const ABSENT = Number.NaN

/** A track as columns of `count` values; NaN: that fix has no such value. `quality` as in QUALITIES. */
export interface TrackArrays {
  device: string
  count: number
  /** Unix ms, ascending. */
  timeMs: Float64Array
  lat: Float64Array
  lon: Float64Array
  altM: Float64Array
  speedMps: Float64Array
  courseDeg: Float64Array
  hdop: Float64Array
  satellites: Float64Array
  quality: Float64Array
  accuracyM: Float64Array
}

export type Quantity = Exclude<keyof TrackArrays, 'device' | 'count' | 'timeMs'>

/**
 * The quantities in the order of their columns, each with the factor that makes it a 32-bit integer: positions are
 * 1e-7 degrees, other quantities have two decimals. Chunks hold them in this order: only ever add at the end.
 */
export const FIX_QUANTITIES: readonly { quantity: Quantity; factor: number }[] = [
  { quantity: 'lat', factor: 1e7 },
  { quantity: 'lon', factor: 1e7 },
  { quantity: 'altM', factor: 100 },
  { quantity: 'speedMps', factor: 100 },
  { quantity: 'courseDeg', factor: 100 },
  { quantity: 'hdop', factor: 100 },
  { quantity: 'satellites', factor: 1 },
  { quantity: 'quality', factor: 1 },
  { quantity: 'accuracyM', factor: 100 },
]

export const DIVISORS: readonly number[] = FIX_QUANTITIES.map(({ factor }) => factor)

/** `values[c]` is the column FIX_QUANTITIES[c], of integers or ABSENT. There may be room for more than `count`. */
export interface FixColumns {
  count: number
  timeMs: Float64Array
  values: Float64Array[]
}

export function emptyColumns(capacity: number): FixColumns {
  return {
    count: 0,
    timeMs: new Float64Array(capacity),
    values: FIX_QUANTITIES.map(() => new Float64Array(capacity)),
  }
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
export function firstRowAt(columns: { count: number; timeMs: Float64Array }, timeMs: number): number {
  let low = 0
  let high = columns.count
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns.timeMs[middle]! < timeMs) low = middle + 1
    else high = middle
  }
  return low
}

/** A track of columns that are in its units already; they are not copied. */
export function trackOf(device: string, { count, timeMs, values }: FixColumns): TrackArrays {
  const quantities = FIX_QUANTITIES.map(({ quantity }, c) => [quantity, values[c]!.subarray(0, count)])
  return {
    device,
    count,
    timeMs: timeMs.subarray(0, count),
    ...Object.fromEntries(quantities),
  } as TrackArrays
}
