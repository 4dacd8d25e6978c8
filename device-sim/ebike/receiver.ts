import type { Random } from '../random.ts'
import type { Disturbance } from './disturbance.ts'
import { GaussMarkov } from './gauss-markov.ts'
import { Multipath, type Reflection } from './multipath.ts'
import type { Epoch } from './nmea-sentences.ts'
import { flag, number, positive, type Rules, share } from './option-rules.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { within } from './span.ts'
import { TunnelPassage } from './tunnel-passage.ts'

/** What a GPS receiver on an e-bike makes of where it is: noise, lost fixes, power cuts, cold starts. */

export interface ReceiverNoise {
  /** Standard deviation of the position error, each axis. */
  sigmaM: number
  /** The same in a street canyon. */
  canyonSigmaM: number
  /** How long an error lasts: time constant of its correlation. */
  correlationS: number
  /** Reflections in an hour of riding in canyons: for 2 to 20 s the position stands 15 to 80 m to one side. */
  multipathPerHour: number
  /** Stretches of 10 to 60 s with status V. */
  voidsPerHour: number
  /** Stretches of 30 to 300 s in which the receiver is dead and writes nothing; a start follows. */
  powerGapsPerHour: number
  /** Whether the ride begins with a start, too: cold is 20 to 40 s of status V without the time. */
  coldStart: boolean
  /** Share of epochs in which some field stays blank. */
  blankFields: number
}

export const DEFAULT_NOISE: ReceiverNoise = {
  sigmaM: 2.5,
  canyonSigmaM: 12,
  correlationS: 40,
  multipathPerHour: 0,
  voidsPerHour: 1.5,
  powerGapsPerHour: 0.12,
  coldStart: true,
  blankFields: 0.004,
}

export const NOISE_RULES: Rules<ReceiverNoise> = {
  sigmaM: positive,
  canyonSigmaM: number(0),
  correlationS: positive,
  multipathPerHour: number(0),
  voidsPerHour: number(0),
  powerGapsPerHour: number(0),
  coldStart: flag,
  blankFields: share,
}

/** What of the receiver itself matters here. */
export interface ReceiverTraits extends Pick<ReceiverOptions, 'rateHz' | 'warmStart' | 'powerCuts'> {
  deadReckoningS: number
}

/** What is true in this epoch, degrees apart: the receiver only adds its error to it. */
export interface Situation {
  timeMs: number
  /** Since the ride began. */
  rideS: number
  speedMps: number
  courseDeg: number
  canyon: boolean
  /** In a tunnel. */
  covered: boolean
  toWgs84: (errorEastM: number, errorNorthM: number) => { lat: number; lon: number }
}

/** `undefined` where the receiver has no power. */
export type Observation =
  | {
      /** Its time is the true one. */
      epoch: Epoch
      /** Since power came, ms. */
      uptimeMs: number
      /** In a cold start: it knows no time yet. */
      cold: boolean
    }
  | undefined

/** Slower than this a receiver cannot tell where it is heading and leaves the course blank. */
const COURSE_MIN_MPS = 0.4
/** A warm start takes so much of what a cold one would. */
const WARM_SHARE = 0.25

export class Receiver {
  readonly #noise: ReceiverNoise
  readonly #traits: ReceiverTraits
  readonly #random: Random
  readonly #echo: Random
  readonly #east: GaussMarkov
  readonly #north: GaussMarkov
  readonly #up: GaussMarkov
  readonly #multipath: Multipath
  readonly #tunnel: TunnelPassage
  #sigmaM: number
  // All that lasts is counted in epochs.
  #uptime = 0
  #starting = 0
  #void = 0
  #voidKeepsPosition = false
  #noPower = 0
  #untilVoid: number
  #untilPowerGap: number
  #last: Pick<Epoch, 'lat' | 'lon' | 'altM' | 'speedMps' | 'courseDeg'> | undefined

  /** @param stream random numbers by what is drawn with them. */
  constructor(noise: ReceiverNoise, traits: ReceiverTraits, stream: (part: string) => Random) {
    const { rateHz } = traits
    const random = stream('receiver')
    this.#noise = noise
    this.#traits = traits
    this.#random = random
    this.#echo = stream('echo')
    this.#east = new GaussMarkov(noise.correlationS, rateHz, random)
    this.#north = new GaussMarkov(noise.correlationS, rateHz, random)
    this.#up = new GaussMarkov(noise.correlationS, rateHz, random)
    this.#multipath = new Multipath(noise.multipathPerHour, rateHz, stream('multipath'))
    this.#tunnel = new TunnelPassage(rateHz, stream('tunnel'))
    this.#sigmaM = noise.sigmaM
    this.#untilVoid = random.waitS(noise.voidsPerHour) * rateHz
    this.#untilPowerGap = random.waitS(noise.powerGapsPerHour) * rateHz
    if (noise.coldStart) this.#starting = this.#startEpochs()
  }

  /** One epoch of the receiver's life. What goes beyond everyday noise is added to `disturbed`. */
  observe(situation: Situation, disturbed: Disturbance[]): Observation {
    const { timeMs, canyon, courseDeg } = situation
    const wantedM = canyon ? this.#noise.canyonSigmaM : this.#noise.sigmaM
    // Walls come and go over some ten seconds, so does their effect.
    this.#sigmaM += (wantedM - this.#sigmaM) * (0.1 / this.#traits.rateHz)
    const eastM = this.#east.next() * this.#sigmaM
    const northM = this.#north.next() * this.#sigmaM
    const altM = 12 + this.#up.next() * this.#sigmaM * 1.6
    const reflection = this.#multipath.step(canyon, courseDeg)
    const tunnel = this.#tunnel.step(situation.covered)

    if (!this.#powered(situation.rideS)) return undefined
    this.#uptime++
    const uptimeMs = Math.round((this.#uptime * 100) / this.#traits.rateHz) * 10
    if (this.#starting > 0) {
      this.#starting--
      const warm = this.#traits.warmStart
      const kept = warm ? (placeOf(this.#last) ?? situation.toWgs84(eastM, northM)) : undefined
      return { epoch: { timeMs, satellites: 0, valid: false, ...kept }, uptimeMs, cold: !warm }
    }
    if (tunnel !== 'outside') disturbed.push('tunnel')
    let epoch: Epoch
    if (tunnel === 'inside') epoch = this.#inTunnel(situation, disturbed)
    else if (this.#noFix()) {
      const kept = this.#voidKeepsPosition ? placeOf(this.#last) : undefined
      epoch = { timeMs, satellites: this.#random.integer(0, 3), valid: false, ...kept }
    } else {
      epoch = this.#fix(situation, eastM + this.#tunnel.eastM, northM + this.#tunnel.northM, altM, reflection)
      if (reflection) disturbed.push('multipath')
    }
    return { epoch, uptimeMs, cold: false }
  }

  #fix(
    situation: Situation,
    eastM: number,
    northM: number,
    altM: number,
    reflection: Reflection | undefined,
  ): Epoch {
    const random = this.#random
    const poor = this.#sigmaM / this.#noise.sigmaM
    const place = situation.toWgs84(eastM + (reflection?.eastM ?? 0), northM + (reflection?.northM ?? 0))
    const speedMps = Math.abs(situation.speedMps + random.gauss() * 0.08)
    const epoch: Epoch = {
      timeMs: situation.timeMs,
      ...place,
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
    this.#last = { ...place, altM, speedMps, courseDeg: epoch.courseDeg }
    if (random.chance(this.#noise.blankFields)) this.#blank(epoch)
    if (reflection) this.#echoed(epoch)
    return epoch
  }

  /**
   * An echo is a good signal by all that the receiver can measure, so HDOP often tells nothing; the speed, taken from
   * its Doppler shift, belongs to another path than the positions.
   */
  #echoed(epoch: Epoch): void {
    const random = this.#echo
    if (epoch.hdop !== undefined && random.chance(0.7)) epoch.hdop = random.between(0.8, 1.3)
    if (epoch.speedMps !== undefined) epoch.speedMps = Math.abs(epoch.speedMps + random.gauss() * 2.5)
  }

  /** No fix; some makes go on for a while as they last moved, without knowing of any turn or stop. */
  #inTunnel(situation: Situation, disturbed: Disturbance[]): Epoch {
    const { timeMs } = situation
    const lost: Epoch = { timeMs, satellites: 0, valid: false }
    const { insideS } = this.#tunnel
    const last = this.#last
    if (insideS > this.#traits.deadReckoningS || last?.lat === undefined || last.lon === undefined)
      return lost
    disturbed.push('estimated')
    const goneM = last.courseDeg === undefined ? 0 : (last.speedMps ?? 0) * insideS
    const towards = ((last.courseDeg ?? 0) * Math.PI) / 180
    const here = situation.toWgs84(0, 0)
    const there = situation.toWgs84(goneM * Math.sin(towards), goneM * Math.cos(towards))
    const lat = last.lat + there.lat - here.lat
    const lon = last.lon + there.lon - here.lon
    return { ...lost, ...last, lat, lon, valid: true, estimated: true }
  }

  #powered(rideS: number): boolean {
    if (this.#traits.powerCuts.some((span) => within(span, rideS))) {
      // The epoch after the cut is the first with power.
      this.#noPower = 1
      return false
    }
    if (this.#noPower > 0) {
      if (--this.#noPower > 0) return false
      this.#uptime = 0
      this.#starting = this.#startEpochs()
      this.#untilPowerGap = this.#random.waitS(this.#noise.powerGapsPerHour) * this.#traits.rateHz
      return true
    }
    if (--this.#untilPowerGap > 0) return true
    this.#noPower = this.#random.integer(30, 300) * this.#traits.rateHz
    return false
  }

  #startEpochs(): number {
    const coldS = this.#random.integer(20, 40)
    return (this.#traits.warmStart ? Math.round(coldS * WARM_SHARE) : coldS) * this.#traits.rateHz
  }

  #noFix(): boolean {
    if (this.#void > 0) {
      this.#void--
      return true
    }
    if (--this.#untilVoid > 0) return false
    this.#void = this.#random.integer(10, 60) * this.#traits.rateHz - 1
    // Some receivers go on showing the last place, with status V: a place, but no fix.
    this.#voidKeepsPosition = this.#random.chance(0.5)
    this.#untilVoid = this.#random.waitS(this.#noise.voidsPerHour) * this.#traits.rateHz
    return true
  }

  #blank(epoch: Epoch): void {
    const fields = ['altM', 'speedMps', 'courseDeg', 'hdop'] as const
    epoch[this.#random.pick(fields)] = undefined
  }
}

function placeOf(epoch: Pick<Epoch, 'lat' | 'lon'> | undefined): Pick<Epoch, 'lat' | 'lon'> | undefined {
  return epoch && { lat: epoch.lat, lon: epoch.lon }
}
