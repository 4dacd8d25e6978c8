import type { Log } from '../../foundation/log.ts'

/** The broker has records, and the hub has said nothing of any for so long: it is down. */
const SILENT_AFTER_MS = 30_000
/** Then one record is sent in so long, twice as long each time: at five minutes 100 KB a day. */
const FIRST_PROBE_MS = 15_000
const LONGEST_PROBE_MS = 300_000

/**
 * Whether the hub behind the broker is there. A broker takes records, and acknowledges them, while no hub does; sent
 * again and again in full windows they would use up the data of a SIM card for nothing. In: acknowledgements and
 * receipts. Out: whether the hub is silent, and when one record may go to see whether it still is. Times are monotonic.
 */
export class ReceiptWatch {
  readonly #log: Log
  /** Since when acknowledged records have had no receipt. */
  #waitingSinceMs: number | undefined
  #silent = false
  #probeMs = 0
  #probes = 0

  constructor(log: Log) {
    this.#log = log
  }

  get silent(): boolean {
    return this.#silent
  }

  /** How long the hub has been silent, ms; undefined: it is not. */
  silentForMs(nowMs: number): number | undefined {
    return this.#silent ? nowMs - this.#waitingSinceMs! : undefined
  }

  acknowledged(nowMs: number): void {
    this.#waitingSinceMs ??= nowMs
  }

  /** @returns whether the hub was silent until now. */
  receipted(nowMs: number): boolean {
    const wasSilent = this.#silent
    if (wasSilent)
      this.#log.info({ silentS: this.#seconds(nowMs) }, 'the hub gives receipts again: sending goes on')
    this.#waitingSinceMs = undefined
    this.#silent = false
    return wasSilent
  }

  /** Receipts of a connection that is gone are not missing; a hub that was silent may still be. */
  disconnected(): void {
    if (!this.#silent) this.#waitingSinceMs = undefined
  }

  /** To be called now and then. */
  look(nowMs: number): void {
    if (this.#silent || this.#waitingSinceMs === undefined) return
    if (nowMs - this.#waitingSinceMs < SILENT_AFTER_MS) return
    this.#silent = true
    this.#probes = 0
    this.#probeMs = nowMs
    this.#log.warn(
      { silentS: this.#seconds(nowMs) },
      'no receipts from the hub although the broker takes records: is the hub running? Records wait in the outbox',
    )
  }

  probeIsDue(nowMs: number): boolean {
    return this.#silent && nowMs >= this.#probeMs
  }

  probed(nowMs: number): void {
    const fullMs = Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** this.#probes++)
    // A hub that comes back is not told so by everyone at once.
    this.#probeMs = nowMs + fullMs * (0.5 + Math.random() / 2)
  }

  #seconds(nowMs: number): number {
    return Math.round((nowMs - (this.#waitingSinceMs ?? nowMs)) / 1000)
  }
}
