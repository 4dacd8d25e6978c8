import type { Random } from '../random.ts'

/** Unit-variance noise whose correlation fades with `e^(-t/τ)`: a first-order Gauss-Markov process. */
export class GaussMarkov {
  readonly #random: Random
  readonly #keep: number
  readonly #renew: number
  #value: number

  /** @param correlationS τ. @param rateHz how often a second `next` is called. */
  constructor(correlationS: number, rateHz: number, random: Random) {
    this.#random = random
    this.#keep = Math.exp(-1 / (correlationS * rateHz))
    this.#renew = Math.sqrt(1 - this.#keep ** 2)
    this.#value = random.gauss()
  }

  next(): number {
    this.#value = this.#keep * this.#value + this.#renew * this.#random.gauss()
    return this.#value
  }
}
