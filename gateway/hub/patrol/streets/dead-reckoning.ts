import { distanceM } from '../distance.ts'
import { type Candidate, errorLikelihood, type Observation, placeOf } from './candidates.ts'
import type { MatchOptions } from './match-options.ts'
import type { StreetNetwork, StreetPart } from './street-network.ts'

/**
 * Where a device is that rode on along its street by its speed and course (航位推算). Where fixes are poor, the foot of
 * one on the street that is really ridden may be tens of metres behind or ahead, and none at all if another street is
 * nearer: these places hold on to the street for as long as the fix can be from there.
 */

/** A course is good to so much, and streets bend. */
const MAX_TURN_DEG = 50
/** Nearer to a candidate there is one already. */
const KNOWN_M = 12
/** Junctions passed within one step. */
const MAX_JUNCTIONS = 3
const MAX_RECKONED = 6

/** Adds places to the candidates of an observation. Nothing where no course was told. */
export function reckonOn(
  network: StreetNetwork,
  before: readonly Candidate[],
  goneM: number,
  observation: Observation,
  options: MatchOptions,
  candidates: Candidate[],
): void {
  const { courseDeg, lat, lon, sigmaM } = observation
  if (Number.isNaN(courseDeg)) return
  const measured = candidates.length
  const place = (part: StreetPart, alongM: number, bearingDeg: number): void => {
    if (candidates.some((known) => known.part === part && Math.abs(known.alongM - alongM) < KNOWN_M)) return
    const candidate = { part, alongM, bearingDeg, likely: 0 }
    const there = placeOf(candidate)
    candidate.likely = errorLikelihood(distanceM(lat, lon, there.lat, there.lon), sigmaM, options)
    candidates.push(candidate)
  }
  const ride = (
    part: StreetPart,
    fromM: number,
    forwards: boolean,
    restM: number,
    junctions: number,
  ): void => {
    if (candidates.length >= measured + MAX_RECKONED) return
    const leftM = forwards ? part.lengthM - fromM : fromM
    if (restM <= leftM) {
      const alongM = forwards ? fromM + restM : fromM - restM
      const bearingDeg = bearingAt(part, alongM)
      if (offDeg(courseDeg, forwards ? bearingDeg : bearingDeg + 180) <= MAX_TURN_DEG)
        place(part, alongM, bearingDeg)
      return
    }
    if (junctions === 0) return
    const node = forwards ? part.to : part.from
    for (const index of network.nodes[node]!.parts) {
      const next = network.parts[index]!
      if (next === part) continue
      const onwards = next.from === node
      ride(next, onwards ? 0 : next.lengthM, onwards, restM - leftM, junctions - 1)
    }
  }
  for (const { part, alongM, bearingDeg } of before) {
    const forwards = offDeg(courseDeg, bearingDeg) <= 90
    ride(part, alongM, forwards, goneM, MAX_JUNCTIONS)
    // After a corner the course is that of the next street: the way there leads through either end.
    if (Math.abs(offDeg(courseDeg, bearingDeg) - 90) < 90 - MAX_TURN_DEG)
      ride(part, alongM, !forwards, goneM, MAX_JUNCTIONS)
  }
}

function offDeg(a: number, b: number): number {
  const turn = Math.abs(a - b) % 360
  return Math.min(turn, 360 - turn)
}

function bearingAt({ alongM: along, lat, lon }: StreetPart, alongM: number): number {
  let i = 1
  while (i < along.length - 1 && along[i]! < alongM) i++
  const east = (lon[i]! - lon[i - 1]!) * Math.cos((lat[i]! * Math.PI) / 180)
  return ((Math.atan2(east, lat[i]! - lat[i - 1]!) * 180) / Math.PI + 360) % 360
}
