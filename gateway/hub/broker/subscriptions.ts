/**
 * How much one client of the embedded broker may ask for: each filter costs memory, and each SUBSCRIBE
 * brings all retained cases again. In: filters asked for and given back over one connection.
 */

export interface SubscriptionLimits {
  /** Filters of one client at a time. */
  maxSubscriptions: number
  /** Filters that one client may ask for within a minute, the same ones again included. */
  maxSubscribesAMinute: number
}

const MINUTE_MS = 60_000

export class Subscriptions {
  readonly #limits: SubscriptionLimits
  readonly #filters = new Set<string>()
  #minuteMs = Number.NEGATIVE_INFINITY
  #asked = 0

  constructor(limits: SubscriptionLimits) {
    this.#limits = limits
  }

  /**
   * @param nowMs monotonic.
   * @returns whether there is room for the filter.
   * @throws Error where the client asks too often to be let go on.
   */
  add(filter: string, nowMs: number): boolean {
    const { maxSubscriptions, maxSubscribesAMinute } = this.#limits
    if (nowMs - this.#minuteMs > MINUTE_MS) {
      this.#minuteMs = nowMs
      this.#asked = 0
    }
    if (++this.#asked > maxSubscribesAMinute)
      throw new Error(`subscribes to more than ${maxSubscribesAMinute} filters a minute`)
    if (this.#filters.size >= maxSubscriptions && !this.#filters.has(filter)) return false
    this.#filters.add(filter)
    return true
  }

  has(filter: string): boolean {
    return this.#filters.has(filter)
  }

  remove(filters: string[]): void {
    for (const filter of filters) this.#filters.delete(filter)
  }
}
