import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Plane } from '../../../gateway/edge/track/plane.ts'
import type { Fix } from '../../../proto/domain.ts'
import { at, everySecond, START_MS } from '../../hub/patrol/made-track.ts'
import { ALL_OFF, filtered, type TrackConfig } from './filtered.ts'

const only = (rule: TrackConfig['standing'] = {}): TrackConfig => ({ ...ALL_OFF, standing: rule })
const secondOf = (fix: Fix): number => (fix.timeMs - START_MS) / 1000

/** Drifts on a circle of 6 m around a place. */
const stand = (fromS: number, seconds: number, eastM = 0, speedMps: number | undefined = 0.1): Fix[] =>
  everySecond(fromS, seconds, (s) => ({
    ...at(eastM + 6 * Math.cos(s / 9), 6 * Math.sin(s / 9)),
    ...(speedMps === undefined ? {} : { speedMps }),
  }))
/** Sets off at 0.8 m/s² up to 5 m/s. */
const depart = (fromS: number, seconds: number, eastM = 6): Fix[] => {
  let wayM = 0
  let speedMps = 0
  return everySecond(fromS, seconds, () => {
    const before = speedMps
    speedMps = Math.min(5, speedMps + 0.8)
    wayM += (before + speedMps) / 2
    return { ...at(eastM + wayM, 0), speedMps }
  })
}
const untold = (fixes: Fix[]): Fix[] => fixes.map(({ speedMps: _, ...fix }) => fix)

test('after 5 s one fix in 10 s is kept', () => {
  const { kept, counts } = filtered(stand(0, 120), only())
  expect(kept.map(secondOf)).toEqual([0, 1, 2, 3, 4, 5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115, 119])
  expect(counts).toEqual({ in: 120, kept: 18, 'thinned-standing': 102 })
})

test('fixes that get lost do not make the kept ones more than 10 s apart', () => {
  const fixes = stand(0, 120).filter((fix) => ![25, 26, 48, 49, 50].includes(secondOf(fix)))
  const kept = filtered(fixes, only()).kept.map(secondOf)
  expect(Math.max(...kept.slice(1).map((s, i) => s - kept[i]!))).toBe(10)
})

test('of a gap both ends are kept', () => {
  const fixes = [...stand(0, 60), ...stand(200, 60)]
  const kept = filtered(fixes, only()).kept.map(secondOf)
  expect(kept).toEqual(expect.arrayContaining([59, 200]))
})

describe('departure', () => {
  test('is noticed within 3 s; the fix before it and all after it are kept', () => {
    const leg = depart(60, 30)
    const { kept, outMs, counts } = filtered([...stand(0, 60), ...leg], only())
    expect(counts.departures).toBe(1)
    // At 0.8 m/s in the first second, 1.6 in the next: two in a row.
    expect(kept.slice(-31).map(secondOf)).toEqual([59, ...leg.map(secondOf)])
    const firstOfLeg = kept.findIndex((fix) => fix.timeMs === leg[0]!.timeMs)
    expect((outMs[firstOfLeg]! - leg[0]!.timeMs) / 1000 + 1).toBeLessThanOrEqual(3)
  })

  test('one fast fix is none', () => {
    const fixes = stand(0, 120)
    fixes[60] = { ...fixes[60]!, speedMps: 2 }
    const { kept, counts } = filtered(fixes, only())
    expect(counts.departures).toBeUndefined()
    expect(kept).toHaveLength(18)
  })

  test('without told speed it is the first fix outside the radius', () => {
    const fixes = untold([...stand(0, 90), ...depart(90, 30)])
    const { kept, counts } = filtered(fixes, only())
    expect(counts.departures).toBe(1)
    // Standing from 30 s on: 15 m at 0.5 m/s.
    expect(kept.map(secondOf).slice(0, 34)).toEqual([...Array(31).keys(), 40, 50, 60])
    const outside = kept.map(secondOf).filter((s) => s > 90)
    expect(outside[0]).toBeLessThanOrEqual(96)
    expect(outside).toEqual(Array.from({ length: outside.length }, (_, i) => 120 - outside.length + i))
  })
})

test('between 0.5 and 0.75 m/s nothing changes', () => {
  const creeping = everySecond(0, 60, (s) => ({ ...at(s * 0.6, 0), speedMps: 0.6 }))
  expect(filtered(creeping, only()).kept).toEqual(creeping)
  const wavering = stand(0, 60, 0, 0.2).concat(stand(60, 60, 0, 0.7))
  expect(filtered(wavering, only()).counts.departures).toBeUndefined()
})

test('a walk is no standing', () => {
  const walk = everySecond(0, 120, (s) => ({ ...at(s * 1.2, 0), speedMps: 1.2 }))
  expect(filtered(walk, only()).kept).toEqual(walk)
  expect(filtered(untold(walk), only()).kept).toEqual(untold(walk))
})

test('a receiver that tells 0 m/s all the time still draws its way to the radius', () => {
  const fixes = everySecond(0, 120, (s) => ({ ...at(s * 2, 0), speedMps: 0 }))
  const kept = filtered(fixes, only()).kept.map(secondOf)
  expect(Math.max(...kept.slice(1).map((s, i) => s - kept[i]!))).toBe(8)
})

test('a clock that is set back ends standing', () => {
  const back = stand(60, 60).map((fix) => ({ ...fix, timeMs: fix.timeMs - 3_600_000 }))
  const { kept } = filtered([...stand(0, 60), ...back], only())
  expect(kept.filter((fix) => fix.timeMs < START_MS)).toHaveLength(12)
})

test('property: each thinned fix is within the radius of one that was kept before it', () => {
  const step = fc.record({
    eastM: fc.double({ min: -6, max: 6, noNaN: true }),
    northM: fc.double({ min: -6, max: 6, noNaN: true }),
    afterMs: fc.integer({ min: 100, max: 4000 }),
    speedMps: fc.option(fc.double({ min: 0, max: 1.2, noNaN: true }), { nil: undefined, freq: 5 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let eastM = 0
      let northM = 0
      let timeMs = START_MS
      const fixes = steps.map(({ speedMps, ...step }): Fix => {
        eastM += step.eastM
        northM += step.northM
        timeMs += step.afterMs
        return { timeMs, ...at(eastM, northM), ...(speedMps === undefined ? {} : { speedMps }) }
      })
      const { kept } = filtered(fixes, only({ radiusM: 15, afterS: 2 }))
      const keptSet = new Set(kept)
      const before: Fix[] = []
      for (const fix of fixes) {
        if (keptSet.has(fix)) before.push(fix)
        else {
          const plane = new Plane(fix)
          expect(before.some((place) => plane.distanceM(place) <= 15.01)).toBe(true)
        }
      }
    }),
  )
})
