import { z } from 'zod'

/**
 * `uplink:` of an edge's configuration: how fast what waits may leave. Cases and health are not held by it.
 *
 * 5 records/s: when a broker comes back, every gateway of a city has a backlog. 2,000 gateways then offer 10,000
 * records/s, which one hub on two cores takes; 8,000 offer 40,000/s, which is what a broker with several workers takes
 * (docs/scaling.md). One that was away alone is still done in good time: seven days of an e-bike (6,720 records at 8 h a
 * day and 30 fixes a record) in 22 min, seven whole days of a terminal (20,160) in 67 min; and 5 records of 250 bytes a
 * second leave the poorest mobile link free for cases. 64 KiB/s bound photos: half of an LTE link at a cell's edge.
 */
export const UplinkConfig = z.strictObject({
  maxRecordsPerS: z.number().min(0.1).max(10_000).default(5),
  maxBytesPerS: z.number().min(1024).max(100_000_000).default(65_536),
  /** Nothing was heard for so long although something was sent: the connection is dead and made anew. */
  deadAfterS: z.number().min(1).max(600).default(60),
})
export type UplinkConfig = z.infer<typeof UplinkConfig>

type Rate = Pick<UplinkConfig, 'maxRecordsPerS' | 'maxBytesPerS'>

/** What was not used is kept for so long, but for so many records at least: after a pause a few go at once. */
const BURST_S = 0.2
const BURST_RECORDS = 5
/** What goes although it should wait is owed for so long at most. */
const DEBT_S = 1

/**
 * A token bucket over records and bytes. A record may go when there is a whole token for it and any for its bytes: a
 * photo larger than a second's bytes goes too, and is paid for by what follows. Times are monotonic.
 */
export class RateLimit {
  readonly #rate: Rate
  #records: number
  #bytes: number
  #atMs: number | undefined

  constructor(rate: Rate) {
    this.#rate = rate
    this.#records = this.#mostRecords
    this.#bytes = rate.maxBytesPerS * BURST_S
  }

  /** So many records may go now, if they are small. */
  records(nowMs: number): number {
    this.#fill(nowMs)
    return Math.max(0, Math.floor(this.#records))
  }

  /** ms until the next record may go; 0: now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs)
    const { maxRecordsPerS, maxBytesPerS } = this.#rate
    const waitS = Math.max((1 - this.#records) / maxRecordsPerS, (1 - this.#bytes) / maxBytesPerS)
    return Math.max(0, Math.ceil(waitS * 1000))
  }

  /** Something was sent, allowed or not. */
  take(bytes: number, nowMs: number): void {
    this.#fill(nowMs)
    const { maxRecordsPerS, maxBytesPerS } = this.#rate
    this.#records = Math.max(-maxRecordsPerS * DEBT_S, this.#records - 1)
    // One that was allowed is paid for in full, however large.
    this.#bytes = Math.max(-maxBytesPerS * DEBT_S - bytes, this.#bytes - bytes)
  }

  get #mostRecords(): number {
    return Math.max(BURST_RECORDS, this.#rate.maxRecordsPerS * BURST_S)
  }

  #fill(nowMs: number): void {
    const passedS = Math.max(0, nowMs - (this.#atMs ?? nowMs)) / 1000
    this.#atMs = nowMs
    const { maxRecordsPerS, maxBytesPerS } = this.#rate
    this.#records = Math.min(this.#mostRecords, this.#records + passedS * maxRecordsPerS)
    this.#bytes = Math.min(maxBytesPerS * BURST_S, this.#bytes + passedS * maxBytesPerS)
  }
}
