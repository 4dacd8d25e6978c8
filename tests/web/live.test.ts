import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fleet } from '../../dashboards/web/src/live/fleet.ts'
import { type Leg, placeAt, prune, schedule } from '../../dashboards/web/src/live/motion.ts'

const START = Date.UTC(2026, 4, 1, 8)
const fix = (second: number, lat = 31 + second * 5e-5, lon = 121) => ({
  timeMs: START + second * 1000,
  lat,
  lon,
})
const json = (second: number) => ({
  time: new Date(START + second * 1000).toISOString(),
  lat: 31 + second * 5e-5,
  lon: 121,
})

describe('gliding', () => {
  test('the first fix is there at once; the next is reached in the time it took', () => {
    const legs: Leg[] = []
    schedule(legs, undefined, [fix(0)], 10_000)
    expect(placeAt(legs, 10_000)).toEqual({ lat: 31, lon: 121 })
    schedule(legs, fix(0).timeMs, [fix(1)], 11_000)
    expect(placeAt(legs, 11_000)?.lat).toBeCloseTo(31, 9)
    expect(placeAt(legs, 11_500)?.lat).toBeCloseTo(31 + 2.5e-5, 9)
    expect(placeAt(legs, 99_000)?.lat).toBeCloseTo(31 + 5e-5, 9)
  })

  test('a marker that waited does not seem to have crept', () => {
    const legs: Leg[] = []
    schedule(legs, undefined, [fix(0)], 0)
    schedule(legs, fix(0).timeMs, [fix(20)], 20_000)
    expect(placeAt(legs, 20_000)?.lat).toBeCloseTo(31, 9)
  })

  test('a batch is shown through all its fixes, never more than five seconds late', () => {
    const legs: Leg[] = []
    schedule(legs, undefined, [fix(0)], 0)
    const batch = Array.from({ length: 30 }, (_, index) => fix(index + 1))
    schedule(legs, fix(0).timeMs, batch, 30_000)
    expect(placeAt(legs, 32_500)?.lat).toBeCloseTo(31 + 15 * 5e-5, 6)
    expect(placeAt(legs, 35_000)?.lat).toBeCloseTo(31 + 30 * 5e-5, 9)
  })

  test('heads where it goes', () => {
    const legs: Leg[] = []
    schedule(legs, undefined, [fix(0, 31, 121)], 0)
    schedule(legs, fix(0).timeMs, [fix(1, 31, 121.001)], 1_000)
    expect(placeAt(legs, 1_500)?.courseDeg).toBeCloseTo(90, 1)
  })

  test.each([
    ['after a minute without news', [fix(0)], [fix(61)]],
    ['over more than 300 m', [fix(0)], [fix(1, 31.01)]],
  ])('it leaps %s', (_name, before, after) => {
    const legs: Leg[] = []
    schedule(legs, undefined, before, 0)
    schedule(legs, before.at(-1)!.timeMs, after, 90_000)
    expect(legs).toHaveLength(2)
  })

  test('whatever arrives whenever: moments ascend, and the marker ends at the newest fix', () => {
    const batches = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 12 })), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(batches, (arrivals) => {
        const legs: Leg[] = []
        let nowMs = 0
        let second = 0
        let lastMs: number | undefined
        for (const [waitMs, count] of arrivals) {
          nowMs += waitMs
          const batch = Array.from({ length: count }, () => fix(second++))
          schedule(legs, lastMs, batch, nowMs)
          lastMs = batch.at(-1)!.timeMs
          prune(legs, nowMs - 10_000)
          for (const { showMs } of legs)
            for (let index = 1; index < showMs.length; index++)
              expect(showMs[index]).toBeGreaterThanOrEqual(showMs[index - 1]!)
          expect(legs.at(-1)!.showMs.at(-1)).toBeLessThanOrEqual(nowMs + 5_000)
        }
        expect(placeAt(legs, nowMs + 60_000)?.lat).toBeCloseTo(fix(second - 1).lat, 9)
      }),
    )
  })

  test('pruning keeps the newest place and what the trail still needs', () => {
    const legs: Leg[] = []
    for (let second = 0; second < 100; second++)
      schedule(legs, second ? fix(second - 1).timeMs : undefined, [fix(second)], second * 1000)
    prune(legs, 90_000)
    expect(legs).toHaveLength(1)
    expect(legs[0]!.showMs[0]).toBeLessThanOrEqual(90_000)
    expect(legs[0]!.showMs.length).toBeLessThan(25)
    prune(legs, 1e9)
    expect(placeAt(legs, 1e9)?.lat).toBeCloseTo(fix(99).lat, 9)
  })
})

describe('fleet', () => {
  const device = (id: string, online: boolean, second?: number) => ({
    id,
    gateway: id,
    online,
    ...(second === undefined ? {} : { lastSeen: json(second).time, lastFix: json(second) }),
  })

  test('lists the online first, and e-bike-2 before e-bike-10', () => {
    const fleet = new Fleet()
    fleet.list([device('e-10', true), device('a', false), device('e-2', true)], 0)
    expect(fleet.rows().map(({ id }) => id)).toEqual(['e-2', 'e-10', 'a'])
    expect(fleet.rows()).toBe(fleet.rows())
  })

  test('fixes move it; old ones, told again after an outage, do not move it back', () => {
    const fleet = new Fleet()
    fleet.list([device('e-1', true, 10)], 0)
    expect(fleet.fixes('e-1', [json(12), json(11)], 1_000, START + 12_000)).toBe(true)
    expect(fleet.get('e-1')).toMatchObject({ fixMs: START + 12_000, lastSeenMs: START + 12_000 })
    fleet.fixes('e-1', [json(3), json(4)], 2_000, START + 13_000)
    expect(fleet.get('e-1')?.fixMs).toBe(START + 12_000)
    fleet.list([device('e-1', true, 5)], 3_000)
    expect(fleet.get('e-1')?.fixMs).toBe(START + 12_000)
  })

  test('a device that the list does not name is shown, and said to be unknown', () => {
    const fleet = new Fleet()
    expect(fleet.fixes('e-9', [json(1)], 0, START)).toBe(false)
    expect(fleet.rows().map(({ id, online }) => [id, online])).toEqual([['e-9', true]])
    fleet.list([], 0)
    expect(fleet.rows()).toEqual([])
    expect(fleet.legs('e-9')).toEqual([])
  })

  test('presence of a gateway holds for the devices behind it', () => {
    const fleet = new Fleet()
    fleet.list([{ id: 'bike', gateway: 'gw-1', online: true }, device('e-1', true)], 0)
    expect(fleet.presence('gw-1', false)).toBe(true)
    expect(fleet.get('bike')?.online).toBe(false)
    expect(fleet.get('e-1')?.online).toBe(true)
    expect(fleet.presence('nobody', false)).toBe(false)
  })

  test('what wants a person at a gateway marks the devices behind it, until it is over', () => {
    const fleet = new Fleet()
    const bike = { id: 'bike', gateway: 'gw-1', online: true }
    fleet.list([{ ...bike, attention: ['disk'] }, device('e-1', true)], 0)
    expect(fleet.get('bike')?.attention).toEqual(['disk'])
    expect(fleet.get('e-1')?.attention).toEqual([])
    fleet.presence('gw-1', true)
    expect(fleet.get('bike')?.attention).toEqual(['disk'])
    fleet.presence('gw-1', true, ['backlog'])
    expect(fleet.get('bike')?.attention).toEqual(['backlog'])
    fleet.fixes('bike', [json(1)], 0, START)
    expect(fleet.get('bike')?.attention).toEqual(['backlog'])
    fleet.list([bike], 0)
    expect(fleet.get('bike')?.attention).toEqual([])
  })

  test('a device without a position has no place', () => {
    const fleet = new Fleet()
    fleet.list([device('e-1', false)], 0)
    expect(fleet.get('e-1')).toMatchObject({ fix: undefined, lastSeenMs: undefined })
    expect(placeAt(fleet.legs('e-1'), 0)).toBeUndefined()
  })
})
