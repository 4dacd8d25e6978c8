/** Evidence holds so many samples, spread over its span … */
const MAX_SAMPLES = 60
/** … and reaches back so far at least. */
const MIN_SPAN_MS = 30_000
/** Wall time that moved by more than this against the monotonic clock was set anew. */
const CLOCK_STEP_MS = 5000

export interface Sample {
  timeMs: number
  value: number
}

/** When a sample came: monotonic, and what wall time is ahead of it (changes only when the clock is set). */
export interface Arrival {
  atMs: number
  wallOffsetMs: number
}

/** The last stretch of a judged quantity: what a case shows as its reason. */
export class EvidenceWindow {
  readonly #everyMs: number
  #samples: Sample[] = []
  #lastAtMs = Number.NEGATIVE_INFINITY
  #wallOffsetMs: number | undefined

  /** `spanMs`: how far back the samples reach. */
  constructor(spanMs: number) {
    this.#everyMs = Math.max(MIN_SPAN_MS, spanMs) / MAX_SAMPLES
  }

  /** Kept where the last one is old enough. */
  add(sample: Sample, arrival: Arrival): void {
    this.#keepStep(arrival)
    if (arrival.atMs - this.#lastAtMs < this.#everyMs) return
    this.#lastAtMs = arrival.atMs
    this.#samples.push(sample)
    if (this.#samples.length >= MAX_SAMPLES) this.#samples.shift()
  }

  /** The kept samples and, last, the one that decided. */
  upTo(deciding: Sample, arrival: Arrival): Sample[] {
    this.#keepStep(arrival)
    return [...this.#samples, deciding]
  }

  /** A clock that was set moves the times of what came before along: order and distances stay. */
  #keepStep({ wallOffsetMs }: Arrival): void {
    const stepMs = wallOffsetMs - (this.#wallOffsetMs ?? wallOffsetMs)
    this.#wallOffsetMs = wallOffsetMs
    if (Math.abs(stepMs) <= CLOCK_STEP_MS) return
    this.#samples = this.#samples.map(({ timeMs, value }) => ({ timeMs: timeMs + stepMs, value }))
  }
}
