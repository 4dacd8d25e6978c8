/** Doubling ends here: a fault that is gone for so long is gone. */
const MAX_CLEAR_HOLD_MS = 600_000

export interface FlapRule {
  flapEpisodes: number
  flapWithinMs: number
  flapClearHoldMs: number
}

/**
 * A fault that comes and goes (抖动) is one case, not twenty: raised `flapEpisodes` times within `flapWithinMs`, it
 * clears only after `flapClearHoldMs` without it, doubled with each further time, up to ten minutes. Raising is
 * never held back, so a fault that stands is always seen.
 */
export class FlapDamper {
  readonly #rule: FlapRule
  #raisedAtMs: number[] = []
  #clearAtMs: number | undefined

  constructor(rule: FlapRule) {
    this.#rule = rule
  }

  /** How often it was raised within the time that counts. */
  count(atMs: number): number {
    this.#raisedAtMs = this.#raisedAtMs.filter((raisedMs) => atMs - raisedMs <= this.#rule.flapWithinMs)
    return this.#raisedAtMs.length
  }

  /** True where this raising belongs to the case that still stands. */
  raised(atMs: number): boolean {
    this.#raisedAtMs.push(atMs)
    const again = this.#clearAtMs !== undefined
    this.#clearAtMs = undefined
    return again
  }

  /** True where the case clears at once; otherwise {@link due} says when. */
  cleared(atMs: number): boolean {
    const holdMs = this.#clearHoldMs(atMs)
    if (holdMs > 0) this.#clearAtMs = atMs + holdMs
    return holdMs === 0
  }

  /** True once, when a clearing that was held has been held long enough. */
  due(atMs: number): boolean {
    if (this.#clearAtMs === undefined || atMs < this.#clearAtMs) return false
    this.#clearAtMs = undefined
    return true
  }

  #clearHoldMs(atMs: number): number {
    const beyond = this.count(atMs) - this.#rule.flapEpisodes
    return beyond < 0 ? 0 : Math.min(MAX_CLEAR_HOLD_MS, this.#rule.flapClearHoldMs * 2 ** beyond)
  }
}
