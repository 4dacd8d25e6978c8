import { FIX_QUANTITIES } from '../../../proto/fix-columns.ts'
import type { AnsweredTrack } from '../../../proto/track-columns.ts'
import { GapRule, MIN_GAP_MS } from '../patrol/tracks/gap-rule.ts'
import type { Track } from '../stores/track-store.ts'
import { thinRows } from './thin-rows.ts'

/** A track with its gaps, thinned or whole: what answers and files are written from. */

/** Ascending rows of ascending times before which a gap lies. */
export function gapRowsOf(timeMs: Float64Array): Uint32Array {
  if (!hasLongInterval(timeMs)) return new Uint32Array()
  const rule = new GapRule()
  const rows: number[] = []
  for (let row = 0; row < timeMs.length; row++) if (rule.isGapBefore(timeMs[row]!)) rows.push(row)
  return Uint32Array.from(rows)
}

/** Most tracks have no interval that could be a gap by any rule; seeing that is many times faster than the rule. */
function hasLongInterval(timeMs: Float64Array): boolean {
  for (let row = 1; row < timeMs.length; row++) if (timeMs[row]! - timeMs[row - 1]! > MIN_GAP_MS) return true
  return false
}

/** @param toleranceM - as for thinRows; 0 leaves nothing out, not even what lies exactly on the line. */
export function thinnedTrack(track: Track, toleranceM: number): AnsweredTrack {
  return thinnedFurther({ ...track, gapRows: gapRowsOf(track.timeMs) }, toleranceM)
}

/**
 * Thins what may have been thinned before: tolerances add up. Gaps stay those of the whole track, which the intervals
 * of a thinned one would not tell any more.
 */
export function thinnedFurther(track: AnsweredTrack, toleranceM: number): AnsweredTrack {
  if (toleranceM === 0) return track
  const rows = thinRows(track, track.gapRows, toleranceM)
  const thinned = { ...track, count: rows.length, timeMs: picked(track.timeMs, rows) }
  for (const { quantity } of FIX_QUANTITIES) thinned[quantity] = picked(track[quantity], rows)
  return { ...thinned, gapRows: placesOf(track.gapRows, rows) }
}

function picked(column: Float64Array, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i]!]!
  return values
}

/** Where rows that were kept stand among the kept ones; both ascend. */
function placesOf(wanted: Uint32Array, kept: Int32Array): Uint32Array {
  let at = 0
  return wanted.map((row) => {
    while (kept[at]! < row) at++
    return at
  })
}
