/** Dates and times of day as a plan has them: China time (UTC+8, no daylight saving time since 1991) unless it says otherwise. */

const DAY_MS = 86_400_000
const CHINA_MS = 8 * 3_600_000

const DATE = /^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$/
const CLOCK = /^(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?$/

/** A time of day that was read; absent zone: China time. */
export interface Clock {
  /** Since midnight of the zone. */
  ms: number
  zoneMs: number
}

/**
 * Midnight UTC of a day of the calendar: 2026-05-01, 2026/5/1, 2026.5.1, 20260501 or 2026年5月1日.
 * @throws RangeError for another form or 31 February.
 */
export function readDay(text: string): number {
  const match = DATE.exec(text)
  if (match) {
    const [year, month, day] = [
      match[1],
      match[2] ?? match[4] ?? match[6],
      match[3] ?? match[5] ?? match[7],
    ].map(Number) as [number, number, number]
    const dayMs = Date.UTC(year, month - 1, day)
    const date = new Date(dayMs)
    if (date.getUTCMonth() === month - 1 && date.getUTCDate() === day) return dayMs
  }
  throw new RangeError(`date ${JSON.stringify(text)}: expected a day such as 2026-05-01`)
}

/** 08:00, 8:00:30, 24:00, 08:00+08:00 or 00:00Z. @throws RangeError for anything else. */
export function readClock(text: string): Clock {
  const match = CLOCK.exec(text)
  if (match) {
    const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? 0].map(Number) as [
      number,
      number,
      number,
    ]
    const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000
    if (minutes < 60 && seconds < 60 && ms <= DAY_MS) return { ms, zoneMs: zoneOf(match[4]) }
  }
  throw new RangeError(`time ${JSON.stringify(text)}: expected a time of day such as 08:00`)
}

/** Unix ms of a time of day on a day. */
export const onDay = (dayMs: number, { ms, zoneMs }: Clock): number => dayMs + ms - zoneMs

function zoneOf(zone: string | undefined): number {
  if (zone === undefined) return CHINA_MS
  if (zone === 'Z') return 0
  const ms = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000
  return zone.startsWith('-') ? -ms : ms
}

/** The first such time of day at or after a moment, at most a day later. */
export function nextAfter(momentMs: number, clock: Clock): number {
  const since = (clock.ms - clock.zoneMs - momentMs) % DAY_MS
  return momentMs + (since < 0 ? since + DAY_MS : since)
}
