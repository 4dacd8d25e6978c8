import type { z } from 'zod'
import { TrackFilter } from '../../../gateway/edge/track/track-filter.ts'
import { TrackFilterConfig } from '../../../gateway/edge/track/track-filter-config.ts'
import type { Fix } from '../../../proto/domain.ts'

export type TrackConfig = z.input<typeof TrackFilterConfig>

/** No stage at work; tests switch on what they look at. */
export const ALL_OFF = {
  quality: { enabled: false },
  plausibility: { enabled: false },
  standing: { enabled: false },
} satisfies TrackConfig

export interface Filtered {
  kept: Fix[]
  /** For each kept fix: time of the fix during whose push it went out. Infinity: not before the flush. */
  outMs: number[]
  counts: Record<string, number>
}

export function filtered(fixes: Iterable<Fix>, config: TrackConfig = {}): Filtered {
  const kept: Fix[] = []
  const outMs: number[] = []
  let nowMs = Number.POSITIVE_INFINITY
  const filter = new TrackFilter(TrackFilterConfig.parse(config), (fix) => {
    kept.push(fix)
    outMs.push(nowMs)
  })
  for (const fix of fixes) {
    nowMs = fix.timeMs
    filter.push(fix)
  }
  nowMs = Number.POSITIVE_INFINITY
  filter.flush()
  return { kept, outMs, counts: filter.counts }
}

/** Counted fixes that went no further. */
export function notKept(counts: Record<string, number>): number {
  let sum = 0
  for (const [name, count] of Object.entries(counts)) if (/^(rejected|thinned)-/.test(name)) sum += count
  return sum
}
