import type { Span, Track } from './track.ts'

/** What the timeline shows: hours along it, and how fast the e-bike was. */

const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60_000)

/**
 * Round moments of the local day inside the range, at most `most` of them (one a day at the finest beyond
 * twelve hours a step).
 * @param offsetMs local time minus UTC, so that a step of six hours falls on 00:00, 06:00 … of the local day.
 */
export function timeTicks({ fromMs, toMs }: Span, most: number, offsetMs: number): number[] {
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= most) ?? STEPS_MS.at(-1)!
  const ticks: number[] = []
  for (let tick = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs; tick <= toMs; tick += stepMs)
    ticks.push(tick)
  return ticks
}

/**
 * The greatest or least value in each of `bins` equal parts of the range; NaN where no known one lies.
 * @param timeMs ascending.
 */
export function profile(
  timeMs: ArrayLike<number>,
  values: ArrayLike<number>,
  { fromMs, toMs }: Span,
  bins: number,
  keep: 'greatest' | 'least',
): Float64Array {
  const kept = new Float64Array(bins).fill(Number.NaN)
  for (let index = 0; index < timeMs.length; index++) {
    const value = values[index]!
    const bin = Math.floor(((timeMs[index]! - fromMs) / (toMs - fromMs)) * bins)
    if (bin < 0 || bin >= bins || Number.isNaN(value)) continue
    const had = kept[bin]!
    if (Number.isNaN(had) || (keep === 'greatest' ? value > had : value < had)) kept[bin] = value
  }
  return kept
}

/**
 * Carries a value on through the parts in which a thinned track has no fix, though never across a gap: between two
 * fixes that hang together it was about the same.
 */
export function fillBetween(
  kept: Float64Array,
  { timeMs, segments }: Pick<Track, 'timeMs' | 'segments'>,
  { fromMs, toMs }: Span,
): Float64Array {
  const bins = kept.length
  const binOf = (index: number) => Math.floor(((timeMs[index]! - fromMs) / (toMs - fromMs)) * bins)
  for (const { first, last } of segments) {
    let value = Number.NaN
    const end = Math.min(bins - 1, binOf(last))
    for (let bin = Math.max(0, binOf(first)); bin <= end; bin++) {
      if (Number.isNaN(kept[bin]!)) kept[bin] = value
      else value = kept[bin]!
    }
  }
  return kept
}

/** The profile as filled columns, an SVG path in a box of `bins` × `height` with its foot at the bottom; unknown bins are left open. */
export function profilePath(kept: Float64Array, height: number, full: number): string {
  const parts: string[] = []
  for (let bin = 0; bin < kept.length; bin++) {
    const value = kept[bin]!
    if (Number.isNaN(value)) continue
    const top = height - Math.min(1, value / full) * height
    parts.push(`M${bin} ${height}V${top.toFixed(1)}H${bin + 1}V${height}Z`)
  }
  return parts.join('')
}

/** The profile as a line in steps, broken where nothing is known. */
export function stepPath(kept: Float64Array, height: number, full: number): string {
  const parts: string[] = []
  let before = Number.NaN
  for (let bin = 0; bin < kept.length; bin++) {
    const value = kept[bin]!
    if (!Number.isNaN(value)) {
      const y = (height - Math.min(1, Math.max(0, value / full)) * height).toFixed(1)
      parts.push(Number.isNaN(before) ? `M${bin} ${y}H${bin + 1}` : `V${y}H${bin + 1}`)
    }
    before = value
  }
  return parts.join('')
}
