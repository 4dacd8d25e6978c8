import { describe, expect, test } from 'vitest'
import type { Fix } from '../../../proto/domain.ts'
import { at, everySecond, START_MS } from '../../hub/patrol/made-track.ts'
import { ALL_OFF, filtered, notKept, type TrackConfig } from './filtered.ts'

const only = (limits: TrackConfig['plausibility'] = {}): TrackConfig => ({ ...ALL_OFF, plausibility: limits })

/** Eastwards at 5 m/s from `eastM` on. */
const ride = (fromS: number, seconds: number, eastM = fromS * 5, northM = 0): Fix[] =>
  everySecond(fromS, seconds, (s) => ({ ...at(eastM + s * 5, northM), speedMps: 5 }))

const untold = (fixes: Fix[]): Fix[] => fixes.map(({ speedMps: _, ...fix }) => fix)

test('a plain ride passes whole', () => {
  const fixes = ride(0, 60)
  expect(filtered(fixes, only())).toMatchObject({ kept: fixes, counts: { in: 60, kept: 60 } })
})

describe('single fixes that cannot be', () => {
  test.each<[reason: string, fix: Partial<Fix>]>([
    ['speed', at(600, 0)],
    ['speed', { speedMps: 60 }],
    ['jump', at(150, 38)],
    ['acceleration', { speedMps: 25 }],
    ['time-backwards', { timeMs: START_MS + 5_000 }],
    ['time-repeated', { timeMs: START_MS + 29_000 }],
    // A garbage date, as receivers give before they know the week.
    ['unconfirmed', { timeMs: START_MS + 1024 * 7 * 86_400_000 }],
  ])('%s: %o', (reason, wrong) => {
    const fixes = ride(0, 60)
    fixes[30] = { ...fixes[30]!, ...wrong }
    const { kept, counts } = filtered(fixes, only())
    expect(kept).toEqual(fixes.toSpliced(30, 1))
    expect(counts).toEqual({ in: 60, kept: 59, [`rejected-${reason}`]: 1 })
  })

  test('a jump within what the told speed leaves open passes', () => {
    const fixes = ride(0, 60)
    fixes[30] = { ...fixes[30]!, ...at(150, 14) }
    expect(filtered(fixes, only()).kept).toEqual(fixes)
  })

  test('without told speeds only the largest speed tells', () => {
    const fixes = untold(ride(0, 60))
    fixes[30] = { ...fixes[30]!, ...at(150, 38) }
    expect(filtered(fixes, only()).kept).toEqual(fixes)
    fixes[30] = { ...fixes[30]!, ...at(150, 80) }
    expect(filtered(fixes, only()).counts['rejected-speed']).toBe(1)
  })
})

describe('never shut out', () => {
  test('a real relocation is believed whole after five fixes that agree', () => {
    const fixes = [...ride(0, 30), ...ride(30, 30, 5000, 700)]
    const { kept, outMs, counts } = filtered(fixes, only())
    expect(kept).toEqual(fixes)
    expect(outMs[30]! - fixes[30]!.timeMs).toBe(4000)
    expect(counts).toEqual({ in: 60, kept: 60, relocations: 1 })
  })

  test('at 10 Hz five fixes are not enough: they must agree for two seconds', () => {
    const fast = (from: number, count: number, eastM: number): Fix[] =>
      Array.from({ length: count }, (_, i) => ({
        timeMs: START_MS + (from + i) * 100,
        ...at(eastM + i * 0.5, 0),
        speedMps: 5,
      }))
    const fixes = [...fast(0, 50, 0), ...fast(50, 15, 3000), ...fast(65, 50, 32)]
    const { kept, counts } = filtered(fixes, only())
    expect(kept).toEqual(fixes.toSpliced(50, 15))
    expect(counts['rejected-speed']).toBe(15)
  })

  test.each([
    ['tunnel of two minutes', 120, 1500],
    ['ferry of an hour', 3600, 12_000],
    ['carried away switched off', 50_000, 900_000],
  ])('%s: all fixes behind it are kept', (_, gapS, awayM) => {
    const fixes = [...ride(0, 30), ...ride(30 + gapS, 30, awayM)]
    expect(filtered(fixes, only()).kept).toEqual(fixes)
  })

  test('a wild fix behind a gap is not', () => {
    const fixes = [...ride(0, 30), ...ride(90, 30)]
    fixes[30] = { ...fixes[30]!, ...at(450, 900) }
    expect(filtered(fixes, only()).kept).toEqual(fixes.toSpliced(30, 1))
  })

  test('neither is a wild fix at the very start', () => {
    const fixes = ride(0, 30)
    fixes[0] = { ...fixes[0]!, ...at(0, 500) }
    const { kept, counts } = filtered(fixes, only())
    expect(kept).toEqual(fixes.slice(1))
    expect(counts['rejected-unconfirmed']).toBe(1)
  })

  test.each([
    ['forward a year', 365 * 86_400],
    ['back an hour', -3600],
    ['back 1024 weeks', -1024 * 7 * 86_400],
  ])('the clock leaps %s and stays', (_, leapS) => {
    const fixes = [
      ...ride(0, 30),
      ...ride(30, 30).map((fix) => ({ ...fix, timeMs: fix.timeMs + leapS * 1000 })),
    ]
    const { kept, counts } = filtered(fixes, only())
    expect(kept).toEqual(fixes)
    expect(notKept(counts)).toBe(0)
  })

  test('a receiver whose told speed is always 0 loses nothing at 25 m/s', () => {
    const fixes = everySecond(0, 60, (s) => ({ ...at(s * 25, 0), speedMps: 0 }))
    const { kept, outMs } = filtered(fixes, only())
    expect(kept).toEqual(fixes)
    expect(Math.max(...outMs.map((ms, i) => ms - fixes[i]!.timeMs))).toBe(4000)
  })

  test('one fix a minute: held at the start only', () => {
    const fixes = ride(0, 40 * 60).filter((_, s) => s % 60 === 0)
    const { kept, outMs } = filtered(fixes, only())
    expect(kept).toEqual(fixes)
    const late = outMs.filter((ms, i) => ms > fixes[i]!.timeMs)
    expect(late).toHaveLength(4)
  })

  test('two receivers that disagree: one of them passes', () => {
    const fixes = everySecond(0, 60, (s) => ({ ...at(s * 5, s % 2 === 0 ? 0 : 400) }))
    const { kept, counts } = filtered([...ride(-10, 10), ...fixes], only())
    expect(kept).toHaveLength(40)
    expect(counts['rejected-speed']).toBe(30)
  })

  test('faster than the limit: nothing is believed as long as it lasts, everything afterwards', () => {
    const train = everySecond(30, 60, (s) => ({ ...at(150 + s * 80, 0) }))
    const after = ride(90, 30, 150 + 60 * 80)
    const { kept } = filtered([...ride(0, 30), ...train, ...after], only())
    expect(kept.slice(-30)).toEqual(after)
  })
})

test('a flush keeps the first fixes although they are few, and drops those that the ones before speak against', () => {
  expect(filtered(ride(0, 2), only()).kept).toEqual(ride(0, 2))
  const { kept, counts } = filtered([...ride(0, 30), ...ride(30, 2, 9000)], only())
  expect(kept).toEqual(ride(0, 30))
  expect(counts['rejected-speed']).toBe(2)
})
