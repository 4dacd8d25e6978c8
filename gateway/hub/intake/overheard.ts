import { decodeEnvelope } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Log } from '../../foundation/log.ts'
import type { LoggedRecord } from './intake-log.ts'

/**
 * What other workers of the group take, for the page of the one that has the ledger: it hears every record and
 * keeps none of these, but shows where the gateways are. In: payloads on `up`; out: once a second those of that
 * second. More than can be shown is left out, and a record that cannot be read is the business of its worker.
 */

const EVERY_MS = 1000
const MOST = 1000

export class Overheard {
  readonly #show: (records: LoggedRecord[]) => Promise<void>
  readonly #log: Log
  #records: LoggedRecord[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(show: (records: LoggedRecord[]) => Promise<void>, log: Log) {
    this.#show = show
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => void this.#tell(), EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  take(gateway: string, payload: Uint8Array): void {
    if (this.#records.length >= MOST) return
    try {
      const envelope = decodeEnvelope(payload)
      // It stands in no log: its id is that of none.
      if (envelope.gateway === gateway) this.#records.push({ ...envelope, id: 0, receivedMs: Date.now() })
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  }

  async #tell(): Promise<void> {
    const records = this.#records
    this.#records = []
    try {
      if (records.length > 0) await this.#show(records)
    } catch (error) {
      this.#log.debug({ err: error }, 'overheard records not shown')
    }
  }
}
