/** Receivers write at least every ten seconds, most of them every second. */
const SHORTEST_MS = 5000
const USUAL_TIMES = 3
const GAPS_KEPT = 8

/**
 * Tells sentences after a silence from sentences after the usual pause. What is usual is learned: a receiver that
 * speaks every ten seconds to save power has not lost it each time.
 */
export class Silence {
  #lastMs: number | undefined
  readonly #gapsMs: number[] = []

  /** A sentence came; true where it ended a silence. Times are of a monotonic clock. */
  heard(atMs: number): boolean {
    const gapMs = this.#lastMs === undefined ? 0 : atMs - this.#lastMs
    this.#lastMs = atMs
    // Sentences of one burst follow each other at once.
    if (gapMs < 50) return false
    const usualMs = Math.max(0, ...this.#gapsMs)
    this.#gapsMs.push(gapMs)
    if (this.#gapsMs.length > GAPS_KEPT) this.#gapsMs.shift()
    return gapMs > Math.max(SHORTEST_MS, USUAL_TIMES * usualMs)
  }
}
