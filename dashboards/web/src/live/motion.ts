import { bearingDeg } from '../replay/position.ts'
import { distanceBetweenM } from '../replay/track.ts'

/**
 * How live e-bikes glide. Fixes arrive in batches and late; each is given a moment of this browser's clock at
 * which the marker shall be there, so that the marker moves steadily through all of them instead of leaping.
 */

export interface Arrival {
  timeMs: number
  lat: number
  lon: number
}

/** A run of places and when (`showMs`, browser's clock) the marker is at each; ascending. */
export interface Leg {
  lon: number[]
  lat: number[]
  showMs: number[]
}

/** How long a batch may take to be shown: the marker is never further behind the news than this. */
const LONGEST_GLIDE_MS = 5_000
const SHORTEST_GLIDE_MS = 250
/** Beyond these nothing is known of the way between: the marker leaps and a new leg begins. */
const LEAP_M = 300
const LEAP_MS = 60_000

/**
 * Adds a batch to the last leg, or begins a new one.
 * @param lastFixMs time of the newest fix shown so far. @param batch ascending in time, all newer than that.
 */
export function schedule(
  legs: Leg[],
  lastFixMs: number | undefined,
  batch: readonly Arrival[],
  nowMs: number,
): void {
  let current = legs.at(-1)
  let beforeMs = lastFixMs
  const first = batch[0]
  if (!first) return
  const spanMs = batch.at(-1)!.timeMs - (beforeMs ?? first.timeMs)
  const startMs = Math.max(nowMs, Math.min(current?.showMs.at(-1) ?? nowMs, nowMs + LONGEST_GLIDE_MS / 2))
  const endMs = Math.max(
    startMs,
    Math.min(startMs + Math.max(spanMs, SHORTEST_GLIDE_MS), nowMs + LONGEST_GLIDE_MS),
  )
  const originMs = beforeMs ?? first.timeMs
  if (current) rest(current, startMs)
  for (const fix of batch) {
    const share = spanMs > 0 ? (fix.timeMs - originMs) / spanMs : 1
    const showMs = startMs + share * (endMs - startMs)
    if (!current || isLeap(current, beforeMs, fix)) {
      current = { lon: [], lat: [], showMs: [] }
      legs.push(current)
    }
    current.lon.push(fix.lon)
    current.lat.push(fix.lat)
    current.showMs.push(Math.max(showMs, current.showMs.at(-1) ?? 0))
    beforeMs = fix.timeMs
  }
}

/** Where the marker is now, and which way it heads while it moves; undefined before the first fix. */
export function placeAt(
  legs: readonly Leg[],
  nowMs: number,
): { lon: number; lat: number; courseDeg?: number } | undefined {
  const leg = legs.findLast(({ showMs }) => showMs[0]! <= nowMs) ?? legs[0]
  if (!leg) return undefined
  let after = leg.showMs.length - 1
  while (after > 0 && leg.showMs[after - 1]! > nowMs) after--
  const to = { lon: leg.lon[after]!, lat: leg.lat[after]! }
  if (after === 0) return to
  const from = { lon: leg.lon[after - 1]!, lat: leg.lat[after - 1]! }
  const spanMs = leg.showMs[after]! - leg.showMs[after - 1]!
  const share = spanMs > 0 ? Math.min(1, (nowMs - leg.showMs[after - 1]!) / spanMs) : 1
  const place = { lon: from.lon + (to.lon - from.lon) * share, lat: from.lat + (to.lat - from.lat) * share }
  if (distanceBetweenM(from.lat, from.lon, to.lat, to.lon) < 0.5) return place
  return { ...place, courseDeg: bearingDeg(from.lat, from.lon, to.lat, to.lon) }
}

/** Forgets what lies further back than the trail is long; the newest place always stays. */
export function prune(legs: Leg[], beforeMs: number): void {
  while (legs.length > 1 && legs[0]!.showMs.at(-1)! < beforeMs) legs.shift()
  const leg = legs[0]
  if (!leg) return
  const keep = leg.showMs.findIndex((showMs) => showMs >= beforeMs)
  const drop = Math.max(0, (keep < 0 ? leg.showMs.length : keep) - 1)
  if (drop === 0) return
  leg.lon.splice(0, drop)
  leg.lat.splice(0, drop)
  leg.showMs.splice(0, drop)
}

/** The marker has waited at its last place until now: without this it would seem to have crept from there since. */
function rest(leg: Leg, untilMs: number): void {
  if (leg.showMs.at(-1)! >= untilMs) return
  leg.lon.push(leg.lon.at(-1)!)
  leg.lat.push(leg.lat.at(-1)!)
  leg.showMs.push(untilMs)
}

function isLeap(leg: Leg, beforeMs: number | undefined, fix: Arrival): boolean {
  if (beforeMs !== undefined && fix.timeMs - beforeMs > LEAP_MS) return true
  return distanceBetweenM(leg.lat.at(-1)!, leg.lon.at(-1)!, fix.lat, fix.lon) > LEAP_M
}
