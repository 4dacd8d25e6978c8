/** Waits that double from `firstMs` to `maxMs`, each shortened by up to half at random so that many do not knock at once. */
export class Backoff {
  readonly #firstMs: number
  readonly #maxMs: number
  #attempts = 0

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs
    this.#maxMs = maxMs
  }

  /** The next wait in ms. */
  next(): number {
    const fullMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#attempts++)
    return fullMs * (0.5 + Math.random() / 2)
  }

  reset(): void {
    this.#attempts = 0
  }
}
