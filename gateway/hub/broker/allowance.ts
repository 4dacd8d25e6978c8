/**
 * How much one gateway may send, so that a heavy or hostile one does not take the hub's time from the others. In:
 * what it sent; out: how long it is to be left unread. Each message uses up some time of the gateway's own, by its
 * number or by its bytes, whichever is more; what it did not use of the last seconds it may use at once. Gateways of
 * ours send at most some 100 records a second, also after a week offline, and are never held back.
 */

export interface AllowanceLimits {
  messagesPerS: number
  bytesPerS: number
  /** So much of unused time may be used at once. */
  burstMs: number
  /** A gateway that has been held back for so long is an alarm. */
  alarmAfterMs: number
}

export const ALLOWANCE_LIMITS: AllowanceLimits = {
  messagesPerS: 1000,
  bytesPerS: 256 * 1024,
  burstMs: 10_000,
  alarmAfterMs: 60_000,
}

/** Times in ms, monotonic. */
export class Allowance {
  readonly #limits: AllowanceLimits
  /** Up to when its time is used up. */
  #usedUntilMs = Number.NEGATIVE_INFINITY
  /** Since when it takes all that it is given. */
  #heldSinceMs: number | undefined

  constructor(limits: AllowanceLimits) {
    this.#limits = limits
  }

  /** @param messages as so many messages it counts: what only makes work counts for several. */
  use(messages: number, bytes: number, nowMs: number): void {
    const { messagesPerS, bytesPerS, burstMs } = this.#limits
    this.#usedUntilMs =
      Math.max(this.#usedUntilMs, nowMs - burstMs) +
      Math.max((messages * 1000) / messagesPerS, (bytes * 1000) / bytesPerS)
  }

  /** How long it is to be left unread; 0: not at all. */
  waitMs(nowMs: number): number {
    const waitMs = this.#usedUntilMs - nowMs
    if (waitMs > 0) this.#heldSinceMs ??= nowMs
    else if (this.isHalfFull(nowMs)) this.#heldSinceMs = undefined
    return Math.max(0, waitMs)
  }

  /** It has not come to its limit for a while. */
  isHalfFull(nowMs: number): boolean {
    return this.#usedUntilMs < nowMs - this.#limits.burstMs / 2
  }

  isFull(nowMs: number): boolean {
    return this.#usedUntilMs <= nowMs - this.#limits.burstMs
  }

  /** For how long it has been held back; 0: it is not. */
  heldMs(nowMs: number): number {
    return this.#heldSinceMs === undefined || this.isHalfFull(nowMs) ? 0 : nowMs - this.#heldSinceMs
  }
}

/** Full ones are forgotten once there are so many. */
const SWEEP_AT = 20_000

/** Those of all gateways: kept by id, so that a new connection brings no new allowance. */
export class Allowances {
  readonly #limits: AllowanceLimits
  readonly #allowances = new Map<string, Allowance>()

  constructor(limits: AllowanceLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#allowances.size
  }

  of(id: string, nowMs: number): Allowance {
    let allowance = this.#allowances.get(id)
    if (!allowance) {
      if (this.#allowances.size >= SWEEP_AT)
        for (const [other, known] of this.#allowances) if (known.isFull(nowMs)) this.#allowances.delete(other)
      allowance = new Allowance(this.#limits)
      this.#allowances.set(id, allowance)
    }
    return allowance
  }

  /** Gateways held back for long, each as an alarm in words. */
  alarms(nowMs: number): string[] {
    const { messagesPerS, bytesPerS, alarmAfterMs } = this.#limits
    return [...this.#allowances].flatMap(([id, allowance]) => {
      const heldMs = allowance.heldMs(nowMs)
      if (heldMs < alarmAfterMs) return []
      const minutes = Math.max(1, Math.round(heldMs / 60_000))
      return [
        `${id} has sent more than ${messagesPerS} messages or ${Math.round(bytesPerS / 1024)} KiB a second for ${minutes} min: it is read no faster, look at what it sends`,
      ]
    })
  }
}
