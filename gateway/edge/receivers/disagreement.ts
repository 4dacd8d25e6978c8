/**
 * Whether two receivers of one device have been apart for long. Told once: they must have been together again for as
 * long before it is told anew.
 */
export class Disagreement {
  readonly #farM: number
  readonly #afterMs: number
  #told = false
  /** Since when they are, without a break, what was not told last. */
  #sinceMs: number | undefined

  constructor(farM: number, afterMs: number) {
    this.#farM = farM
    this.#afterMs = afterMs
  }

  /** They were so far apart just now; true where that is to be told. Times are of a monotonic clock. */
  observe(distanceM: number, atMs: number): boolean {
    const apart = distanceM > this.#farM
    if (apart === this.#told) {
      this.#sinceMs = undefined
      return false
    }
    this.#sinceMs ??= atMs
    if (atMs - this.#sinceMs < this.#afterMs) return false
    this.#told = apart
    this.#sinceMs = undefined
    return apart
  }
}
