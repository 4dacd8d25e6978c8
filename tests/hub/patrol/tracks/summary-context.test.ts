import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SummaryContext, summarise } from '../../../../gateway/hub/patrol/tracks/summary.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { Summary } from '../../../../proto/http.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../made-track.ts'

const DAY_MS = 86_400_000
const ms = (s: number): number => START_MS + s * 1000
const time = (s: number): string => new Date(ms(s)).toISOString()
const span = (fromS: number, toS: number) => ({ fromMs: ms(fromS), toMs: ms(toS) })
const summaryOf = (fixes: Fix[], context: SummaryContext = {}) => {
  const summary = summarise(trackOfFixes(fixes), START_MS, START_MS + DAY_MS, context)
  expect(Summary.parse(summary)).toEqual(summary)
  return summary
}
/** West of the origin's meridian plus so many metres. */
const westOf = (eastM: number) => (_: number, lon: number) => lon < at(eastM, 0).lon
const gapS = (gaps: Summary['gaps']): [number, number, string][] =>
  gaps.map(({ from, to, cause }) => [
    (Date.parse(from) - START_MS) / 1000,
    (Date.parse(to) - START_MS) / 1000,
    cause,
  ])

/** 1,000 m at 4 m/s from 1000 s on, ten minutes without fixes, and 1,000 m more. */
const TWO_RIDES = [
  ...everySecond(1000, 251, (s) => at(4 * s, 0)),
  ...everySecond(1850, 251, (s) => at(1000 + 4 * s, 0)),
]

test('two rides around a long gap are two trips, which add up', () => {
  const { trips, distanceM, effectiveM, ...rest } = summaryOf(TWO_RIDES)
  expect(trips.map(({ from, to }) => [from, to])).toEqual([
    [time(1000), time(1250)],
    [time(1850), time(2100)],
  ])
  for (const trip of trips) expect(Math.abs(trip.distanceM - 1000)).toBeLessThan(6)
  expect(trips.reduce((sum, trip) => sum + trip.distanceM, 0)).toBeCloseTo(distanceM, 0)
  expect(effectiveM).toBe(distanceM)
  expect(rest).not.toHaveProperty('onDutyS')
  expect(rest).not.toHaveProperty('inArea')
})

test('a shift: time on duty, effective distance inside its area, its own gaps', () => {
  const shift = { ...span(900, 2400), breaks: [span(1400, 1500)], area: westOf(1500) }
  const summary = summaryOf(TWO_RIDES, { shifts: [shift], nowMs: ms(DAY_MS) })
  expect(gapS(summary.gaps)).toEqual([
    [900, 1000, 'unknown'],
    [1250, 1400, 'unknown'],
    [1400, 1500, 'paused'],
    [1500, 1850, 'unknown'],
    [2100, 2400, 'unknown'],
  ])
  expect(summary.onDutyS).toBe(500)
  expect(Math.abs(summary.effectiveM - 1500)).toBeLessThan(10)
  expect(summary.inArea).toBeCloseTo(0.75, 2)
})

test('what is ridden outside every shift and in a break is not effective, and is nobody’s area', () => {
  const shifts = [{ ...span(1100, 2000), breaks: [span(1150, 1250)], area: westOf(5000) }]
  const summary = summaryOf(TWO_RIDES, { shifts })
  expect(summary.distanceM).toBeGreaterThan(1990)
  expect(Math.abs(summary.effectiveM - (50 + 150) * 4)).toBeLessThan(15)
  expect(summary).toMatchObject({ inArea: 1, onDutyS: 50 + 150 })
})

test('no shift that day: all missing time is off duty', () => {
  const summary = summaryOf(TWO_RIDES, { shifts: [] })
  expect(gapS(summary.gaps)).toEqual([[1250, 1850, 'off-duty']])
  expect(summary).toMatchObject({ onDutyS: 0, effectiveM: 0 })
})

test('a shift without any fix is one gap in as many pieces as it has causes', () => {
  const life = {
    powered: [
      { ...span(-9000, -100), isStartKnown: true },
      { ...span(1500, 3000), isStartKnown: true },
    ],
    lost: [],
    arrivedMs: ms(3000),
    isBehind: true,
  }
  const shifts = [{ ...span(1000, 4000), breaks: [span(2000, 2100)] }]
  expect(gapS(summaryOf([], { shifts, life }).gaps)).toEqual([
    [1000, 1500, 'no-power'],
    [1500, 2000, 'no-fix'],
    [2000, 2100, 'paused'],
    [2100, 3000, 'no-fix'],
    [3000, 4000, 'no-uplink'],
  ])
})

test('a stop has the name of its place where there is one', () => {
  const standing = [...everySecond(0, 100, () => at(0, 0)), ...everySecond(200, 100, () => at(500, 0))]
  const placeOf = (_: number, lon: number) => (lon < at(100, 0).lon ? '思南路' : undefined)
  const { stops } = summaryOf(standing, { placeOf })
  expect(stops.map(({ place }) => place)).toEqual(['思南路', undefined])
  expect(stops[1]).not.toHaveProperty('place')
})

/** Rides, rests and silence by turns. */
const lives = fc.array(
  fc.record({
    kind: fc.constantFrom('ride', 'rest', 'silence'),
    seconds: fc.integer({ min: 5, max: 700 }),
  }),
  { minLength: 1, maxLength: 12 },
)

test('trips, rests and gaps account for all the time of a track', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const fixes: Fix[] = []
      let atS = 0
      let eastM = 0
      for (const { kind, seconds } of life) {
        if (kind !== 'silence')
          fixes.push(...everySecond(atS, seconds, (s) => at(eastM + (kind === 'ride' ? 5 * s : 0), 0)))
        if (kind === 'ride') eastM += 5 * seconds
        atS += seconds
      }
      const { trips, stops, gaps, distanceM, first, last } = summaryOf(fixes)
      if (!first || !last) return
      const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000
      const long = gaps.filter(({ durationS }) => durationS >= 300)
      const tripS = trips.reduce((sum, { durationS }) => sum + durationS, 0)
      const gapsS = long.reduce((sum, { durationS }) => sum + durationS, 0)
      const restS = seconds(first, last) - tripS - gapsS
      expect(restS).toBeGreaterThanOrEqual(0)
      // What is neither is at rest: in stops, in short gaps between them, or for less than a minute.
      const shortS = gaps.reduce((sum, { durationS }) => sum + (durationS < 300 ? durationS : 0), 0)
      expect(restS).toBeLessThanOrEqual(
        stops.reduce((sum, { durationS }) => sum + durationS, 0) + shortS + 60 * life.length,
      )
      expect(trips.reduce((sum, trip) => sum + trip.distanceM, 0)).toBeLessThanOrEqual(
        distanceM + trips.length,
      )
      for (const trip of trips)
        for (const gap of long)
          expect(
            Date.parse(gap.from) >= Date.parse(trip.to) || Date.parse(gap.to) <= Date.parse(trip.from),
          ).toBe(true)
    }),
    { numRuns: 60 },
  )
})
