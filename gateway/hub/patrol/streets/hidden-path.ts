import { distanceM } from '../distance.ts'
import {
  type Candidate,
  candidatesOf,
  errorLikelihood,
  type Observation,
  offDeg,
  placeOf,
} from './candidates.ts'
import { reckonOn } from './dead-reckoning.ts'
import type { MatchOptions } from './match-options.ts'
import type { Routes } from './routes.ts'
import type { StreetNetwork } from './street-network.ts'
import { passageBetween, passageLikelihood, stepBetween } from './transitions.ts'

/**
 * The hidden Markov model of one stretch of a track: observations in, the likeliest places out, each with how likely
 * it is. Viterbi's algorithm finds the path, the forward-backward algorithm what speaks for it (Rabiner 1989); a place
 * is decided when `lag` observations have come after it, and all that is decided later goes on from there.
 */

/** Where the device most likely was at an observation. */
export interface Decided {
  observation: Observation
  /** Absent: off the streets. */
  candidate?: Candidate
  /** 0 to 1: how likely it was there or within some metres of it. */
  confidence: number
}

interface State {
  observation: Observation
  /** The last of the states is off the streets, and no candidate. */
  candidates: Candidate[]
  /** Logarithm of the likelihood of the best path to each state, the best of them 0. */
  score: number[]
  /** State before on that path. */
  from: number[]
  /** Probability of each state by the observations so far. */
  forward: number[]
  /** Weight of each passage: `weights[i * states + j]` from i of the state before to j; empty at the beginning. */
  weights: number[]
}

/** Within so many metres of each other two places on either side of a junction are one. */
const SAME_PLACE_M = 10
/** Along one street they may be so many sigmas apart. */
const ALONG_SIGMAS = 2
const STRAIGHT_ON_DEG = 35
/** Up to here the model's own probabilities hold. */
const FAIR_SIGMA_M = 6
const FADING = 0.7
/** Worse paths by so much are not reckoned on, */
const FOLLOWED = 6
/** nor followed at all. */
const HOPELESS = 25

export class HiddenPath {
  readonly #network: StreetNetwork
  readonly #routes: Routes
  readonly #options: MatchOptions
  #states: State[] = []
  /** Whether the first of them is decided and given, kept only to go on from. */
  #isFirstGiven = false

  constructor(network: StreetNetwork, routes: Routes, options: MatchOptions) {
    this.#network = network
    this.#routes = routes
    this.#options = options
  }

  /** @returns what became certain by it, in order; mostly nothing. */
  add(observation: Observation): Decided[] {
    this.#states.push(this.#stateOf(observation))
    // Going back through all of them for each would cost a multiple.
    if (this.#states.length < 1.5 * this.#options.lag) return []
    const decided = this.#decide()
    const keep = this.#states.length - this.#options.lag
    const given = decided.slice(this.#isFirstGiven ? 1 : 0, keep + 1)
    this.#states = this.#states.slice(keep)
    this.#goOnFrom(decided[keep]!)
    return given
  }

  /** What the observations say that are not decided yet, were there to be no more. */
  tail(): Decided[] {
    const decided = this.#states.length > 0 ? this.#decide() : []
    return this.#isFirstGiven ? decided.slice(1) : decided
  }

  /** Gives the rest and begins anew. */
  finish(): Decided[] {
    const rest = this.tail()
    this.#states = []
    this.#isFirstGiven = false
    return rest
  }

  #stateOf(observation: Observation): State {
    const options = this.#options
    const candidates = candidatesOf(this.#network, observation, options)
    const last = this.#states.at(-1)
    if (last && observation.sigmaM >= options.reckonSigmaM) {
      const { goneM } = stepBetween(last.observation, observation, options)
      const riders = last.candidates.filter((_, i) => last.score[i]! > -FOLLOWED)
      reckonOn(this.#network, riders, goneM, observation, options, candidates)
    }
    const count = candidates.length + 1
    const offM = options.offRoadSigmas * observation.sigmaM + options.offRoadM
    const likely = candidates.map((candidate) => candidate.likely)
    likely.push(errorLikelihood(offM, observation.sigmaM, options))
    const before = this.#states.at(-1)
    const state: State = { observation, candidates, score: likely, from: [], forward: [], weights: [] }
    if (before) this.#follow(before, state, likely)
    else state.forward = normalised(likely.map((value) => Math.exp(value)))
    const best = Math.max(...state.score)
    for (let j = 0; j < count; j++) state.score[j]! -= best
    return state
  }

  /** Scores and weights of a state by the one before. */
  #follow(before: State, state: State, likely: number[]): void {
    const options = this.#options
    const step = stepBetween(before.observation, state.observation, options)
    const count = likely.length
    const off = count - 1
    const offBefore = before.candidates.length
    const score = new Array<number>(count).fill(Number.NEGATIVE_INFINITY)
    const from = new Array<number>(count).fill(offBefore)
    const forward = new Array<number>(count).fill(0)
    const weights = new Array<number>((offBefore + 1) * count).fill(0)
    for (let i = 0; i <= offBefore; i++) {
      const soFar = before.score[i]!
      if (soFar < -HOPELESS) continue
      for (let j = 0; j < count; j++) {
        let passage: number
        if (i === offBefore) passage = j === off ? 0 : -options.returnCost
        else if (j === off) passage = -options.leaveCost
        else {
          const [a, b] = [before.candidates[i]!, state.candidates[j]!]
          const way = passageBetween(a, b, step.limitM, this.#routes)
          passage = passageLikelihood(way, b, step, options)
        }
        if (passage === Number.NEGATIVE_INFINITY) continue
        const value = soFar + passage + likely[j]!
        if (value > score[j]!) {
          score[j] = value
          from[j] = i
        }
        const weight = Math.exp(passage + likely[j]!)
        weights[i * count + j] = weight
        forward[j]! += before.forward[i]! * weight
      }
    }
    state.score = score
    state.from = from
    state.forward = normalised(forward)
    state.weights = weights
  }

  /** The best path through all states, and how likely each of its places is. */
  #decide(): Decided[] {
    const states = this.#states
    const decided: Decided[] = []
    const last = states.at(-1)!
    let chosen = last.score.indexOf(Math.max(...last.score))
    let backward: number[] = last.forward.map(() => 1)
    for (let n = states.length - 1; n >= 0; n--) {
      const state = states[n]!
      const posterior = normalised(state.forward.map((value, i) => value * backward[i]!))
      const candidate = state.candidates[chosen]
      const confidence = candidate ? surenessOf(state, candidate, posterior) : posterior[chosen]!
      decided.push({ observation: state.observation, ...(candidate ? { candidate } : {}), confidence })
      if (n === 0) break
      backward = passedBack(state, backward)
      chosen = state.from[chosen]!
    }
    return decided.reverse()
  }

  /** The first state is decided: paths through its other places end. */
  #goOnFrom({ candidate }: Decided): void {
    this.#isFirstGiven = true
    const [first, ...rest] = this.#states
    const fixed = candidate ? first!.candidates.indexOf(candidate) : first!.candidates.length
    let alive = first!.score.map((_, i) => i === fixed)
    for (const state of rest) {
      alive = state.from.map((i) => alive[i]!)
      for (let j = 0; j < alive.length; j++) if (!alive[j]) state.score[j] = Number.NEGATIVE_INFINITY
    }
  }
}

function passedBack({ forward, weights }: State, backward: number[]): number[] {
  const count = forward.length
  const before = weights.length / count
  const result = new Array<number>(before).fill(0)
  for (let i = 0; i < before; i++)
    for (let j = 0; j < count; j++) result[i]! += weights[i * count + j]! * backward[j]!
  return normalised(result)
}

/** Of the chosen place and those that say the same of the street. */
function surenessOf({ candidates, observation }: State, chosen: Candidate, posterior: number[]): number {
  const alongM = Math.max(SAME_PLACE_M, ALONG_SIGMAS * observation.sigmaM)
  let sum = 0
  for (const [i, candidate] of candidates.entries())
    if (posterior[i]! > 1e-4 && saysTheSame(candidate, chosen, alongM)) sum += posterior[i]!
  return calibrated(Math.min(1, sum), observation.sigmaM)
}

/**
 * What the model says of itself is too sure where fixes are poor, since it takes their errors for independent: the
 * logarithm of the odds is lessened by how poor they are. Fitted on simulated rides, held to it by a test on others.
 */
function calibrated(probability: number, sigmaM: number): number {
  const odds = probability / (1 - probability + 1e-9)
  const fitted = odds ** Math.min(1, (FAIR_SIGMA_M / sigmaM) ** FADING)
  return fitted / (1 + fitted)
}

/** How far along a street one is matters little: the same part, or straight on from it, or on either side of a junction. */
function saysTheSame(a: Candidate, b: Candidate, alongM: number): boolean {
  if (a.part === b.part) return true
  const { from, to } = a.part
  const meets = b.part.from === from || b.part.from === to || b.part.to === from || b.part.to === to
  if (!meets) return false
  const [here, there] = [placeOf(a), placeOf(b)]
  const apartM = distanceM(here.lat, here.lon, there.lat, there.lon)
  if (apartM <= SAME_PLACE_M) return true
  return apartM <= alongM && offDeg(a.bearingDeg, b.bearingDeg) <= STRAIGHT_ON_DEG
}

function normalised(values: number[]): number[] {
  let sum = 0
  for (const value of values) sum += value
  if (sum === 0) return values.map(() => 1 / values.length)
  for (let i = 0; i < values.length; i++) values[i]! /= sum
  return values
}
