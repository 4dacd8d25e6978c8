/**
 * How long things took, kept in buckets that grow by 2 % each: memory does not grow with what is counted, and a
 * percentile is too high by 2 % at most. From 0.1 ms to 28 hours.
 */

const FIRST_MS = 0.1
const GROWTH = 1.02
const BUCKETS = 1050

export interface Latencies {
  count: number
  /** Absent where nothing was counted. */
  p50Ms?: number
  p95Ms?: number
  p99Ms?: number
  maxMs?: number
}

export class LatencyTally {
  readonly #buckets = new Uint32Array(BUCKETS)
  #count = 0
  #maxMs = 0

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, FIRST_MS) / FIRST_MS) / Math.log(GROWTH))
    this.#buckets[Math.min(bucket, BUCKETS - 1)]!++
    this.#count++
    this.#maxMs = Math.max(this.#maxMs, ms)
  }

  latencies(): Latencies {
    if (this.#count === 0) return { count: 0 }
    return {
      count: this.#count,
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
      maxMs: rounded(this.#maxMs),
    }
  }

  clear(): void {
    this.#buckets.fill(0)
    this.#count = 0
    this.#maxMs = 0
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share)
    const bucket = this.#buckets.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return rounded(Math.min(FIRST_MS * GROWTH ** bucket, this.#maxMs))
  }
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10
