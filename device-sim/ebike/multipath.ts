import type { Random } from '../random.ts'

/**
 * Reflections (多路径) in a street canyon: for some seconds a receiver takes the echo off a wall for the signal, and
 * its position stands to one side of the street, at once and as steadily as before.
 */

export interface Reflection {
  eastM: number
  northM: number
}

const MIN_S = 2
const MAX_S = 20
const MIN_M = 15
const MAX_M = 80

export class Multipath {
  readonly #perHour: number
  readonly #rateHz: number
  readonly #random: Random
  #untilEpochs: number
  #leftEpochs = 0
  #reflection: Reflection | undefined

  /** @param perHour how often in an hour of riding in canyons. */
  constructor(perHour: number, rateHz: number, random: Random) {
    this.#perHour = perHour
    this.#rateHz = rateHz
    this.#random = random
    this.#untilEpochs = random.waitS(perHour) * rateHz
  }

  /** How far off the echo puts the position in this epoch; it ends with the canyon at the latest. */
  step(canyon: boolean, courseDeg: number): Reflection | undefined {
    if (!canyon) {
      this.#leftEpochs = 0
      return undefined
    }
    if (this.#leftEpochs > 0) {
      this.#leftEpochs--
      return this.#reflection
    }
    if (--this.#untilEpochs > 0) return undefined
    const random = this.#random
    // A second at least lies between two of them.
    this.#untilEpochs = (random.waitS(this.#perHour) + 1) * this.#rateHz + 1
    this.#leftEpochs = random.integer(MIN_S, MAX_S) * this.#rateHz - 1
    const across = ((courseDeg + (random.chance(0.5) ? 90 : -90)) * Math.PI) / 180
    const offM = random.between(MIN_M, MAX_M)
    this.#reflection = { eastM: offM * Math.sin(across), northM: offM * Math.cos(across) }
    return this.#reflection
  }
}
