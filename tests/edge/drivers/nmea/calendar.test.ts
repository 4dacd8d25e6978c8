import { describe, expect, it } from 'vitest'
import { Calendar, type CalendarOptions } from '../../../../gateway/edge/drivers/nmea/calendar.ts'

const NOON_MS = 43_200_000

/** The date that the calendar makes of one that a sentence said; undefined where it is not trusted. */
function trusted(said: string, options: CalendarOptions = {}): string | undefined {
  const calendar = new Calendar(options)
  if (!calendar.offer(Date.parse(said), NOON_MS)) return undefined
  calendar.confirm()
  return new Date(calendar.timeMs(NOON_MS)).toISOString().slice(0, 10)
}

describe('dates', () => {
  it.each<[said: string, expected: string | undefined, what: string]>([
    ['1980-01-06', undefined, 'cold start'],
    ['1980-12-31', undefined, 'cold start'],
    ['2080-01-06', undefined, 'cold start, read as two digits'],
    ['2099-06-01', undefined, 'beyond all receivers'],
    ['1999-08-25', '2019-04-10', 'a rollover'],
    ['1981-05-01', '2000-12-15', 'a rollover'],
    ['2000-01-01', '2000-01-01', 'the floor itself'],
    ['2005-06-09', '2005-06-09', 'an old recording'],
    ['2019-04-06', '2019-04-06', 'before the second rollover'],
    ['2026-05-01', '2026-05-01', 'today'],
  ])('%s without floor or clock: %s (%s)', (said, expected) => {
    expect(trusted(said)).toBe(expected)
  })

  it.each<[said: string, expected: string | undefined]>([
    ['2006-09-15', '2026-05-01'],
    ['1987-01-30', '2026-05-01'],
    ['2026-01-01', '2026-01-01'],
    ['1980-01-06', undefined],
    ['2079-06-01', '2079-06-01'],
  ])('%s with the floor 2026-01-01: %s', (said, expected) => {
    expect(trusted(said, { floorMs: Date.UTC(2026, 0) })).toBe(expected)
  })

  it.each([
    ['2006-09-15', '2026-05-01', '2026-05-01'],
    ['2006-09-15', '2026-04-30', '2026-05-01'],
    ['2006-09-15', '2026-05-08', '2026-05-01'],
    ['2006-09-15', '2026-05-09', '2006-09-15'],
    ['2006-09-15', '2026-04-23', '2006-09-15'],
    ['1987-01-30', '2026-05-02', '2026-05-01'],
    ['2014-04-03', '2026-05-01', '2014-04-03'],
    ['2026-05-01', '1970-01-01', '2026-05-01'],
    ['1999-08-25', '1970-01-01', '2019-04-10'],
    ['2026-05-01', '2026-05-01', '2026-05-01'],
  ])('%s while the host has %s: %s', (said, clock, expected) => {
    expect(trusted(said, { clockMs: () => Date.parse(clock) })).toBe(expected)
  })

  it('count only beside a fix', () => {
    const calendar = new Calendar({})
    calendar.offer(Date.UTC(2026, 4, 1), NOON_MS)
    calendar.withdraw()
    calendar.confirm()
    expect(calendar.timeMs(NOON_MS)).toBeNaN()
  })
})

describe('times of day between dates', () => {
  const DAY = Date.UTC(2026, 4, 1)
  const at = (saidAtMs: number, timeOfDayMs: number): string => {
    const calendar = new Calendar({})
    calendar.offer(DAY, saidAtMs)
    calendar.confirm()
    return new Date(calendar.timeMs(timeOfDayMs)).toISOString()
  }

  it.each([
    [86_399_000, 0, '2026-05-02T00:00:00.000Z', 'midnight passes'],
    [86_399_000, 86_400_000, '2026-05-02T00:00:00.000Z', 'a leap second'],
    [1_000, 86_399_000, '2026-04-30T23:59:59.000Z', 'a sentence of the day before'],
    [0, 42_000_000, '2026-05-01T11:40:00.000Z', 'a gap of less than half a day'],
    [NOON_MS, 86_399_999, '2026-05-01T23:59:59.999Z', 'later the same day'],
  ])('date said at %i, time of day %i: %s (%s)', (saidAtMs, timeOfDayMs, expected) => {
    expect(at(saidAtMs, timeOfDayMs)).toBe(expected)
  })

  it('a receiver that says no date any more keeps it over days', () => {
    const calendar = new Calendar({})
    calendar.offer(DAY, 0)
    calendar.confirm()
    let timeMs = 0
    for (let hour = 0; hour <= 72; hour++) timeMs = calendar.timeMs((hour % 24) * 3_600_000)
    expect(new Date(timeMs).toISOString()).toBe('2026-05-04T00:00:00.000Z')
  })
})
