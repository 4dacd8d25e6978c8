import type { Track } from '../../stores/track-store.ts'
import { distanceM } from '../distance.ts'
import type { Stop } from './stops.ts'

/** The way of a leg: from place to place, so that standing adds nothing. */

/** Fixes closer together are one place: the scatter of 1 Hz fixes would otherwise add up to kilometres. */
const MIN_STEP_M = 5
/** Slower is standing: receivers report such speeds at rest. */
const MIN_SPEED_MPS = 0.5

/** Rows of a track between which every step can have been ridden, and the stops among them. */
export interface Leg {
  rows: readonly number[]
  stops: readonly Stop[]
}

/** A step that ends at this place and time; the first place of a leg has `lengthM` 0. */
type OnStep = (endMs: number, lengthM: number, lat: number, lon: number) => void

/** Fixes less than 5 m on, and everything within a stop, count as one place. */
export function walk(track: Track, { rows, stops }: Leg, onStep: OnStep): void {
  let lat = Number.NaN
  let lon = Number.NaN
  const goTo = (endMs: number, toLat: number, toLon: number, minM: number): void => {
    const isFirst = Number.isNaN(lat)
    const stepM = isFirst ? 0 : distanceM(lat, lon, toLat, toLon)
    if (!isFirst && stepM < minM) return
    lat = toLat
    lon = toLon
    onStep(endMs, stepM, lat, lon)
  }
  let next = 0
  for (let i = 0; i < rows.length; i++) {
    const stop = stops[next]
    if (stop && i === stop.first) {
      goTo(stop.fromMs, stop.lat, stop.lon, 0)
      i = stop.last
      next++
    } else {
      const row = rows[i]!
      goTo(track.timeMs[row]!, track.lat[row]!, track.lon[row]!, MIN_STEP_M)
    }
  }
}

/** Time between fixes, outside stops, at 0.5 m/s or more. */
export function movingMs(track: Track, { rows, stops }: Leg): number {
  let totalMs = 0
  let next = 0
  for (let i = 1; i < rows.length; i++) {
    while (next < stops.length && stops[next]!.last < i) next++
    const stop = stops[next]
    if (stop && stop.first < i) continue
    if (speedMps(track, rows[i - 1]!, rows[i]!) >= MIN_SPEED_MPS)
      totalMs += track.timeMs[rows[i]!]! - track.timeMs[rows[i - 1]!]!
  }
  return totalMs
}

/** As the receiver told it at the end of a step, or else as the step shows it. */
function speedMps(track: Track, from: number, to: number): number {
  const told = track.speedMps[to]!
  if (!Number.isNaN(told)) return told
  const stepM = distanceM(track.lat[from]!, track.lon[from]!, track.lat[to]!, track.lon[to]!)
  return (stepM / (track.timeMs[to]! - track.timeMs[from]!)) * 1000
}
