/**
 * Learns which sentence a receiver sends last in each epoch, so that a fix can go out with it instead of
 * waiting for the next epoch to begin. Sentences are told apart by kind and by how many of the kind came
 * before: a receiver of four systems sends four GSA.
 */

/** So many epochs in a row must end alike before the end is believed. */
const EPOCHS_TO_BELIEVE = 2
const COUNT_BITS = 4
const MAX_COUNT = 15

export class CycleEnd {
  /** How many sentences of each kind the epoch has had, {@link COUNT_BITS} a kind: there are eight kinds. */
  #counts = 0
  #last = -1
  #end = -1
  #epochs = 0

  /** A sentence of this kind came; true when it is believed to be the last of the epoch. */
  take(kind: number): boolean {
    const shift = kind * COUNT_BITS
    const before = (this.#counts >>> shift) & MAX_COUNT
    if (before < MAX_COUNT) this.#counts += 1 << shift
    this.#last = kind * (MAX_COUNT + 1) + before
    return this.#epochs >= EPOCHS_TO_BELIEVE && this.#last === this.#end
  }

  /** A sentence came for an epoch that was thought to be over: what was learned is wrong. */
  late(kind: number): void {
    this.take(kind)
    this.#epochs = 0
  }

  /** The next epoch begins. */
  next(): void {
    if (this.#last === this.#end) this.#epochs++
    else {
      this.#end = this.#last
      this.#epochs = 1
    }
    this.#last = -1
    this.#counts = 0
  }
}
