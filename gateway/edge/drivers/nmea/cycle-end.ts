/**
 * Learns which sentence a receiver sends last in each epoch, so that a fix can go out with it instead of
 * waiting for the next epoch to begin. Sentences are told apart by kind and by how many of the kind came
 * before: a receiver of four systems sends four GSA.
 */

/** So many epochs in a row must end alike before the end is believed. */
const EPOCHS_TO_BELIEVE = 2
/** Each time that it was wrong, twice as many: some sentences come every few seconds only. */
const MAX_EPOCHS_TO_BELIEVE = 1024
const COUNT_BITS = 4
const MAX_COUNT = 15
const NONE = -1

export class CycleEnd {
  /**
   * How many sentences of each kind the epoch has had, {@link COUNT_BITS} a kind: those of a fix are the first of
   * SENTENCES, and not more than eight.
   */
  #counts = 0
  /** The sentence that came last, as kind and count. */
  #last = NONE
  #believed = NONE
  #candidate = NONE
  #epochs = 0
  #epochsToBelieve = EPOCHS_TO_BELIEVE

  /** A sentence of this kind came; true when it is believed to be the last of the epoch. */
  take(kind: number): boolean {
    const shift = kind * COUNT_BITS
    const before = (this.#counts >>> shift) & MAX_COUNT
    if (before < MAX_COUNT) this.#counts += 1 << shift
    this.#last = kind * (MAX_COUNT + 1) + before
    return this.#last === this.#believed
  }

  /** A sentence came for an epoch that was thought to be over: what was learned is wrong. */
  late(kind: number): void {
    this.take(kind)
    if (this.#believed === NONE) return
    this.#believed = NONE
    this.#candidate = NONE
    this.#epochsToBelieve = Math.min(this.#epochsToBelieve * 2, MAX_EPOCHS_TO_BELIEVE)
  }

  /** The next epoch begins. An epoch whose last sentence was lost does not shake what is believed, several do. */
  next(): void {
    if (this.#last !== this.#candidate) {
      this.#candidate = this.#last
      this.#epochs = 0
    }
    this.#epochs++
    if (this.#epochs >= this.#epochsToBelieve) this.#believed = this.#candidate
    this.#last = NONE
    this.#counts = 0
  }
}
