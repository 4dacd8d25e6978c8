import { expect, test } from 'vitest'
import { summarise } from '../../../../gateway/hub/patrol/tracks/summary.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { Summary } from '../../../../proto/http.ts'
import { at, everySecond, ORIGIN, START_MS, trackOfFixes } from '../made-track.ts'

const DAY_MS = 86_400_000
const summaryOf = (fixes: Fix[], fromMs = START_MS) => {
  const summary = summarise(trackOfFixes(fixes), fromMs, fromMs + DAY_MS)
  expect(Summary.parse(summary)).toEqual(summary)
  return summary
}
const ride = (seconds: number, northM = 0) => everySecond(0, seconds, (s) => at(4 * s, northM))

test('all fixes at one place are one stop and no way', () => {
  expect(summaryOf(everySecond(0, 28_800, () => ORIGIN))).toMatchObject({
    distanceM: 0,
    effectiveM: 0,
    movingS: 0,
    trips: [],
    stops: [{ durationS: 28_799, ...ORIGIN }],
    gaps: [],
  })
})

test('two fixes at one place and time apart are nothing but a gap', () => {
  const fixes = [
    { ...ORIGIN, timeMs: START_MS },
    { ...ORIGIN, timeMs: START_MS + 3_600_000 },
  ]
  expect(summaryOf(fixes)).toMatchObject({ distanceM: 0, trips: [], stops: [], gaps: [{ durationS: 3600 }] })
})

test('midnight, and the turn of the year, part nothing', () => {
  const fromMs = Date.UTC(2026, 11, 31, 23, 55)
  const fixes = ride(600).map((fix) => ({ ...fix, timeMs: fix.timeMs - START_MS + fromMs }))
  const summary = summaryOf(fixes, fromMs)
  expect(summary.trips).toMatchObject([{ from: '2026-12-31T23:55:00.000Z', to: '2027-01-01T00:04:59.000Z' }])
  expect(Math.abs(summary.distanceM - 4 * 599)).toBeLessThan(6)
  expect(summary.gaps).toEqual([])
})

test.each([1, 2, 4])('spikes of 3,800 km/h, %i fixes long, add no distance and are counted', (length) => {
  const clean = summaryOf(ride(1000))
  const spiked = ride(1000).map((fix, s) =>
    s % 100 >= 50 && s % 100 < 50 + length ? { ...fix, ...at(4 * s, 1056), speedMps: 1056 } : fix,
  )
  const summary = summaryOf(spiked)
  expect(summary).toMatchObject({ jumps: 10 * length, impossibleJumps: 20 })
  expect(summary).not.toHaveProperty('maxSpeedMps')
  expect(Math.abs(summary.distanceM - clean.distanceM)).toBeLessThan(10)
})

test('spikes while standing end no stop', () => {
  const fixes = everySecond(0, 1000, (s) => (s % 50 === 25 ? at(0, 2000) : ORIGIN))
  expect(summaryOf(fixes)).toMatchObject({ distanceM: 0, jumps: 20, stops: [{ durationS: 999 }] })
})

test.each([
  ['fix by fix', 1],
  ['in batches of ten seconds', 10],
  ['in batches of half a minute', 30],
])('two devices under one id, 5 km apart, by turns %s', (_, seconds) => {
  const isOther = (s: number): boolean => Math.floor(s / seconds) % 2 === 1
  const summary = summaryOf(everySecond(0, 1200, (s) => at(4 * s, isOther(s) ? 5000 : 0)))
  expect(summary.impossibleJumps).toBe(1200 / seconds - 1)
  // As far as one of them rode, at most.
  expect(summary.distanceM).toBeLessThan(4 * 1200)
  expect(summary.distanceM).toBeGreaterThan(4 * 1200 * 0.7)
})

test('fixes around the date line and a pole are measured the short way', () => {
  const fixes = everySecond(0, 100, (s) => ({
    lat: 0,
    lon: s < 50 ? 179.998 + s * 4e-5 : -180 + (s - 50) * 4e-5,
  }))
  const summary = summaryOf(fixes)
  expect(summary.jumps).toBe(0)
  expect(Math.abs(summary.distanceM - 99 * 4e-5 * 111_320)).toBeLessThan(10)
})
