import type { Outbox, OutboxLevel, OutboxRecord, RecordKey } from '../../gateway/edge/outbox/outbox.ts'
import { LANES, type Lane } from '../../proto/domain.ts'

/**
 * An outbox in memory, for gateways by the thousand: one in SQLite takes 130 KB, in memory too. It drops nothing, and
 * knows of each record when it came, when it was first taken to be sent, and when its receipt came. What survives a
 * power cut is tried with gateways in processes of their own.
 */

export interface RecordTimes {
  lane: Lane
  sequence: number
  /** Monotonic. */
  appendedMs: number
  /** When the uplink first asked for it; it may have waited in the window of the connection since. */
  takenMs: number
  receiptedMs: number
}

interface Waiting extends OutboxRecord {
  appendedMs: number
  takenMs: number | undefined
}

export class LoadOutbox implements Outbox {
  onAppended: () => void = () => {}
  readonly #boot: string
  readonly #onReceipted: (times: RecordTimes) => void
  /** By lane in the order of LANES, then by sequence in the order of coming. */
  readonly #lanes = LANES.map(() => new Map<number, Waiting>())
  #sequence = 0
  #records = 0
  #bytes = 0
  #telling: NodeJS.Immediate | undefined

  constructor(boot: string, onReceipted: (times: RecordTimes) => void) {
    this.#boot = boot
    this.#onReceipted = onReceipted
  }

  /** The last number that was given. */
  get sequence(): number {
    return this.#sequence
  }

  async append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<RecordKey> {
    alongside?.()
    const sequence = ++this.#sequence
    const key = { boot: this.#boot, sequence }
    const appendedMs = performance.now()
    this.#lanes[LANES.indexOf(lane)]!.set(sequence, { ...key, lane, body, appendedMs, takenMs: undefined })
    this.#records++
    this.#bytes += body.length
    this.#tell()
    return key
  }

  peek(limit: number, maxBytes = Number.POSITIVE_INFINITY, lanes: readonly Lane[] = LANES): OutboxRecord[] {
    const records: OutboxRecord[] = []
    let bytes = 0
    for (const [number, waiting] of this.#lanes.entries())
      for (const record of lanes.includes(LANES[number]!) ? waiting.values() : []) {
        bytes += record.body.length
        if (records.length === limit || (records.length > 0 && bytes > maxBytes)) return records
        record.takenMs ??= performance.now()
        records.push(record)
      }
    return records
  }

  newest(lane: Lane): OutboxRecord | undefined {
    const sequence = [...this.#lanes[LANES.indexOf(lane)]!.keys()].at(-1)
    const record = sequence === undefined ? undefined : this.#lanes[LANES.indexOf(lane)]!.get(sequence)
    if (record) record.takenMs ??= performance.now()
    return record
  }

  remove(boot: string, sequences: number[]): void {
    if (boot !== this.#boot) return
    const receiptedMs = performance.now()
    for (const sequence of sequences) {
      const lane = this.#lanes.find((records) => records.has(sequence))
      const record = lane?.get(sequence)
      if (!record) continue
      lane!.delete(sequence)
      this.#records--
      this.#bytes -= record.body.length
      const { appendedMs, takenMs = receiptedMs } = record
      this.#onReceipted({ lane: record.lane, sequence, appendedMs, takenMs, receiptedMs })
    }
    this.#tell()
  }

  waits(records: readonly RecordKey[]): RecordKey[] {
    return records.filter(
      ({ boot, sequence }) => boot === this.#boot && this.#lanes.some((lane) => lane.has(sequence)),
    )
  }

  /** The machine of a load driver knows the time. */
  dateBy(): void {}

  level(): OutboxLevel {
    return { records: this.#records, bytes: this.#bytes, dropped: {}, thinnedFixes: 0 }
  }

  close(): void {
    clearImmediate(this.#telling)
  }

  /** Out of the caller's stack, as after a commit. */
  #tell(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined
      this.onAppended()
    })
  }
}
