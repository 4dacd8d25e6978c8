import { isUndated } from '../clock.ts'

/** Days as SIM cards are billed: midnight to midnight in China's one time zone, UTC+8. */

const DAY_MS = 86_400_000
const ZONE_MS = 8 * 3_600_000

/** Whole days since 1970-01-01 of UTC+8; undefined while the time is not known (see EdgeClock). */
export function dayOf(nowMs: number): number | undefined {
  return isUndated(nowMs) ? undefined : Math.floor((nowMs + ZONE_MS) / DAY_MS)
}

/**
 * Share of the day that has gone by, 0 … 1. While the time is not known a day is 24 h that began at `beganMs` of the
 * gateway's own scale.
 */
export function shareOfDay(nowMs: number, beganMs: number): number {
  const goneMs = isUndated(nowMs) ? nowMs - beganMs : (nowMs + ZONE_MS) % DAY_MS
  return Math.min(1, Math.max(0, goneMs / DAY_MS))
}

/** 24 h of the own scale are over. */
export function ownDayIsOver(nowMs: number, beganMs: number): boolean {
  return nowMs - beganMs >= DAY_MS
}
