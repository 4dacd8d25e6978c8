import type { MatchOptions } from './match-options.ts'
import { placeAlong } from './place-along.ts'
import type { StreetNetwork, StreetPart } from './street-network.ts'

/** A fix that is weighed. */
export interface Observation {
  timeMs: number
  lat: number
  lon: number
  sigmaM: number
  /** NaN: not told, or too slow to tell. */
  courseDeg: number
  /** Gone since the observation before by the speeds told; NaN where they were not. */
  odometerM: number
}

/** A place on a street where the device may have been. */
export interface Candidate {
  part: StreetPart
  alongM: number
  bearingDeg: number
  /** Logarithm of how likely the fix is from there. */
  likely: number
}

/** Degrees of freedom of the error: its tails are far longer than normal, as reflections make them. */
const FREEDOM = 4
/** Nearer to a part's end a foot is that end. */
const END_M = 0.01
const RAD = Math.PI / 180
/** Where patrols do not ride. */
const CLOSED = /^(motorway|trunk)(_link)?$/

/**
 * Logarithm of the likelihood of an error in the plane (a bivariate t distribution, up to a constant), lessened by
 * how much a single fix is trusted.
 */
export function errorLikelihood(distanceM: number, sigmaM: number, { trust }: MatchOptions): number {
  const sigmas2 = (distanceM * distanceM) / (sigmaM * sigmaM)
  return ((-trust * (FREEDOM + 2)) / 2) * Math.log1p(sigmas2 / FREEDOM)
}

/** The streets that a fix may come from, the likeliest first. */
export function candidatesOf(
  network: StreetNetwork,
  { lat, lon, sigmaM, courseDeg }: Observation,
  options: MatchOptions,
): Candidate[] {
  const reachM = Math.min(options.maxReachM, Math.max(options.minReachM, options.reachSigmas * sigmaM))
  const candidates: Candidate[] = []
  /** Of each node, the candidate that is that node: all parts there would be the same place. */
  let nodes: Map<number, number> | undefined
  for (const foot of network.near(lat, lon, reachM)) {
    const part = network.parts[foot.part]!
    const { alongM, bearingDeg } = foot
    let likely = errorLikelihood(foot.distanceM, sigmaM, options)
    if (part.highway !== undefined && CLOSED.test(part.highway)) likely -= options.closedRoadCost
    const candidate = { part, alongM, bearingDeg, likely }
    const node = alongM < END_M ? part.from : alongM > part.lengthM - END_M ? part.to : -1
    if (node < 0) {
      candidates.push(candidate)
      continue
    }
    nodes ??= new Map()
    const known = nodes.get(node)
    if (known === undefined) nodes.set(node, candidates.push(candidate) - 1)
    else if (offDeg(courseDeg, bearingDeg) < offDeg(courseDeg, candidates[known]!.bearingDeg))
      candidates[known] = candidate
  }
  candidates.sort((a, b) => b.likely - a.likely || a.part.index - b.part.index)
  if (candidates.length > options.maxCandidates) candidates.length = options.maxCandidates
  return candidates
}

/** How far a course is off a street's line, whichever way it is ridden; 0 where it is not known. */
export function offDeg(courseDeg: number, bearingDeg: number): number {
  if (Number.isNaN(courseDeg)) return 0
  const turn = Math.abs(courseDeg - bearingDeg) % 180
  return Math.min(turn, 180 - turn)
}

/** Logarithm of how well a course fits a bearing that was ridden: 0 at best, less the more it is off. */
export function headingFit(courseDeg: number, riddenDeg: number, { headingWeight }: MatchOptions): number {
  return Number.isNaN(courseDeg) ? 0 : -headingWeight * (1 - Math.cos((courseDeg - riddenDeg) * RAD))
}

/** The same where it is not known which way it was ridden. */
export function lineFit(courseDeg: number, bearingDeg: number, { headingWeight }: MatchOptions): number {
  return -headingWeight * (1 - Math.cos(offDeg(courseDeg, bearingDeg) * RAD))
}

export function placeOf({ part, alongM }: Candidate): { lat: number; lon: number } {
  return placeAlong(part, alongM)
}
