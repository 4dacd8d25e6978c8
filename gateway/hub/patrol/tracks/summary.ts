import type { Summary } from '../../../../proto/http.ts'
import type { Track } from '../../stores/track-store.ts'
import { distanceM } from '../distance.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { gapsOf, stretches } from './gaps.ts'
import { type Stop, stopsIn } from './stops.ts'

/** Beyond these a fix says too little even about distance: street canyons have median errors of 36 m. */
const LIMITS: FixQualityLimits = { maxAccuracyM: 50, maxHdop: 10 }
/** Fixes closer together are one place: the scatter of 1 Hz fixes would otherwise add up to kilometres. */
const MIN_STEP_M = 5
/** Slower is standing: receivers report such speeds at rest. */
const MIN_SPEED_MPS = 0.5

/**
 * What a track amounts to. Distance runs from place to place: fixes less than 5 m on and everything within a
 * stop count as one place, gaps and poor fixes count for nothing. Moving time is the time between fixes,
 * outside stops and gaps, at 0.5 m/s or more.
 */
export function summarise(track: Track, fromMs: number, toMs: number): Summary {
  let lengthM = 0
  let movingMs = 0
  let maxSpeedMps = Number.NEGATIVE_INFINITY
  const stops: Stop[] = []
  for (const { start, end } of stretches(track)) {
    const rows: number[] = []
    for (let row = start; row < end; row++) if (!isPoor(track, row, LIMITS)) rows.push(row)
    const found = stopsIn(track, rows)
    lengthM += pathLengthM(track, rows, found)
    movingMs += timeMovingMs(track, rows, found)
    for (const row of rows) if (track.speedMps[row]! > maxSpeedMps) maxSpeedMps = track.speedMps[row]!
    stops.push(...found)
  }
  return {
    device: track.device,
    from: iso(fromMs),
    to: iso(toMs),
    fixes: track.count,
    ...(track.count > 0 ? { first: iso(track.timeMs[0]!), last: iso(track.timeMs[track.count - 1]!) } : {}),
    distanceM: Math.round(lengthM * 10) / 10,
    movingS: movingMs / 1000,
    ...(maxSpeedMps >= 0 ? { maxSpeedMps } : {}),
    stops: stops.map(({ lat, lon, ...stop }) => ({ ...span(stop), lat, lon })),
    gaps: gapsOf(track).map((gap) => ({ ...span(gap), cause: gap.cause })),
  }
}

function pathLengthM(track: Track, rows: number[], stops: Stop[]): number {
  let lengthM = 0
  let lat = Number.NaN
  let lon = Number.NaN
  const goTo = (toLat: number, toLon: number, minM: number): void => {
    const stepM = Number.isNaN(lat) ? Number.POSITIVE_INFINITY : distanceM(lat, lon, toLat, toLon)
    if (stepM < minM) return
    if (Number.isFinite(stepM)) lengthM += stepM
    lat = toLat
    lon = toLon
  }
  let next = 0
  for (let i = 0; i < rows.length; i++) {
    const stop = stops[next]
    if (stop && i === stop.first) {
      goTo(stop.lat, stop.lon, 0)
      i = stop.last
      next++
    } else goTo(track.lat[rows[i]!]!, track.lon[rows[i]!]!, MIN_STEP_M)
  }
  return lengthM
}

function timeMovingMs(track: Track, rows: number[], stops: Stop[]): number {
  let movingMs = 0
  let next = 0
  for (let i = 1; i < rows.length; i++) {
    while (next < stops.length && stops[next]!.last < i) next++
    const stop = stops[next]
    if (stop && stop.first < i) continue
    if (speedMps(track, rows[i - 1]!, rows[i]!) >= MIN_SPEED_MPS)
      movingMs += track.timeMs[rows[i]!]! - track.timeMs[rows[i - 1]!]!
  }
  return movingMs
}

/** As the receiver told it at the end of a step, or else as the step shows it. */
function speedMps(track: Track, from: number, to: number): number {
  const told = track.speedMps[to]!
  if (!Number.isNaN(told)) return told
  const stepM = distanceM(track.lat[from]!, track.lon[from]!, track.lat[to]!, track.lon[to]!)
  return (stepM / (track.timeMs[to]! - track.timeMs[from]!)) * 1000
}

const span = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => ({
  from: iso(fromMs),
  to: iso(toMs),
  durationS: (toMs - fromMs) / 1000,
})

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
