import { RecentShare } from './recent-share.ts'

/** Shorter shaking is less than half of so many times its length. */
const LOOK_BACK = 2

/**
 * The hold of a quantity that traffic or wind shakes: shaking that is shorter than `vibrationMs` neither begins a
 * hold nor ends one. A hold goes on while the quantity was beyond its limit, on the same side, for most of the last
 * while; it is over where it is beyond at the end of `holdMs`. So a cover that lies askew under one truck
 * after the other is found, and one that is level is not, however hard it swings.
 */
export class ShakenHold {
  readonly #holdMs: number
  readonly #lookBackMs: number
  #run: { side: number; sinceMs: number; beyond: RecentShare } | undefined
  #suppressed = 0

  constructor({ holdMs, vibrationMs }: { holdMs: number; vibrationMs: number }) {
    this.#holdMs = holdMs
    // Wind sways for longer than traffic shakes: a long hold looks back over several gusts.
    this.#lookBackMs = Math.max(LOOK_BACK * vibrationMs, holdMs / 2)
  }

  /** Beyond, but not yet for long enough. */
  get holding(): boolean {
    return this.#run !== undefined
  }

  /** @param side -1 or 1: beyond its limit on that side; 0: not beyond. True where it has been held. */
  observe(side: number, atMs: number): boolean {
    const run = this.#run
    if (run) {
      run.beyond.observe(side === run.side, atMs)
      if (run.beyond.at(atMs) <= 0.5) {
        this.#run = undefined
        this.#suppressed++
      }
    }
    if (!this.#run && side !== 0) {
      this.#run = { side, sinceMs: atMs, beyond: new RecentShare(this.#lookBackMs) }
      this.#run.beyond.observe(true, atMs)
    }
    return this.#run?.side === side && atMs - this.#run.sinceMs >= this.#holdMs
  }

  /** What was held has been told: it begins anew. */
  reset(): void {
    this.#run = undefined
  }

  /** How often it was beyond without being held, since the last call. */
  takeSuppressed(): number {
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }
}
