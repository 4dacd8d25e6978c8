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

/** Fastest speed in each of `bins` equal parts of the range, m/s; NaN where no fix of known speed lies. */
export function speedProfile(track: Track, { fromMs, toMs }: Span, bins: number): Float64Array {
  const profile = new Float64Array(bins).fill(Number.NaN)
  for (let index = 0; index < track.count; index++) {
    const speedMps = track.speedMps[index]!
    const bin = Math.floor(((track.timeMs[index]! - fromMs) / (toMs - fromMs)) * bins)
    if (bin < 0 || bin >= bins || Number.isNaN(speedMps)) continue
    if (!(profile[bin]! >= speedMps)) profile[bin] = speedMps
  }
  return profile
}

/** The profile as an SVG path in a box of `bins` × `height` with its foot at the bottom; unknown bins are left open. */
export function profilePath(profile: Float64Array, height: number, fullMps: number): string {
  const parts: string[] = []
  for (let bin = 0; bin < profile.length; bin++) {
    const speedMps = profile[bin]!
    if (Number.isNaN(speedMps)) continue
    const top = height - Math.min(1, speedMps / fullMps) * height
    parts.push(`M${bin} ${height}V${top.toFixed(1)}H${bin + 1}V${height}Z`)
  }
  return parts.join('')
}
