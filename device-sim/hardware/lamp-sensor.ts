import { noiseAt } from '../random.ts'
import type { Timeline } from './schedule.ts'

/**
 * A street lamp's current transformer (0 V to 5 V for 0 A to 5 A) and light sensor (0 V to 5 V for 0 lux to
 * 1000 lux) at a 10-bit converter of 5 V. The lamp switches itself on when it gets dark. Pure functions of time.
 */

const MAX_ADC = 1023
const FULL_CURRENT_A = 5
const FULL_LIGHT_LUX = 1000
const BURNING_A = 0.6
const NIGHT_LUX = 3
const DAY_LUX = 800
/** Dusk in a hurry: a real one takes half an hour. */
const TWILIGHT_S = 20
/** The lamp's own photocell switches here. */
const SWITCH_LUX = 40
const NOISE_COUNTS = 1.5

export class LampSensor {
  readonly #seed: number
  readonly #timeline: Timeline

  /** Before the first dusk or dawn of the timeline it is night, before the first fault the lamp is well. */
  constructor(seed: number, timeline: Timeline) {
    this.#seed = seed
    this.#timeline = timeline
  }

  /** The true illuminance; it fades in equal ratios, as daylight does. */
  lightLux(elapsedS: number): number {
    const step = this.#timeline.latest(elapsedS, ['dusk', 'dawn'])
    if (!step) return NIGHT_LUX
    const share = Math.min(1, (elapsedS - step.atS) / TWILIGHT_S)
    const [from, to] = step.what === 'dusk' ? [DAY_LUX, NIGHT_LUX] : [NIGHT_LUX, DAY_LUX]
    return from * (to / from) ** share
  }

  /** The true current: that of a burning lamp in the dark, else none. */
  currentA(elapsedS: number): number {
    const dead = this.#timeline.latest(elapsedS, ['lamp-dies', 'lamp-recovers'])?.what === 'lamp-dies'
    return !dead && this.lightLux(elapsedS) < SWITCH_LUX ? BURNING_A : 0
  }

  /** 0 to 1023, a burning lamp about 123. */
  currentAdc(elapsedS: number): number {
    return this.#read(this.currentA(elapsedS) / FULL_CURRENT_A, elapsedS, 1)
  }

  /** 0 to 1023, about one count a lux. */
  lightAdc(elapsedS: number): number {
    return this.#read(this.lightLux(elapsedS) / FULL_LIGHT_LUX, elapsedS, 2)
  }

  #read(share: number, elapsedS: number, channel: number): number {
    const noise = noiseAt(this.#seed + channel, Math.floor(elapsedS * 1000)) * NOISE_COUNTS
    return Math.min(MAX_ADC, Math.max(0, Math.round(share * MAX_ADC + noise)))
  }
}
