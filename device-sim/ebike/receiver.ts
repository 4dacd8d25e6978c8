import type { Random } from '../random.ts'
import type { Epoch } from './nmea-sentences.ts'

/** What a GPS receiver on an e-bike makes of where it is: noise, lost fixes, power cuts, cold starts. */

export interface ReceiverNoise {
  /** Standard deviation of the position error, each axis. */
  sigmaM: number
  /** The same in a street canyon. */
  canyonSigmaM: number
  /** How long an error lasts: time constant of its correlation. */
  correlationS: number
  /** Stretches of 10 to 60 s with status V. */
  voidsPerHour: number
  /** Stretches of 30 to 300 s in which the receiver is dead and writes nothing; a cold start follows. */
  powerGapsPerHour: number
  /** Whether the ride begins with a cold start: 20 to 40 s of status V dated 6 January 1980. */
  coldStart: boolean
  /** Share of seconds in which some field stays blank. */
  blankFields: number
}

export const DEFAULT_NOISE: ReceiverNoise = {
  sigmaM: 2.5,
  canyonSigmaM: 12,
  correlationS: 40,
  voidsPerHour: 1.5,
  powerGapsPerHour: 0.12,
  coldStart: true,
  blankFields: 0.004,
}

/** What is true in this second, degrees apart: the receiver only adds its error to it. */
export interface Situation {
  timeMs: number
  speedMps: number
  courseDeg: number
  canyon: boolean
  toWgs84: (errorEastM: number, errorNorthM: number) => { lat: number; lon: number }
}

/** `undefined` where the receiver has no power. */
export type Observation = { epoch: Epoch; gap?: 'no-fix' } | undefined

/** GPS counts from here; a receiver without a clock believes that it is this day. */
const GPS_EPOCH_MS = Date.UTC(1980, 0, 6)
/** Slower than this a receiver cannot tell where it is heading and leaves the course blank. */
const COURSE_MIN_MPS = 0.4

export class Receiver {
  readonly #noise: ReceiverNoise
  readonly #random: Random
  readonly #east: GaussMarkov
  readonly #north: GaussMarkov
  readonly #up: GaussMarkov
  #sigmaM: number
  #uptimeS = 0
  #coldS = 0
  #voidS = 0
  #voidKeepsPosition = false
  #noPowerS = 0
  #untilVoidS: number
  #untilPowerGapS: number
  #last: { lat: number; lon: number } | undefined

  constructor(noise: ReceiverNoise, random: Random) {
    this.#noise = noise
    this.#random = random
    this.#east = new GaussMarkov(noise.correlationS, random)
    this.#north = new GaussMarkov(noise.correlationS, random)
    this.#up = new GaussMarkov(noise.correlationS, random)
    this.#sigmaM = noise.sigmaM
    this.#untilVoidS = random.waitS(noise.voidsPerHour)
    this.#untilPowerGapS = random.waitS(noise.powerGapsPerHour)
    if (noise.coldStart) this.#coldS = random.integer(20, 40)
  }

  /** One second of the receiver's life. */
  observe(situation: Situation): Observation {
    const random = this.#random
    const wantedM = situation.canyon ? this.#noise.canyonSigmaM : this.#noise.sigmaM
    // Walls come and go over some ten seconds, so does their effect.
    this.#sigmaM += (wantedM - this.#sigmaM) * 0.1
    const eastM = this.#east.next() * this.#sigmaM
    const northM = this.#north.next() * this.#sigmaM
    const altM = 12 + this.#up.next() * this.#sigmaM * 1.6

    if (!this.#powered()) return undefined
    this.#uptimeS++
    if (this.#coldS > 0) {
      this.#coldS--
      const timeMs = GPS_EPOCH_MS + this.#uptimeS * 1000
      return { gap: 'no-fix', epoch: { timeMs, satellites: 0, valid: false } }
    }
    if (this.#noFix()) {
      const kept = this.#voidKeepsPosition ? this.#last : undefined
      return {
        gap: 'no-fix',
        epoch: { timeMs: situation.timeMs, satellites: random.integer(0, 3), valid: false, ...kept },
      }
    }

    const poor = this.#sigmaM / this.#noise.sigmaM
    this.#last = situation.toWgs84(eastM, northM)
    const speedMps = Math.abs(situation.speedMps + random.gauss() * 0.08)
    const epoch: Epoch = {
      timeMs: situation.timeMs,
      ...this.#last,
      altM,
      speedMps,
      courseDeg:
        situation.speedMps < COURSE_MIN_MPS
          ? undefined
          : (situation.courseDeg + random.gauss() * Math.min(20, 4 / situation.speedMps) + 360) % 360,
      hdop: Math.min(9.9, 0.75 + 0.25 * poor + random.between(0, 0.1)),
      satellites: Math.max(4, Math.round(15 - 1.6 * poor + random.between(-1, 1))),
      valid: true,
    }
    if (random.chance(this.#noise.blankFields)) this.#blank(epoch)
    return { epoch }
  }

  #powered(): boolean {
    if (this.#noPowerS > 0) {
      if (--this.#noPowerS > 0) return false
      this.#uptimeS = 0
      this.#coldS = this.#random.integer(20, 40)
      this.#untilPowerGapS = this.#random.waitS(this.#noise.powerGapsPerHour)
      return true
    }
    if (--this.#untilPowerGapS > 0) return true
    this.#noPowerS = this.#random.integer(30, 300)
    return false
  }

  #noFix(): boolean {
    if (this.#voidS > 0) {
      this.#voidS--
      return true
    }
    if (--this.#untilVoidS > 0) return false
    this.#voidS = this.#random.integer(10, 60) - 1
    // Some receivers go on showing the last place, with status V: a place, but no fix.
    this.#voidKeepsPosition = this.#random.chance(0.5)
    this.#untilVoidS = this.#random.waitS(this.#noise.voidsPerHour)
    return true
  }

  #blank(epoch: Epoch): void {
    const fields = ['altM', 'speedMps', 'courseDeg', 'hdop'] as const
    epoch[this.#random.pick(fields)] = undefined
  }
}

/** Unit-variance noise whose correlation fades with `e^(-t/τ)`: a first-order Gauss-Markov process at 1 Hz. */
class GaussMarkov {
  readonly #random: Random
  readonly #keep: number
  readonly #renew: number
  #value: number

  constructor(correlationS: number, random: Random) {
    this.#random = random
    this.#keep = Math.exp(-1 / correlationS)
    this.#renew = Math.sqrt(1 - this.#keep ** 2)
    this.#value = random.gauss()
  }

  next(): number {
    this.#value = this.#keep * this.#value + this.#renew * this.#random.gauss()
    return this.#value
  }
}
