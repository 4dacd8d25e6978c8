import { expect, test } from 'vitest'
import { EdgeClock } from '../../gateway/edge/clock.ts'

class SetClock extends EdgeClock {
  atMs = 1000
  override monotonicMs(): number {
    return this.atMs
  }
}
const GPS = Date.UTC(2031, 0, 1)

test('without GPS it is the system clock', () => {
  const clock = new EdgeClock()
  expect(clock.source).toBe('system')
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

test.each([
  ['just before midnight', Date.UTC(2031, 0, 1, 0, 0, 5), 86_399_000, Date.UTC(2030, 11, 31, 23, 59, 59)],
  ['just after midnight', Date.UTC(2030, 11, 31, 23, 59, 58), 1000, Date.UTC(2031, 0, 1, 0, 0, 1)],
  ['at noon', Date.UTC(2031, 0, 1, 12), 43_200_000, Date.UTC(2031, 0, 1, 12)],
])('a time of day %s is of the nearest day', (_, nowMs, timeOfDayMs, expected) => {
  const clock = new SetClock()
  for (let i = 0; i < 3; i++) {
    clock.observeGps(nowMs - (2 - i) * 1000)
    clock.atMs += 1000
  }
  clock.atMs -= 1000
  expect(clock.nearestTimeOfDay(timeOfDayMs)).toBe(expected)
})
