import type { TimeSource } from '../../proto/domain.ts'

/** GPS time and the monotonic clock may differ by so much while both are right (a receiver speaks up to a second late). */
const AGREEMENT_MS = 2000
/** So many fixes must agree, over at least so long, before their date is believed. */
const FIXES_TO_TRUST = 3
const TRUST_AFTER_MS = 2000

/**
 * What time it is at this gateway. Timers run on the monotonic clock; wall time is the monotonic clock plus an
 * offset, which comes from GPS once several fixes in a row agree, else from the system clock. The system clock
 * itself is never set.
 */
export class EdgeClock {
  #gpsOffsetMs: number | undefined
  /** The run of fixes that agree with its first one. */
  #run = { offsetMs: Number.NaN, beganMs: 0, fixes: 0 }

  /** Milliseconds since the process started; never steps. */
  monotonicMs(): number {
    return performance.now()
  }

  nowMs(): number {
    return this.#gpsOffsetMs === undefined ? Date.now() : this.#gpsOffsetMs + this.monotonicMs()
  }

  get source(): TimeSource {
    return this.#gpsOffsetMs === undefined ? 'system' : 'gps'
  }

  /**
   * A valid fix said that it is `timeMs` now. A recording played fast does not agree with the monotonic clock, and
   * so never sets the time.
   */
  observeGps(timeMs: number): void {
    const atMs = this.monotonicMs()
    const offsetMs = timeMs - atMs
    if (Math.abs(offsetMs - this.#run.offsetMs) <= AGREEMENT_MS) this.#run.fixes++
    else this.#run = { offsetMs, beganMs: atMs, fixes: 1 }
    if (this.#run.fixes >= FIXES_TO_TRUST && atMs - this.#run.beganMs >= TRUST_AFTER_MS)
      this.#gpsOffsetMs = offsetMs
  }

  /** The moment nearest to now with this UTC time of day: for receivers that never say the date. */
  nearestTimeOfDay(timeOfDayMs: number): number {
    const dayMs = 86_400_000
    const nowMs = this.nowMs()
    const midnightMs = Math.floor(nowMs / dayMs) * dayMs
    return [-dayMs, 0, dayMs]
      .map((shiftMs) => midnightMs + shiftMs + timeOfDayMs)
      .reduce((best, candidate) => (Math.abs(candidate - nowMs) < Math.abs(best - nowMs) ? candidate : best))
  }
}
