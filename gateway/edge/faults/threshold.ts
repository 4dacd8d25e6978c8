/** Judges one quantity against a raise and a clear threshold with a hold time. */
export interface ThresholdRule {
  /** Raised where the value stays at or beyond this … */
  raise: number
  /** … and cleared where it comes back to this. Above `raise`, the fault is a value too low. */
  clear: number
  /** How long the value must stay beyond `raise`. */
  holdMs: number
}

export type Verdict = 'raised' | 'cleared' | undefined

/**
 * A threshold with hysteresis: between `clear` and `raise` nothing changes, so noise around one threshold does
 * not raise twice, and what does not last `holdMs` raises nothing. Clearing is said at once.
 */
export class Threshold {
  readonly #rule: ThresholdRule
  #raised: boolean
  #beyondSinceMs: number | undefined
  #suppressed = 0

  /** `raised`: the fault was already raised, before a restart. */
  constructor(rule: ThresholdRule, raised: boolean) {
    this.#rule = rule
    this.#raised = raised
  }

  get raised(): boolean {
    return this.#raised
  }

  /** Beyond `raise`, but not yet for the whole hold. */
  get holding(): boolean {
    return this.#beyondSinceMs !== undefined
  }

  /** How often `raise` was crossed without being held; counted from the last {@link takeSuppressed}. */
  takeSuppressed(): number {
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }

  /** `atMs` is monotonic. */
  observe(value: number, atMs: number): Verdict {
    const { raise, clear, holdMs } = this.#rule
    const tooLow = clear > raise
    const beyond = tooLow ? value <= raise : value >= raise
    const back = tooLow ? value >= clear : value <= clear
    if (this.#raised) {
      if (!back) return undefined
      this.#raised = false
      return 'cleared'
    }
    if (!beyond) {
      this.stopHolding()
      return undefined
    }
    this.#beyondSinceMs ??= atMs
    if (atMs - this.#beyondSinceMs < holdMs) return undefined
    return this.raiseNow()
  }

  /** Raises without a hold: for what is beyond doubt. Undefined where it is raised already. */
  raiseNow(): Verdict {
    this.#beyondSinceMs = undefined
    if (this.#raised) return undefined
    this.#raised = true
    return 'raised'
  }

  /** The quantity cannot be judged now: a hold that has begun counts for nothing. */
  stopHolding(): void {
    if (this.#beyondSinceMs === undefined) return
    this.#beyondSinceMs = undefined
    this.#suppressed++
  }
}
