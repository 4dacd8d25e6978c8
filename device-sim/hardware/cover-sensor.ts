import { noiseAt } from '../random.ts'
import type { Timeline } from './schedule.ts'

/**
 * An inclinometer under a manhole cover, 0 V to 5 V for -90° to +90°, at a 10-bit converter of 5 V. A pure
 * function of time: whoever asks twice gets the same answer twice.
 */

const MAX_ADC = 1023
/** How far off level the cover lies when all is well: no road is flat. */
const BACKGROUND_DEG = 1.1
/** A cover does not tilt in no time. */
const SWING_S = 1
const TRUCK_S = 1.5
const TRUCK_PEAK_DEG = 40
const TRUCK_HZ = 4.3
const TRUCK_FADES_S = 0.5
const NOISE_COUNTS = 2

export class CoverSensor {
  readonly #seed: number
  readonly #timeline: Timeline

  constructor(seed: number, timeline: Timeline) {
    this.#seed = seed
    this.#timeline = timeline
  }

  /** The true angle, background included. */
  tiltDeg(elapsedS: number): number {
    return BACKGROUND_DEG + this.#swungDeg(elapsedS) + this.#shakingDeg(elapsedS)
  }

  /** What the converter reads, 0 to 1023: level is 511.5, a degree 5.68 counts. */
  adc(elapsedS: number): number {
    const level = ((this.tiltDeg(elapsedS) + 90) / 180) * MAX_ADC
    const noise = noiseAt(this.#seed, Math.floor(elapsedS * 1000)) * NOISE_COUNTS
    return Math.min(MAX_ADC, Math.max(0, Math.round(level + noise)))
  }

  #swungDeg(elapsedS: number): number {
    const step = this.#timeline.latest(elapsedS, ['tilt'])
    if (step?.what !== 'tilt') return 0
    const share = Math.min(1, (elapsedS - step.atS) / SWING_S)
    const before = this.#timeline.latest(step.atS - 0.001, ['tilt'])
    const fromDeg = before?.what === 'tilt' ? before.deg : 0
    return fromDeg + (step.deg - fromDeg) * share
  }

  /** A damped swing; it dies away long before a fault would have to be held. */
  #shakingDeg(elapsedS: number): number {
    const truck = this.#timeline.latest(elapsedS, ['truck'])
    const sinceS = truck ? elapsedS - truck.atS : Infinity
    if (sinceS >= TRUCK_S) return 0
    return TRUCK_PEAK_DEG * Math.exp(-sinceS / TRUCK_FADES_S) * Math.sin(2 * Math.PI * TRUCK_HZ * sinceS)
  }
}
