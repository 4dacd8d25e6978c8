import type { Candidate } from './candidates.ts'
import type { Decided } from './hidden-path.ts'
import type { MatchOptions } from './match-options.ts'
import type { Routes } from './routes.ts'
import type { Ridden, StreetNetwork } from './street-network.ts'
import { passageBetween, stepBetween } from './transitions.ts'

/**
 * What was ridden between two decided places that follow each other, part by part; its confidence is that of the less
 * certain of the two. One leg without length where it stood; none where one of them is off the streets. Times in between go with the distance.
 */
export function legsBetween(
  a: Decided,
  b: Decided,
  network: StreetNetwork,
  routes: Routes,
  options: MatchOptions,
): Ridden[] {
  const [from, to] = [a.candidate, b.candidate]
  if (!from || !to) return []
  const { limitM } = stepBetween(a.observation, b.observation, options)
  const passage = passageBetween(from, to, limitM, routes)
  if (passage.distanceM === Infinity) return []
  const startMs = a.observation.timeMs
  const endMs = b.observation.timeMs
  const confidence = Math.min(a.confidence, b.confidence)
  if (passage.distanceM === 0)
    return [{ part: to.part.index, fromM: to.alongM, toM: to.alongM, startMs, endMs, confidence }]
  const perM = (endMs - startMs) / passage.distanceM
  const legs: Ridden[] = []
  let goneM = 0
  const ride = (part: number, fromM: number, toM: number): void => {
    if (fromM === toM) return
    const beganMs = startMs + goneM * perM
    goneM += Math.abs(toM - fromM)
    legs.push({ part, fromM, toM, startMs: beganMs, endMs: startMs + goneM * perM, confidence })
  }
  if (passage.leaves < 0) {
    ride(from.part.index, from.alongM, to.alongM)
    return legs
  }
  ride(from.part.index, from.alongM, passage.leavesForwards ? from.part.lengthM : 0)
  for (const { part, from: node } of routes.way(passage.leaves, passage.enters, limitM)) {
    const { from: first, lengthM } = network.parts[part]!
    if (node === first) ride(part, 0, lengthM)
    else ride(part, lengthM, 0)
  }
  ride(to.part.index, enteredAtM(to, passage.entersForwards), to.alongM)
  return legs
}

const enteredAtM = ({ part }: Candidate, forwards: boolean): number => (forwards ? 0 : part.lengthM)
