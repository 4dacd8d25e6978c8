import { GapRule } from '../patrol/tracks/gap-rule.ts'
import type { Track, TrackStore } from '../stores/track-store.ts'

/** A track in slices, so that ten years of it never stand in memory. In: a store and a range; out: days. */

/** Part of a track, in order of time. */
export interface TrackSlice extends Track {
  /** Ascending rows before which a gap lies, also between this slice and the one before. */
  gapRows: ArrayLike<number>
}

const SLICE_MS = 86_400_000

/** Those days of a track that have fixes. @throws StoreUnavailable */
export async function* dailySlices(
  store: TrackStore,
  device: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<TrackSlice> {
  const rule = new GapRule()
  const last = await store.lastFix(device)
  const endMs = Math.min(toMs, (last?.timeMs ?? Number.NEGATIVE_INFINITY) + 1)
  // Nothing is kept from before 1970.
  for (let startMs = Math.max(fromMs, 0); startMs < endMs; startMs += SLICE_MS) {
    const track = await store.readTrack(device, startMs, Math.min(startMs + SLICE_MS, endMs))
    const gapRows: number[] = []
    for (let row = 0; row < track.count; row++) if (rule.isGapBefore(track.timeMs[row]!)) gapRows.push(row)
    if (track.count > 0) yield { ...track, gapRows }
  }
}

/** Rows `start` … `end` - 1 of a slice, which hang together. */
export interface Run {
  slice: TrackSlice
  start: number
  end: number
  /** Nothing of the track hangs together with it before: it is the first, or a gap lies between. */
  isApart: boolean
}

const RUN_FIXES = 2000

/** Runs of at most 2,000 fixes in order of time. */
export async function* runsOf(slices: Iterable<TrackSlice> | AsyncIterable<TrackSlice>): AsyncGenerator<Run> {
  let isApart = true
  for await (const slice of slices) {
    let gap = 0
    let start = 0
    while (start < slice.count) {
      if (slice.gapRows[gap] === start) {
        isApart = true
        gap++
      }
      const end = Math.min(slice.gapRows[gap] ?? slice.count, start + RUN_FIXES, slice.count)
      yield { slice, start, end, isApart }
      isApart = false
      start = end
    }
  }
}
