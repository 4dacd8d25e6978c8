import { beforeAll, describe, expect, test } from 'vitest'
import { type Filtered, filtered } from './filtered.ts'
import { type Score, scoreOf, unfiltered } from './score.ts'
import {
  NOISE_LEVELS,
  type NoiseLevel,
  type SimulatedRide,
  simulatedRide,
  withWildFixes,
} from './simulated-ride.ts'

/** Another rider than that of the page's table, for three hours. */
const SEED = 2
const RIDE_S = 3 * 3600

/** What is allowed at most: measured, with a third to spare. */
const LIMITS: Record<NoiseLevel, { lengthError: number; driftLeft: number }> = {
  clean: { lengthError: 0.015, driftLeft: 0.45 },
  urban: { lengthError: 0.045, driftLeft: 0.45 },
  canyon: { lengthError: 0.47, driftLeft: 0.5 },
}

describe.each(Object.keys(NOISE_LEVELS) as NoiseLevel[])('%s receiver', (level) => {
  let ride: SimulatedRide
  let before: Score
  let result: Filtered
  let after: Score
  beforeAll(() => {
    ride = simulatedRide(level, SEED, RIDE_S)
    before = scoreOf(ride, unfiltered(ride))
    result = filtered(ride.fixes)
    after = scoreOf(ride, result)
  })

  test('no fix of this receiver is rejected', () => {
    expect(Object.keys(result.counts).filter((name) => name.startsWith('rejected-'))).toEqual([])
  })

  test('the way gets closer to its true length, and none of it is lost', () => {
    expect(Math.abs(after.lengthError)).toBeLessThan(Math.abs(before.lengthError) * 0.8)
    expect(Math.abs(after.lengthError)).toBeLessThan(LIMITS[level].lengthError)
    expect(after.movingError).toBeGreaterThan(-0.01)
    expect(Math.abs(after.movingError - before.movingError)).toBeLessThan(0.01)
  })

  test('drift while standing is held', () => {
    expect(after.driftMAnHour).toBeLessThan(before.driftMAnHour * LIMITS[level].driftLeft)
    expect(after.standingThinned).toBeGreaterThan(0.75)
  })

  test('every departure is found within 3 s', () => {
    expect(after.departures).toBeGreaterThan(15)
    expect(after.departuresIn3S).toBe(after.departures)
  })

  test('what is kept is as right as what is not', () => {
    expect(after.keptErrorM.median).toBeLessThan(before.keptErrorM.median * 1.1)
    expect(after.keptErrorM.p95).toBeLessThan(before.keptErrorM.p95 * 1.1)
  })

  test('the hub sees the same coverage, stops and gaps', () => {
    expect(Math.abs(after.hub.coverage - before.hub.coverage)).toBeLessThan(0.005)
    expect(after.hub.gaps).toBe(before.hub.gaps)
    expect(Math.abs(after.hub.stops - before.hub.stops)).toBeLessThanOrEqual(before.hub.stops * 0.15)
    expect(Math.abs(after.hub.distanceError)).toBeLessThanOrEqual(Math.abs(before.hub.distanceError) + 0.01)
  })

  test('sampling keeps a third at most, and the way to 2 %', () => {
    const { kept } = filtered(ride.fixes, { sampling: {} })
    const sampled = scoreOf(ride, { kept, outMs: kept.map((fix) => fix.timeMs) })
    expect(sampled.kept).toBeLessThan(0.33)
    expect(sampled.movingError).toBeGreaterThan(-0.02)
    expect(sampled.movingError).toBeLessThanOrEqual(Math.max(after.movingError, 0.02))
    expect(Math.abs(sampled.hub.coverage - before.hub.coverage)).toBeLessThan(0.02)
  })

  test('wild fixes are found, good ones are not taken for wild', () => {
    const { fixes, wild } = withWildFixes(ride.fixes, SEED)
    const { kept } = filtered(fixes, { standing: { enabled: false } })
    expect(wild.size).toBeGreaterThan(20)
    expect(kept.filter((fix) => wild.has(fix))).toEqual([])
    expect(fixes.length - kept.length).toBe(wild.size)
  })
})
