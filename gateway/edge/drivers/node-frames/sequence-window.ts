/**
 * What the name of a frame says about it.
 * - `next`: newer than all before; `lost` frames between were not heard.
 * - `late`: it comes behind newer ones, or is a frame from before the node's last start.
 * - `duplicate`: heard before.
 * - `restarted`: the node has begun to count anew; `lost` frames of the new count were not heard.
 */
export interface SequenceVerdict {
  kind: 'next' | 'late' | 'duplicate' | 'restarted'
  lost: number
}

/** How many frames back a repeated one is recognised; what is older counts as late. */
const WINDOW = 64

/** The frames last heard of one node. */
export class SequenceWindow {
  /** Sequences of this boot, those above `#highest - WINDOW` only. */
  readonly #heard = new Set<number>()
  #highest = 0
  #boot: number | undefined
  #bootBefore: number | undefined

  observe(boot: number, sequence: number): SequenceVerdict {
    if (boot === this.#bootBefore) return { kind: 'late', lost: 0 }
    if (boot !== this.#boot) return this.#start(boot, sequence)
    if (this.#heard.has(sequence)) return { kind: 'duplicate', lost: 0 }
    if (sequence <= this.#highest) {
      if (sequence > this.#highest - WINDOW) this.#heard.add(sequence)
      return { kind: 'late', lost: 0 }
    }
    const lost = sequence - this.#highest - 1
    this.#take(sequence)
    return { kind: 'next', lost }
  }

  #start(boot: number, sequence: number): SequenceVerdict {
    const isFirst = this.#boot === undefined
    this.#bootBefore = this.#boot
    this.#boot = boot
    this.#heard.clear()
    this.#take(sequence)
    // What a node sent before the gateway listened is not lost.
    return isFirst ? { kind: 'next', lost: 0 } : { kind: 'restarted', lost: sequence - 1 }
  }

  #take(sequence: number): void {
    this.#highest = sequence
    this.#heard.add(sequence)
    for (const heard of this.#heard) if (heard <= sequence - WINDOW) this.#heard.delete(heard)
  }
}
