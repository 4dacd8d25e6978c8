import type { Track } from '../../stores/track-store.ts'
import type { TimeSpan } from './duty.ts'
import { GapRule } from './gap-rule.ts'

/** Rows `start` … `end` - 1 hang together; none is left out. */
export interface Stretch {
  start: number
  end: number
}

/** The parts of a track between its gaps, in order; what a gap is, {@link GapRule} says. */
export function stretches({ timeMs, count }: Track): Stretch[] {
  const rule = new GapRule()
  const found: Stretch[] = []
  let start = 0
  for (let row = 0; row < count; row++) {
    if (!rule.isGapBefore(timeMs[row]!)) continue
    found.push({ start, end: row })
    start = row
  }
  if (count > 0) found.push({ start, end: count })
  return found
}

/**
 * Gaps (轨迹断点) between the fixes of a track, from the last fix before to the first one after. A gap counts neither
 * as distance nor as coverage.
 * @param parts its stretches.
 */
export function gapsOf(track: Track, parts: readonly Stretch[] = stretches(track)): TimeSpan[] {
  const { timeMs } = track
  return parts.slice(1).map(({ start }) => ({ fromMs: timeMs[start - 1]!, toMs: timeMs[start]! }))
}
