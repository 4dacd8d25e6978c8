import type { Track } from '../../stores/track-store.ts'
import { distanceM } from '../distance.ts'

/**
 * Jumps of a track: fixes where no vehicle can have got to. In: the good fixes of a stretch; out: legs, within which
 * every step can have been ridden, and how many fixes were left out as spikes. Two devices under one id, or a receiver
 * that comes back from elsewhere, make several legs; between two of them lies no way.
 */

/** No e-bike and hardly a car in a district is faster. */
const MAX_SPEED_MPS = 40
/** Receivers move so far from one epoch to the next by themselves, which at 10 Hz would look fast. */
const SCATTER_M = 10
/** Fixes in a row that hang together: what so many agree upon is a place and no spike. */
const FIXES_OF_A_PLACE = 5
/** Farther off than a street canyon carries a fix (95 % of its errors lie within). */
const CANYON_M = 300

export interface Legs {
  /** Rows of the track, in order. */
  legs: number[][]
  /** Fixes that belong to none. */
  leftOut: number
}

/** @param rows of one stretch, in order. */
export function legsOf(track: Track, rows: readonly number[]): Legs {
  const legs: number[][] = []
  let leftOut = 0
  let leg: number[] = []
  /** Away from the leg: a spike, or the beginning of another leg. */
  let away: number[] = []
  for (const row of rows) {
    if (leg.length === 0 || isReachable(track, leg.at(-1)!, row, SCATTER_M)) {
      leg.push(row)
      if (away.length > 0) {
        leftOut += away.length
        away = []
      }
    } else if (away.length === 0 || isReachable(track, away.at(-1)!, row, SCATTER_M)) {
      away.push(row)
      if (away.length < FIXES_OF_A_PLACE) continue
      if (leg.length < FIXES_OF_A_PLACE) leftOut += leg.length
      else legs.push(leg)
      leg = away
      away = []
    } else {
      leftOut += away.length
      away = [row]
    }
  }
  if (leg.length > 0) legs.push(leg)
  return { legs, leftOut: leftOut + away.length }
}

/**
 * Steps that no scatter explains either: faster than 40 m/s over more than 300 m. A spike makes two of them; many are
 * the mark of two devices under one id.
 * @param rows of the whole track, in order.
 */
export function countImpossible(track: Track, rows: readonly number[]): number {
  let found = 0
  for (let i = 1; i < rows.length; i++) if (!isReachable(track, rows[i - 1]!, rows[i]!, CANYON_M)) found++
  return found
}

/** No degree of latitude or longitude is longer, in m. */
const LONGEST_DEGREE_M = 111_700

function isReachable(track: Track, from: number, to: number, allowanceM: number): boolean {
  const reachM = allowanceM + (MAX_SPEED_MPS * (track.timeMs[to]! - track.timeMs[from]!)) / 1000
  const latDeg = Math.abs(track.lat[to]! - track.lat[from]!)
  const lonDeg = Math.abs(track.lon[to]! - track.lon[from]!)
  // Nearly every step is seen to be short without a cosine.
  if ((latDeg + lonDeg) * LONGEST_DEGREE_M <= reachM) return true
  return distanceM(track.lat[from]!, track.lon[from]!, track.lat[to]!, track.lon[to]!) <= reachM
}
