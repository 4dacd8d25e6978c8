/**
 * When two fixes of one device no longer hang together. A stretch is a gap (轨迹断点) from max(10 s, 5 times the
 * usual interval) on. At 1 Hz receivers lose single epochs under bridges and trees, and 10 s at an e-bike's 5 m/s are
 * 50 m, over which a straight line is still the street; a device that reports every 30 s has gaps from two and a half
 * minutes on.
 *
 * The usual interval is the median of the last intervals before, so that what is said of a fix never depends on
 * fixes that come later: a running shift and the same shift a month later have the same gaps.
 */
export const MIN_GAP_MS = 10_000
const GAP_INTERVALS = 5
/** Odd, so that there is a middle one. Few, so that a device that changes its interval is understood soon. */
const REMEMBERED = 15
/** Fewer tell nothing yet. */
const ENOUGH = 3
/** A median up to here leaves the limit at its least. */
const SHORT_MS = MIN_GAP_MS / GAP_INTERVALS

/** Follows one device's fixes in order of time. */
export class GapRule {
  readonly #intervals = new Float64Array(REMEMBERED)
  #count = 0
  /** Of the remembered ones. */
  #shortIntervals = 0
  #lastMs = Number.NaN
  #limitMs = MIN_GAP_MS

  /** Whether a gap lies before this fix; the first fix has none. */
  isGapBefore(timeMs: number): boolean {
    const intervalMs = timeMs - this.#lastMs
    this.#lastMs = timeMs
    if (Number.isNaN(intervalMs)) return false
    const isGap = intervalMs > this.#limitMs
    this.#remember(intervalMs)
    return isGap
  }

  #remember(intervalMs: number): void {
    const slot = this.#count % REMEMBERED
    const forgotten = this.#count >= REMEMBERED ? this.#intervals[slot]! : Number.NaN
    this.#intervals[slot] = intervalMs
    this.#count++
    // Millions of fixes pass here, most of them a second or so after the one before.
    if (forgotten === intervalMs) return
    if (intervalMs <= SHORT_MS) this.#shortIntervals++
    if (forgotten <= SHORT_MS) this.#shortIntervals--
    const known = Math.min(this.#count, REMEMBERED)
    if (known < ENOUGH) return
    if (this.#shortIntervals > known >> 1) {
      this.#limitMs = MIN_GAP_MS
      return
    }
    const sorted = this.#intervals.slice(0, known).sort()
    this.#limitMs = Math.max(MIN_GAP_MS, GAP_INTERVALS * sorted[known >> 1]!)
  }
}
