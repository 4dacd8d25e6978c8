import type { Summary } from '../../../../proto/http.ts'
import type { Track } from '../../stores/track-store.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { type DutyShift, dutyClock, missingTime, onDutyMs, type TimeSpan } from './duty.ts'
import { type GatewayLife, typeGaps } from './gap-causes.ts'
import { gapsOf, type Stretch, stretches } from './gaps.ts'
import { countImpossible, legsOf } from './jumps.ts'
import { type Leg, movingMs, walk } from './path.ts'
import { type Segment, segmentsOf } from './segments.ts'
import { stopsIn } from './stops.ts'

/**
 * What a track (轨迹) amounts to. In: the columns of a device's fixes, and what is known around them; out: the answer
 * of devices/{id}/summary. Nothing is kept between two calls: what comes late is in the next one. Nothing fails.
 *
 *   stretches between gaps ─ good fixes ─ legs without jumps ─ stops ─ way ─┬─ trips
 *                                                                           └─ effective distance
 */

/** Beyond these a fix says too little even about distance: street canyons have median errors of 36 m. */
const LIMITS: FixQualityLimits = { maxAccuracyM: 50, maxHdop: 10 }

/** What is known around a track; what is absent is not known. */
export interface SummaryContext {
  /** In order, one at a time; empty: something is planned for this device, but nothing at that time. */
  shifts?: readonly SummaryShift[] | undefined
  /** Of the gateway that brings the device's fixes. */
  life?: GatewayLife | undefined
  /** What a place is called: the street, component or grid there. */
  placeOf?: ((lat: number, lon: number) => string | undefined) | undefined
  /** Absent: the range is over. */
  nowMs?: number | undefined
}

/** Whether a place in WGS-84 degrees lies inside. */
export type Area = (lat: number, lon: number) => boolean

export interface SummaryShift extends Pick<DutyShift, 'fromMs' | 'toMs' | 'breaks'> {
  /** Of the grids that the shift patrols; absent: not known, and anywhere is as good. */
  area?: Area | undefined
}

export type TrackSummary = Summary &
  Required<Pick<Summary, 'effectiveM' | 'trips' | 'jumps' | 'impossibleJumps'>>

/**
 * Distance runs from place to place: fixes less than 5 m on and everything within a stop count as one place; gaps, poor
 * fixes and jumps count for nothing. Moving time is the time between fixes, outside stops and gaps, at 0.5 m/s or more.
 * Effective distance (有效里程) is what of the distance was ridden in a shift, outside its breaks, inside its area; a
 * step over the border counts by half. Where no shifts are known, all of it.
 */
export function summarise(
  track: Track,
  fromMs: number,
  toMs: number,
  { shifts, life, placeOf, nowMs }: SummaryContext = {},
): TrackSummary {
  const parts = stretches(track)
  const { good, legs, jumps } = legsOfTrack(track, parts)
  const gaps = gapsOf(track, parts)
  const range = { fromMs, toMs }
  const fixes = spanOf(track)
  const stops = legs.flatMap((leg) => leg.stops)
  const way = wayOf(track, legs, fixes ? segmentsOf(fixes, stops, gaps) : [], shifts)
  const missing = missingTime(gaps, fixes, shifts ?? [], range, nowMs)
  const maxSpeedMps = fastest(track, legs)
  const inArea = shareInside(track, legs, shifts)
  return {
    device: track.device,
    from: iso(fromMs),
    to: iso(toMs),
    fixes: track.count,
    ...(fixes ? { first: iso(fixes.fromMs), last: iso(fixes.toMs) } : {}),
    distanceM: inDecimetres(way.lengthM),
    movingS: legs.reduce((sum, leg) => sum + movingMs(track, leg), 0) / 1000,
    ...(maxSpeedMps === undefined ? {} : { maxSpeedMps }),
    ...(shifts ? { onDutyS: onDutyMs(missing, shifts, range, nowMs) / 1000 } : {}),
    effectiveM: inDecimetres(way.effectiveM),
    ...(inArea === undefined ? {} : { inArea }),
    jumps,
    impossibleJumps: countImpossible(track, good),
    trips: way.trips,
    stops: stops.map(({ lat, lon, ...stop }) => {
      const place = placeOf?.(lat, lon)
      return { ...span(stop), lat, lon, ...(place === undefined ? {} : { place }) }
    }),
    gaps: typeGaps(missing, { shifts, life }).map((gap) => ({ ...span(gap), cause: gap.cause })),
  }
}

function legsOfTrack(track: Track, parts: readonly Stretch[]) {
  const good: number[] = []
  const legs: Leg[] = []
  let jumps = 0
  for (const { start, end } of parts) {
    const rows: number[] = []
    for (let row = start; row < end; row++) if (!isPoor(track, row, LIMITS)) rows.push(row)
    const found = legsOf(track, rows)
    for (const leg of found.legs) legs.push({ rows: leg, stops: stopsIn(track, leg) })
    for (const row of rows) good.push(row)
    jumps += found.leftOut
  }
  return { good, legs, jumps }
}

/** The way of all legs, told for each trip and for what of it is effective. */
function wayOf(
  track: Track,
  legs: readonly Leg[],
  segments: readonly Segment[],
  shifts: readonly SummaryShift[] | undefined,
) {
  const shiftAt = dutyClock(shifts ?? [])
  const ridden = segments.filter(({ kind }) => kind === 'trip').map((trip) => ({ ...trip, lengthM: 0 }))
  let lengthM = 0
  let effectiveM = 0
  let next = 0
  for (const leg of legs) {
    let wasInside = false
    walk(track, leg, (endMs, stepM, lat, lon) => {
      lengthM += stepM
      while (next < ridden.length && endMs > ridden[next]!.toMs) next++
      const trip = ridden[next]
      if (trip && endMs >= trip.fromMs) trip.lengthM += stepM
      const shift = shifts && shiftAt(endMs)
      const isOnDuty = !shifts || shift !== undefined
      const isInside = shift?.area?.(lat, lon) ?? true
      if (isOnDuty) effectiveM += (stepM * (Number(wasInside) + Number(isInside))) / 2
      wasInside = isInside
    })
  }
  // A minute beside a gap in which the device did not move is no trip.
  const trips = ridden
    .filter((trip) => trip.lengthM > 0)
    .map((trip) => ({ ...span(trip), distanceM: inDecimetres(trip.lengthM) }))
  return { lengthM, effectiveM, trips }
}

/** Of the good fixes in shifts, outside their breaks, whose area is known; undefined: there is none. */
function shareInside(
  track: Track,
  legs: readonly Leg[],
  shifts: readonly SummaryShift[] = [],
): number | undefined {
  const shiftAt = dutyClock(shifts)
  let judged = 0
  let inside = 0
  for (const { rows } of legs)
    for (const row of rows) {
      const area = shiftAt(track.timeMs[row]!)?.area
      if (!area) continue
      judged++
      if (area(track.lat[row]!, track.lon[row]!)) inside++
    }
  return judged === 0 ? undefined : inside / judged
}

function fastest(track: Track, legs: readonly Leg[]): number | undefined {
  let mps = Number.NEGATIVE_INFINITY
  for (const { rows } of legs)
    for (const row of rows) if (track.speedMps[row]! > mps) mps = track.speedMps[row]!
  return mps >= 0 ? mps : undefined
}

const spanOf = ({ timeMs, count }: Track): TimeSpan | undefined =>
  count > 0 ? { fromMs: timeMs[0]!, toMs: timeMs[count - 1]! } : undefined

const span = ({ fromMs, toMs }: TimeSpan) => ({
  from: iso(fromMs),
  to: iso(toMs),
  durationS: (toMs - fromMs) / 1000,
})

const inDecimetres = (metres: number): number => Math.round(metres * 10) / 10

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
