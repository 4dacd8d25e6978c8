/** Changes closer together than this are contact bounce: the first is told at once, then what came of it. */
const BOUNCE_MS = 100
/** A report that says nothing new is told when the last word is older than this. */
const REPEAT_MS = 1000

/**
 * One digital pin. In: what the board reports of it. Out: 0 or 1, when it changes, and again from reports that
 * repeat it. Nothing is told that the board has not just reported; bounces that are held back go to `onBounce`.
 */
export class DigitalInput {
  readonly #onValue: (value: 0 | 1) => void
  readonly #onBounce: () => void
  #told: number | undefined
  #toldMs = -Infinity
  #changedMs = -Infinity
  #newest: 0 | 1 = 0
  #settling: NodeJS.Timeout | undefined

  constructor(onValue: (value: 0 | 1) => void, onBounce: () => void) {
    this.#onValue = onValue
    this.#onBounce = onBounce
  }

  report(value: 0 | 1): void {
    this.#newest = value
    const nowMs = performance.now()
    if (this.#settling) this.#onBounce()
    else if (value === this.#told) {
      if (nowMs - this.#toldMs >= REPEAT_MS) this.#tell(nowMs)
    } else if (nowMs - this.#changedMs >= BOUNCE_MS) {
      this.#changedMs = nowMs
      this.#tell(nowMs)
    } else {
      this.#onBounce()
      this.#settling = setTimeout(() => this.#settle(), this.#changedMs + BOUNCE_MS - nowMs)
    }
  }

  stop(): void {
    clearTimeout(this.#settling)
  }

  #settle(): void {
    this.#settling = undefined
    if (this.#newest === this.#told) return
    this.#changedMs = performance.now()
    this.#tell(this.#changedMs)
  }

  #tell(nowMs: number): void {
    this.#told = this.#newest
    this.#toldMs = nowMs
    this.#onValue(this.#newest)
  }
}
