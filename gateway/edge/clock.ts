import type { TimeSource } from '../../proto/domain.ts'

/** How far GPS time and the monotonic clock may drift apart between two fixes and still agree. */
const AGREEMENT_MS = 2000
/** So many fixes in a row must agree before their date is believed. */
const FIXES_TO_TRUST = 3

/**
 * What time it is at this gateway. Timers run on the monotonic clock; wall time is the monotonic clock plus an
 * offset, which comes from GPS once several fixes in a row agree, else from the system clock. The system clock
 * itself is never set.
 */
export class EdgeClock {
  #gpsOffsetMs: number | undefined
  #candidateOffsetMs = Number.NaN
  #agreeing = 0

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

  /** A valid fix said that it is `timeMs` now. */
  observeGps(timeMs: number): void {
    const offsetMs = timeMs - this.monotonicMs()
    const agrees = Math.abs(offsetMs - this.#candidateOffsetMs) <= AGREEMENT_MS
    this.#agreeing = agrees ? this.#agreeing + 1 : 1
    this.#candidateOffsetMs = offsetMs
    if (this.#agreeing >= FIXES_TO_TRUST) this.#gpsOffsetMs = offsetMs
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
