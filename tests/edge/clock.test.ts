import { describe, expect, test } from 'vitest'
import { EdgeClock, isUndated } from '../../gateway/edge/clock.ts'

/** Both clocks in the hand of the test; the system clock keeps its distance to the monotonic one unless it is set. */
class SetClock extends EdgeClock {
  atMs = 1000
  /** System time at monotonic 0. */
  systemOffsetMs = Date.UTC(2031, 0, 1)
  /** When the time became known. */
  readonly events: string[] = []
  override onKnown = () => {
    this.events.push(`${this.source} at ${this.atMs}`)
  }
  override monotonicMs(): number {
    return this.atMs
  }
  override systemMs(): number {
    return this.systemOffsetMs + this.atMs
  }
  /** So many fixes, one a second, the first one a second from now. */
  hear(fixes: number, firstMs: number): void {
    for (let i = 0; i < fixes; i++) {
      this.atMs += 1000
      this.observeGps(firstMs + i * 1000)
    }
  }
}
const GPS = Date.UTC(2031, 0, 1)

test('without GPS it is the system clock', () => {
  const clock = new EdgeClock()
  expect(clock.source).toBe('system')
  expect(clock.known).toBe(true)
  expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1000)
})

test('three fixes in a row that agree are believed, and time then runs monotonically', () => {
  const clock = new SetClock()
  for (let i = 0; i < 3; i++) {
    expect(clock.source).toBe('system')
    clock.atMs = 1000 + i * 1000
    clock.observeGps(GPS + i * 1000)
  }
  expect(clock.source).toBe('gps')
  clock.atMs += 5000
  expect(clock.nowMs()).toBe(GPS + 7000)
})

test('a date that leaps between fixes is not believed', () => {
  const clock = new SetClock()
  for (let i = 0; i < 10; i++) {
    clock.atMs += 1000
    clock.observeGps(GPS + i * 86_400_000)
  }
  expect(clock.source).toBe('system')
})

test('a recording played fast does not set the time', () => {
  const clock = new SetClock()
  for (let i = 0; i < 10_000; i++) {
    clock.atMs += 1
    clock.observeGps(GPS + i * 1000)
  }
  expect(clock.source).toBe('system')
})

test('a recording from before this software does not set the time, however fast it is played', () => {
  const clock = new SetClock()
  clock.hear(20, Date.UTC(2014, 3, 3))
  expect(clock.source).toBe('system')
})

test.each([
  ['just before midnight', Date.UTC(2031, 0, 1, 0, 0, 5), 86_399_000, Date.UTC(2030, 11, 31, 23, 59, 59)],
  ['just after midnight', Date.UTC(2030, 11, 31, 23, 59, 58), 1000, Date.UTC(2031, 0, 1, 0, 0, 1)],
  ['at noon', Date.UTC(2031, 0, 1, 12), 43_200_000, Date.UTC(2031, 0, 1, 12)],
])('a time of day %s is of the nearest day', (_, nowMs, timeOfDayMs, expected) => {
  const clock = new SetClock()
  clock.hear(3, nowMs - 2000)
  expect(clock.nearestTimeOfDay(timeOfDayMs)).toBe(expected)
})

test('times are whole milliseconds, which is what a database of whole numbers takes', () => {
  const clock = new SetClock()
  clock.atMs = 1000.4
  expect(clock.nowMs()).toBe(Date.UTC(2031, 0, 1) + 1000)
  clock.hear(3, GPS + 0.3)
  expect(Number.isInteger(clock.nowMs())).toBe(true)
})

describe('while the time is not known', () => {
  const ageless = () => {
    const clock = new SetClock()
    clock.systemOffsetMs = 0
    return clock
  }

  test.each([
    ['1970', 0],
    ['2000, where some boards begin', Date.UTC(2000, 0)],
    ['the day before Node 24', Date.UTC(2025, 4, 5)],
  ])(
    'a system clock at %s is not asked: times count from the start of the process, before 2000',
    (_, offsetMs) => {
      const clock = ageless()
      clock.systemOffsetMs = offsetMs
      expect(clock.known).toBe(false)
      expect(clock.source).toBe('estimated')
      const beganMs = clock.nowMs()
      expect(isUndated(beganMs)).toBe(true)
      clock.atMs += 60_000
      expect(clock.nowMs()).toBe(beganMs + 60_000)
      expect(clock.dated(beganMs)).toBe(beganMs)
      expect(clock.nearestTimeOfDay(43_200_000)).toBe(clock.nowMs())
    },
  )

  test('NTP makes it known by setting the system clock; what was dated before moves along, once', () => {
    const clock = ageless()
    const bootMs = clock.nowMs()
    clock.atMs += 30_000
    clock.systemOffsetMs = GPS - clock.atMs
    expect(clock.nowMs()).toBe(GPS)
    expect(clock.source).toBe('system')
    expect(clock.dated(bootMs)).toBe(GPS - 30_000)
    // Set again, by an hour: what was dated keeps its date.
    clock.systemOffsetMs += 3_600_000
    expect(clock.nowMs()).toBe(GPS + 3_600_000)
    expect(clock.dated(bootMs)).toBe(GPS - 30_000)
    expect(clock.dated(GPS)).toBe(GPS)
    expect(clock.events).toEqual(['system at 31000'])
  })

  test('GPS makes it known with the third fix; the system clock is not looked at any more', () => {
    const clock = ageless()
    const bootMs = clock.nowMs()
    clock.hear(3, GPS)
    expect(clock.source).toBe('gps')
    expect(clock.nowMs()).toBe(GPS + 2000)
    expect(clock.dated(bootMs)).toBe(GPS - 1000)
    clock.systemOffsetMs = Date.UTC(2040, 0)
    expect(clock.nowMs()).toBe(GPS + 2000)
    expect(clock.events).toEqual(['gps at 4000'])
  })

  test('a receiver with week rollover says the time all the same', () => {
    const clock = ageless()
    clock.hear(3, Date.UTC(2026, 10, 22) - 1024 * 7 * 86_400_000)
    expect(clock.nowMs()).toBe(Date.UTC(2026, 10, 22, 0, 0, 2))
  })

  test('a boot after one that never knew the time goes on after its last record', () => {
    const first = ageless()
    const lastMs = first.nowMs()
    const second = ageless()
    second.continueAfter(lastMs)
    expect(second.nowMs()).toBe(lastMs + 1001)
    second.hear(3, GPS)
    // The earlier record: as late as it can be, before this process began.
    expect(second.dated(lastMs)).toBe(GPS - 2000 - 1)
  })
})

describe('the system clock is set while the process runs', () => {
  test('forward, and back by an hour: it is followed', () => {
    const clock = new SetClock()
    const nowMs = clock.nowMs()
    clock.systemOffsetMs += 7_200_000
    expect(clock.nowMs()).toBe(nowMs + 7_200_000)
    clock.systemOffsetMs -= 3_600_000
    expect(clock.nowMs()).toBe(nowMs + 3_600_000)
  })

  test('back by a second, as at a leap second: time stands still until it is made up for', () => {
    const clock = new SetClock()
    const nowMs = clock.nowMs()
    clock.systemOffsetMs -= 1000
    clock.atMs += 400
    expect(clock.nowMs()).toBe(nowMs)
    clock.atMs += 1600
    expect(clock.nowMs()).toBe(nowMs + 1000)
  })

  test('to 1970: it is not followed, time runs on', () => {
    const clock = new SetClock()
    const nowMs = clock.nowMs()
    clock.systemOffsetMs = 0
    clock.atMs += 5000
    expect(clock.nowMs()).toBe(nowMs + 5000)
    expect(clock.known).toBe(true)
  })
})

test('a receiver that speaks late now and then does not move the time back', () => {
  const clock = new SetClock()
  clock.hear(3, GPS)
  const told: number[] = []
  for (let i = 3; i < 60; i++) {
    clock.atMs += 1000
    clock.observeGps(GPS + i * 1000 - (i % 3) * 600)
    told.push(clock.nowMs() - GPS)
  }
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBe(59_000)
})

test('a monotonic clock that runs wrong is corrected by GPS after a while', () => {
  const clock = new SetClock()
  for (let i = 0; i < 7200; i++) {
    clock.atMs += 1000.1
    clock.observeGps(GPS + i * 1000)
  }
  expect(Math.abs(clock.nowMs() - (GPS + 7199 * 1000))).toBeLessThan(100)
})
