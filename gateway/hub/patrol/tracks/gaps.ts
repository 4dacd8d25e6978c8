import type { Track } from '../../stores/track-store.ts'

/**
 * Gaps (轨迹断点): stretches without any fix. A gap counts neither as distance nor as coverage.
 *
 * A stretch is a gap from max(10 s, 5 times the usual interval) on. At 1 Hz receivers lose single epochs
 * under bridges and trees, and 10 s at an e-bike's 5 m/s are 50 m, over which a straight line is still the
 * street; a device that reports every 30 s has gaps from two and a half minutes on.
 */
const MIN_GAP_MS = 10_000
const GAP_INTERVALS = 5
/** Enough of a track's intervals to know the usual one. */
const SAMPLED_INTERVALS = 1001

export interface Gap {
  /** The last fix before it and the first one after it. */
  fromMs: number
  toMs: number
  /** Nothing known here tells more. */
  cause: 'unknown'
}

/** How long after a fix the next one must come so as not to be behind a gap. */
export function gapLimitMs(track: Track): number {
  return Math.max(MIN_GAP_MS, GAP_INTERVALS * usualIntervalMs(track))
}

/** Rows `start` … `end` - 1 hang together; none is left out. */
export interface Stretch {
  start: number
  end: number
}

/** The parts of a track between its gaps, in order. */
export function stretches(track: Track): Stretch[] {
  const limitMs = gapLimitMs(track)
  const found: Stretch[] = []
  let start = 0
  for (let row = 1; row <= track.count; row++) {
    if (row < track.count && track.timeMs[row]! - track.timeMs[row - 1]! <= limitMs) continue
    found.push({ start, end: row })
    start = row
  }
  return track.count === 0 ? [] : found
}

/** Gaps between the fixes of a track; before the first and after the last one it is not known that any were due. */
export function gapsOf(track: Track): Gap[] {
  return stretches(track)
    .slice(1)
    .map(({ start }) => ({
      fromMs: track.timeMs[start - 1]!,
      toMs: track.timeMs[start]!,
      cause: 'unknown',
    }))
}

/** The median interval, of evenly spread samples where there are many; 0 for a single fix. */
function usualIntervalMs({ timeMs, count }: Track): number {
  const intervals = count - 1
  if (intervals < 1) return 0
  const samples = Math.min(intervals, SAMPLED_INTERVALS)
  const sampled = new Float64Array(samples)
  for (let s = 0; s < samples; s++) {
    const row = Math.floor((s * intervals) / samples)
    sampled[s] = timeMs[row + 1]! - timeMs[row]!
  }
  return sampled.sort()[samples >> 1]!
}
