import type { Track } from '../../stores/track-store.ts'
import { distanceM } from '../distance.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { GapRule } from '../tracks/gap-rule.ts'
import type { Observation } from './candidates.ts'
import { type Decided, HiddenPath } from './hidden-path.ts'
import { legsBetween } from './legs.ts'
import { MATCH_OPTIONS, type MatchOptions } from './match-options.ts'
import { RiddenPieces } from './ridden-pieces.ts'
import { type Routes, routesOf } from './routes.ts'
import type { Ridden, StreetNetwork } from './street-network.ts'

/**
 * Map matching (地图匹配) of one device by a hidden Markov model after Newson and Krumm, "Hidden Markov map matching
 * through noise and sparseness" (2009). In: fixes in order of time, in batches of any size; out: what was ridden.
 *
 *   fixes ─ weighed ones (far enough on) ─ hidden path ─ legs between decided places ─ pieces
 *
 * However the fixes are parted, the answer is the same: what is settled and what is open together are what matching
 * all fixes so far at once gives. It fails for rows out of order alone.
 */
export class Matcher {
  readonly #network: StreetNetwork
  readonly #routes: Routes
  readonly #options: MatchOptions
  readonly #path: HiddenPath
  readonly #pieces = new RiddenPieces()
  readonly #gaps = new GapRule()
  readonly #onLeg: ((leg: Ridden) => void) | undefined
  #lastMs = Number.NEGATIVE_INFINITY
  /** Decided last, from which the next leg begins. */
  #decided: Decided | undefined
  /** Weighed last. */
  #weighed: Observation | undefined
  /** What `open` said last, while nothing was weighed since. */
  #open: Ridden[] | undefined
  /** When the fix before was, and how much was gone since the weighed one; NaN: not told. */
  #usableMs = Number.NaN
  #odometerM = 0
  /** How often in a row the place went far while the speeds said that the device stood. */
  #stillSteps = 0

  /** @param onLeg - hears each leg once it is settled, with times that follow the fixes more closely than a piece's. */
  constructor(network: StreetNetwork, options: Partial<MatchOptions> = {}, onLeg?: (leg: Ridden) => void) {
    this.#network = network
    this.#routes = routesOf(network)
    this.#options = { ...MATCH_OPTIONS, ...options }
    this.#path = new HiddenPath(network, this.#routes, this.#options)
    this.#onLeg = onLeg
  }

  /** @throws RangeError for a row that is not later than the one before. */
  add(track: Track): void {
    for (let row = 0; row < track.count; row++) this.#take(track, row)
  }

  /** Pieces that never change again, each handed out once. */
  takeSettled(): Ridden[] {
    return this.#pieces.take()
  }

  /** The best guess of what was ridden after the settled pieces; at times of what will be settled otherwise. */
  open(): Ridden[] {
    this.#open ??= this.#openPieces()
    return this.#open.map((piece) => ({ ...piece }))
  }

  #openPieces(): Ridden[] {
    const fork = this.#pieces.fork()
    fork.take()
    this.#ride(
      this.#path.tail(),
      this.#decided,
      (leg) => fork.add(leg),
      () => fork.finish(),
    )
    fork.finish()
    return fork.take()
  }

  /** Settles all: no more will come, or what comes hangs together with nothing before. */
  finish(): void {
    this.#settle(this.#path.finish())
    this.#pieces.finish()
    this.#decided = undefined
    this.#weighed = undefined
    this.#open = undefined
    this.#usableMs = Number.NaN
    this.#odometerM = 0
  }

  #take(track: Track, row: number): void {
    const timeMs = track.timeMs[row]!
    if (!(timeMs > this.#lastMs))
      throw new RangeError(
        `row ${row} of ${track.device}: time ${timeMs} is not later than ${this.#lastMs}; expected rows in order ` +
          `of time: match anew from the store`,
      )
    this.#lastMs = timeMs
    if (this.#gaps.isGapBefore(timeMs)) this.finish()
    if (isPoor(track, row, USELESS)) return
    if (timeMs - this.#usableMs > MAX_USELESS_MS) this.finish()
    const speedMps = track.speedMps[row]!
    if (this.#weighed) {
      const seconds = (timeMs - this.#usableMs) / 1000
      this.#odometerM += speedMps < this.#options.standingMps ? 0 : speedMps * seconds
    }
    this.#usableMs = timeMs
    const { sigmaM: usual, rangeErrorM, hdopPower, minSigmaM, maxSigmaM, headingMinMps } = this.#options
    const accuracyM = track.accuracyM[row]!
    const hdop = track.hdop[row]!
    const toldM = accuracyM > 0 ? accuracyM : hdop > 0 ? rangeErrorM * hdop ** hdopPower : usual
    const observation: Observation = {
      timeMs,
      lat: track.lat[row]!,
      lon: track.lon[row]!,
      sigmaM: Math.min(maxSigmaM, Math.max(minSigmaM, toldM)),
      courseDeg: speedMps < headingMinMps ? Number.NaN : track.courseDeg[row]!,
      odometerM: this.#odometerM,
    }
    if (this.#weighed && !this.#isFarEnough(this.#weighed, observation)) return
    this.#stillSteps = this.#odometerM === 0 && this.#weighed ? this.#stillSteps + 1 : 0
    if (this.#stillSteps >= STUCK_STEPS) observation.odometerM = Number.NaN
    this.#settle(this.#path.add(observation))
    this.#weighed = observation
    this.#open = undefined
    this.#odometerM = 0
  }

  #isFarEnough(weighed: Observation, { lat, lon, sigmaM, odometerM }: Observation): boolean {
    const stepM = Math.max(this.#options.stepM, this.#options.stepSigmas * sigmaM)
    if (odometerM >= stepM) return true
    const straightM = distanceM(weighed.lat, weighed.lon, lat, lon)
    // A place that wanders while the device says that it stands or creeps.
    const told = Number.isNaN(odometerM) ? 0 : 2 * (weighed.sigmaM + sigmaM)
    return straightM >= stepM + told
  }

  #settle(decided: Decided[]): void {
    if (decided.length === 0) return
    this.#ride(
      decided,
      this.#decided,
      (leg) => {
        this.#pieces.add(leg)
        this.#onLeg?.(leg)
      },
      () => this.#pieces.finish(),
    )
    this.#decided = decided.at(-1)
  }

  #ride(
    decided: Decided[],
    before: Decided | undefined,
    ride: (leg: Ridden) => void,
    breakOff: () => void,
  ): void {
    let last = before
    for (const next of decided) {
      const legs = last ? legsBetween(last, next, this.#network, this.#routes, this.#options) : []
      if (legs.length === 0 && (!last?.candidate || !next.candidate)) breakOff()
      for (const leg of legs) ride(leg)
      last = next
    }
  }
}

/** A receiver that says so often that it stands where it does not, always does. */
const STUCK_STEPS = 3
/** Fixes that say nothing of the place at all; those that say little are weighed as such. */
const USELESS: FixQualityLimits = { maxAccuracyM: 200, maxHdop: 20 }
/** After so long without a usable fix the streets ridden since are anyone's guess. */
const MAX_USELESS_MS = 60_000
