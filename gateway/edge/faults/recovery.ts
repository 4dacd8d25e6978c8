export interface RecoveryRule {
  /** Readings that come fast must say for so long that it is over … */
  settleMs: number
  /** … others for so long; those that come less often than this are believed one by one. */
  sparseMs: number
  /** The sensor reports changes only. */
  lastStands?: boolean | undefined
}

/** Readings come fast where so many of them fit into the time to settle: a swing then shows itself. */
const FAST_READINGS = 4

/**
 * Whether a fault is over: one reading among many others (a swing through the level, a contact that bounces, a
 * register that reads 0 once) does not show it.
 */
export class Recovery {
  readonly #rule: RecoveryRule
  #back: { sinceMs: number; readings: number } | undefined
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(rule: RecoveryRule) {
    this.#rule = rule
  }

  /** It seems to be over, but not yet for long enough. */
  get pending(): boolean {
    return this.#back !== undefined
  }

  /** @param back whether the reading says that it is over. True where that is to be believed. */
  observe(back: boolean, atMs: number): boolean {
    const { settleMs, sparseMs, lastStands } = this.#rule
    const sinceLastMs = atMs - this.#lastMs
    this.#lastMs = atMs
    if (!back) {
      this.#back = undefined
      return false
    }
    this.#back ??= { sinceMs: atMs, readings: 0 }
    this.#back.readings++
    if (lastStands !== true && sinceLastMs >= sparseMs) return true
    const { sinceMs, readings } = this.#back
    const backMs = atMs - sinceMs
    if (backMs >= sparseMs) return true
    const isFast = backMs * FAST_READINGS <= settleMs * (readings - 1)
    return lastStands !== true && isFast && backMs >= settleMs
  }

  /** Time passes without a reading, and the last one stands. */
  stands(atMs: number): boolean {
    return this.#back !== undefined && atMs - this.#back.sinceMs >= this.#rule.sparseMs
  }
}
