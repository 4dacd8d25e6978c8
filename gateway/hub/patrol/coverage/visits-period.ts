import type { PatrolAsked } from '../../../../proto/catalogue/patrol-rules.ts'

/** How many visits a range of time asks of a class, and which moments lie in its key times (重点时段). */

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export interface VisitPeriod {
  fromMs: number
  toMs: number
  /** Shifts in it; absent: one a day. */
  shifts?: number
}

export interface AskedVisits {
  visits: number
  /** How many of them have to lie in the key times; 0 where there are none in the period. */
  inHours: number
}

/** A day or a shift that is only begun asks like a whole one. */
export function askedVisits(asked: PatrolAsked, period: VisitPeriod, utcOffsetH: number): AskedVisits {
  const { visitsPerDay, visitsPerShift = 0, visitsInHours = 0 } = asked
  const days = Math.max(1, Math.round((period.toMs - period.fromMs) / DAY_MS))
  const times = visitsPerDay === undefined ? (period.shifts ?? days) : days
  const hasHours = asked.hours !== undefined && reachesHours(asked.hours, period, utcOffsetH)
  return { visits: (visitsPerDay ?? visitsPerShift) * times, inHours: hasHours ? visitsInHours * times : 0 }
}

export function isInHours(hours: PatrolAsked['hours'], timeMs: number, utcOffsetH: number): boolean {
  const ofDayMs = (((timeMs + utcOffsetH * HOUR_MS) % DAY_MS) + DAY_MS) % DAY_MS
  return hours?.some(([from, to]) => ofDayMs >= clockMs(from) && ofDayMs < clockMs(to)) ?? false
}

function reachesHours(
  hours: NonNullable<PatrolAsked['hours']>,
  { fromMs, toMs }: VisitPeriod,
  utcOffsetH: number,
): boolean {
  if (toMs - fromMs >= DAY_MS) return true
  const midnightMs = Math.floor((fromMs + utcOffsetH * HOUR_MS) / DAY_MS) * DAY_MS - utcOffsetH * HOUR_MS
  return [midnightMs, midnightMs + DAY_MS].some((dayMs) =>
    hours.some(([from, to]) => dayMs + clockMs(from) < toMs && dayMs + clockMs(to) > fromMs),
  )
}

const clockMs = (clock: string): number => (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * 60_000
