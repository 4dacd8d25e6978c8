import type { Random } from '../random.ts'

/**
 * What a tunnel does to a receiver: no fix inside and for 1 to 4 s after, as the satellites have to be found again;
 * then an error of 10 to 40 m that decays.
 */

const EXIT_ERROR_MIN_M = 10
const EXIT_ERROR_MAX_M = 40
const DECAY_S = 6
/** Below it the error is lost in the noise. */
const SETTLED_M = 1

export class TunnelPassage {
  readonly #random: Random
  readonly #rateHz: number
  #insideEpochs = 0
  #searchingEpochs = 0
  #errorM = 0
  #towards = 0

  constructor(rateHz: number, random: Random) {
    this.#rateHz = rateHz
    this.#random = random
  }

  /** An epoch begins, under a roof or not. */
  step(covered: boolean): 'inside' | 'after' | 'outside' {
    if (covered) {
      if (this.#insideEpochs === 0) this.#searchingEpochs = this.#random.integer(1, 4) * this.#rateHz
      this.#insideEpochs++
      return 'inside'
    }
    if (this.#searchingEpochs > 0) {
      this.#searchingEpochs--
      this.#insideEpochs++
      return 'inside'
    }
    if (this.#insideEpochs > 0) {
      this.#insideEpochs = 0
      this.#errorM = this.#random.between(EXIT_ERROR_MIN_M, EXIT_ERROR_MAX_M)
      this.#towards = this.#random.between(0, 2 * Math.PI)
    } else this.#errorM *= Math.exp(-1 / (DECAY_S * this.#rateHz))
    if (this.#errorM < SETTLED_M) this.#errorM = 0
    return this.#errorM > 0 ? 'after' : 'outside'
  }

  /** Since the fix was lost. */
  get insideS(): number {
    return this.#insideEpochs / this.#rateHz
  }

  get eastM(): number {
    return this.#errorM * Math.sin(this.#towards)
  }

  get northM(): number {
    return this.#errorM * Math.cos(this.#towards)
  }
}
