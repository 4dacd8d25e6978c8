import { distanceM } from '../distance.ts'
import { type Candidate, headingFit, lineFit, type Observation } from './candidates.ts'
import type { MatchOptions } from './match-options.ts'
import type { Routes } from './routes.ts'

/** How one gets from one candidate to the next. */
export interface Passage {
  /** Infinity: not at all. */
  distanceM: number
  /** Nodes by which the first part is left and the second one entered; -1 where it is one part and none lies between. */
  leaves: number
  enters: number
  /** Whether each of the two is ridden in its own direction. */
  leavesForwards: boolean
  entersForwards: boolean
}

/** What of two observations matters to every passage between their candidates. */
export interface Step {
  /** Gone between them as far as can be told. */
  goneM: number
  /** Scale of how far a way over the streets may differ from that. */
  scaleM: number
  /** A longer way is none. */
  limitM: number
  courseDeg: number
}

/** Errors that a difference of two positions may have, in sigmas of both. */
const SURE_SIGMAS = 3

/**
 * The way gone by the speeds told, which in a street canyon is tens of metres better than the positions; the straight
 * line, where speeds are absent or the two cannot both be.
 */
export function stepBetween(a: Observation, b: Observation, options: MatchOptions): Step {
  const straightM = distanceM(a.lat, a.lon, b.lat, b.lon)
  const sigmasM = a.sigmaM + b.sigmaM
  // The way by the speeds is never shorter than the straight line, but for errors of position.
  const told = b.odometerM >= straightM * 0.7 - SURE_SIGMAS * sigmasM - 10
  const goneM = told ? b.odometerM : straightM
  const scaleM = options.detourM + options.detourShare * goneM + options.detourSigmas * sigmasM
  const seconds = (b.timeMs - a.timeMs) / 1000
  const fastM = options.maxSpeedMps * seconds + sigmasM
  const limitM = Math.min(fastM, goneM + 12 * scaleM + 20)
  return { goneM, scaleM, limitM, courseDeg: b.courseDeg }
}

/** The shortest way from a to b over the streets. */
export function passageBetween(a: Candidate, b: Candidate, limitM: number, routes: Routes): Passage {
  const best: Passage = {
    distanceM: Infinity,
    leaves: -1,
    enters: -1,
    leavesForwards: b.alongM >= a.alongM,
    entersForwards: b.alongM >= a.alongM,
  }
  if (a.part === b.part && Math.abs(b.alongM - a.alongM) <= limitM)
    best.distanceM = Math.abs(b.alongM - a.alongM)
  for (let leaving = 0; leaving < 2; leaving++) {
    const toEndM = leaving === 0 ? a.alongM : a.part.lengthM - a.alongM
    if (toEndM >= best.distanceM || toEndM > limitM) continue
    const leaves = leaving === 0 ? a.part.from : a.part.to
    for (let entering = 0; entering < 2; entering++) {
      const fromEndM = entering === 0 ? b.alongM : b.part.lengthM - b.alongM
      const endsM = toEndM + fromEndM
      if (endsM >= best.distanceM || endsM > limitM) continue
      const enters = entering === 0 ? b.part.from : b.part.to
      const wayM = endsM + routes.distanceM(leaves, enters, limitM)
      if (wayM >= best.distanceM || wayM > limitM) continue
      best.distanceM = wayM
      best.leaves = leaves
      best.enters = enters
      best.leavesForwards = leaving === 1
      best.entersForwards = entering === 0
    }
  }
  return best
}

/** Logarithm of how likely a passage to b is; the difference is exponentially distributed, as Newson and Krumm found. */
export function passageLikelihood(
  passage: Passage,
  b: Candidate,
  { goneM, scaleM, courseDeg }: Step,
  options: MatchOptions,
): number {
  if (passage.distanceM === Infinity) return Number.NEGATIVE_INFINITY
  const differs = -Math.abs(passage.distanceM - goneM) / scaleM
  const intoM =
    passage.enters < 0 ? passage.distanceM : passage.entersForwards ? b.alongM : b.part.lengthM - b.alongM
  // A foot that hardly moved may have done so backwards, by the error alone; and at a junction it is on all streets.
  if (intoM < scaleM) return differs + lineFit(courseDeg, b.bearingDeg, options)
  return differs + headingFit(courseDeg, passage.entersForwards ? b.bearingDeg : b.bearingDeg + 180, options)
}
