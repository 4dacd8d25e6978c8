import { metresPerDegree } from '../patrol/distance.ts'

/**
 * Leaves out fixes of a track that are where the others say at their time. In: columns of times and places; out: the
 * rows to keep. Nothing fails.
 *
 * One pass over the track, as Lin, Jiang, Ma et al., "One-Pass Trajectory Simplification Using the Synchronous
 * Euclidean Distance" (PVLDB 12, 2018), have it: each fix after the last kept one allows the velocities from there that
 * come within the tolerance of it at its time, a disc around its own; the discs' common part is kept as bounds along
 * eight directions, of octagons inside the discs. The first fix whose velocity lies outside makes the one before it a
 * kept one. So a straight or standing device of any length costs two fixes, and every fix a few operations.
 */

/** Of an octagon inside a circle of radius 1: from its middle to its sides. */
const APOTHEM = Math.cos(Math.PI / 8)
const DIAGONAL = Math.SQRT1_2

/** Times ascend; places are degrees times `factor`. */
export interface Places {
  count: number
  timeMs: Float64Array
  lat: Float64Array
  lon: Float64Array
}

/**
 * @param gapRows - ascending rows before which a gap lies: the fixes on both its sides are kept, as the first and last.
 * @param toleranceM - no fix that is left out lies farther from the straight line between its kept neighbours at its
 * time; 0 keeps all but those exactly on it.
 * @param factor - what degrees are multiplied by.
 * @returns ascending rows.
 */
export function thinRows(
  places: Places,
  gapRows: ArrayLike<number>,
  toleranceM: number,
  factor = 1,
): Int32Array {
  const kept = new Int32Array(places.count)
  let count = 0
  for (let stretch = 0, start = 0; start < places.count; stretch++) {
    const end = stretch < gapRows.length ? gapRows[stretch]! : places.count
    count = thinStretch(places, start, end, toleranceM, factor, kept, count)
    start = end
  }
  return kept.subarray(0, count)
}

/** Rows `start` … `end` - 1 hang together. @returns how many are kept now. */
function thinStretch(
  { timeMs, lat, lon }: Places,
  start: number,
  end: number,
  toleranceM: number,
  factor: number,
  kept: Int32Array,
  keptBefore: number,
): number {
  let count = keptBefore
  kept[count++] = start
  const reachM = toleranceM * APOTHEM
  for (let from = start; from < end - 1; ) {
    const fromMs = timeMs[from]!
    const fromLat = lat[from]!
    const fromLon = lon[from]!
    const perDegree = metresPerDegree(fromLat / factor)
    const northM = perDegree.lat / factor
    const eastM = perDegree.lon / factor
    let minE = Number.NEGATIVE_INFINITY
    let maxE = Number.POSITIVE_INFINITY
    let minN = minE
    let maxN = maxE
    let minNE = minE
    let maxNE = maxE
    let minSE = minE
    let maxSE = maxE
    let row = from + 1
    for (; row < end; row++) {
      const share = 1 / (timeMs[row]! - fromMs)
      const e = (lon[row]! - fromLon) * eastM * share
      const n = (lat[row]! - fromLat) * northM * share
      const ne = (e + n) * DIAGONAL
      const se = (e - n) * DIAGONAL
      if (e < minE || e > maxE || n < minN || n > maxN) break
      if (ne < minNE || ne > maxNE || se < minSE || se > maxSE) break
      const reach = reachM * share
      if (e - reach > minE) minE = e - reach
      if (e + reach < maxE) maxE = e + reach
      if (n - reach > minN) minN = n - reach
      if (n + reach < maxN) maxN = n + reach
      if (ne - reach > minNE) minNE = ne - reach
      if (ne + reach < maxNE) maxNE = ne + reach
      if (se - reach > minSE) minSE = se - reach
      if (se + reach < maxSE) maxSE = se + reach
    }
    from = row - 1
    kept[count++] = from
  }
  return count
}
