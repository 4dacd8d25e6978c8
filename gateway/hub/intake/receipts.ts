import { encodeReceipt } from '../../../proto/codec/codec.ts'
import type { RecordName } from '../../../proto/domain.ts'

/**
 * Tells gateways what is committed, so that they may delete it (reliability decision 1). In: names of
 * committed records, repeated ones too; out: one receipt for each gateway and boot of a commit group.
 */
export class Receipts {
  readonly #send: (gateway: string, payload: Uint8Array) => void
  #pending = new Map<string, { gateway: string; boot: string; sequences: number[] }>()

  constructor(send: (gateway: string, payload: Uint8Array) => void) {
    this.#send = send
  }

  /** All that are added in one turn, as those of one commit are, leave together. */
  add({ gateway, boot, sequence }: RecordName): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.#flush())
    const key = `${gateway} ${boot}`
    const receipt = this.#pending.get(key)
    if (receipt) receipt.sequences.push(sequence)
    else this.#pending.set(key, { gateway, boot, sequences: [sequence] })
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = new Map()
    for (const { gateway, boot, sequences } of pending.values())
      this.#send(gateway, encodeReceipt({ boot, sequences }))
  }
}
