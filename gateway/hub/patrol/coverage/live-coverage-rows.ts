import type { Fix } from '../../../../proto/domain.ts'
import { FIX_QUANTITIES, trackOf } from '../../../../proto/fix-columns.ts'
import { checkedFixes } from '../../stores/checked-records.ts'
import { unscale } from '../../stores/fix-columns.ts'
import type { Track } from '../../stores/track-store.ts'

/** Rows of tracks, as the store would give them back. */

/** Fixes rounded as the store keeps them: what is said of them live is what is said of them later. */
export function storedRows(device: string, fixes: Fix[]): Track | undefined {
  const columns = checkedFixes({ fixes: [{ device, fixes }], readings: [] }).get(device)
  if (!columns) return undefined
  unscale(columns)
  return trackOf(device, columns)
}

/** The rows `from` … `to` - 1, without copying. */
export function rowsOf(track: Track, from: number, to: number): Track {
  const rows: Track = { ...track, count: to - from, timeMs: track.timeMs.subarray(from, to) }
  for (const { quantity } of FIX_QUANTITIES) rows[quantity] = track[quantity].subarray(from, to)
  return rows
}

/** So many rows are surveyed in one turn of the event loop: some tens of ms. */
const ROWS_A_TURN = 2000

/** A track in parts, each short enough for one turn. */
export function* partsOf(track: Track): Generator<Track> {
  for (let row = 0; row < track.count; row += ROWS_A_TURN)
    yield rowsOf(track, row, Math.min(track.count, row + ROWS_A_TURN))
}
