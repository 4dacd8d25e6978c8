import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseScenario } from '../../../device-sim/scenario/load-scenario.ts'
import { type Occurrence, occurrencesOf } from '../../../device-sim/scenario/occurrences.ts'

function drawn(happens: string[], seed = 7): Occurrence[] {
  return occurrencesOf(
    parseScenario(
      `about: A test.
seed: ${seed}
lasts: 20min
devices:
  - { id: manhole-01, kind: manhole, components: 6 }
  - { id: lamp-01, kind: lamp, components: 4 }
happens:
${happens.map((happening) => `  - { ${happening} }`).join('\n')}
`,
      'test.yaml',
    ),
  )
}

const TRUCKS =
  'at: [5s, 30s], every: [20s, 60s], device: manhole-01, component: [1, 2, 3], what: truck, deg: [20, 60]'
const TILTS =
  'at: 2min, every: [3min, 5min], for: [30s, 60s], times: 3, device: manhole-01, component: 1, what: tilts, deg: [16, 85], fault: cover_tilted'

test('the same seed draws the same, another seed something else', () => {
  expect(drawn([TRUCKS, TILTS])).toEqual(drawn([TRUCKS, TILTS]))
  expect(drawn([TRUCKS], 8)).not.toEqual(drawn([TRUCKS], 7))
})

test('a line more changes nothing in the others', () => {
  const tilts = (occurrences: Occurrence[]) => occurrences.filter(({ what }) => what === 'tilts')
  expect(tilts(drawn([TRUCKS, TILTS]))).toEqual(drawn([TILTS]))
  const second = 'at: 10s, device: manhole-01, component: 1, what: tilts, deg: [1, 4], for: 5s'
  expect(tilts(drawn([TILTS, second])).filter(({ fault }) => fault)).toEqual(drawn([TILTS]))
})

test('the order of the arguments in the file changes nothing', () => {
  const one = 'at: 1min, device: manhole-01, component: 1, what: gas-leaks, pct: [20, 90], over: [5s, 60s]'
  const other = 'over: [5s, 60s], what: gas-leaks, pct: [20, 90], component: 1, at: 1min, device: manhole-01'
  expect(drawn([other])).toEqual(drawn([one]))
})

test('everything lies in its range, for any seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      for (const component of [1, 2, 3]) {
        const trucks = drawn([TRUCKS], seed).filter((one) => one.component === component)
        const [first, ...rest] = trucks
        expect(first!.beginMs).toBeGreaterThanOrEqual(5000)
        expect(first!.beginMs).toBeLessThanOrEqual(30_000)
        rest.forEach(({ beginMs }, index) => {
          const waitMs = beginMs - trucks[index]!.beginMs
          expect(waitMs).toBeGreaterThanOrEqual(20_000)
          expect(waitMs).toBeLessThanOrEqual(60_000)
        })
        // Until the end of the scenario, and not beyond it.
        expect(trucks.at(-1)!.beginMs).toBeGreaterThan(1_200_000 - 60_000)
        for (const truck of trucks) {
          if (truck.what !== 'truck') continue
          expect(truck.args.deg).toBeGreaterThanOrEqual(20)
          expect(truck.args.deg).toBeLessThanOrEqual(60)
          expect(truck.endMs === truck.beginMs + 1500 || truck.endMs === Number.POSITIVE_INFINITY).toBe(true)
        }
      }
    }),
    { numRuns: 50 },
  )
})

test('each component has moments of its own, or all have the same', () => {
  const moments = (together: string) => {
    const all = drawn([`${TRUCKS}, times: 5, together: ${together}`])
    return [1, 2, 3].map((number) =>
      all
        .filter(({ component }) => component === number)
        .map(({ beginMs, args, seed }) => ({ beginMs, args, seed })),
    )
  }
  const [one, two, three] = moments('true')
  expect(one).toHaveLength(5)
  expect([two, three]).toEqual([one, one])
  const [alone, other] = moments('false')
  expect(alone).not.toEqual(other)
})

test('they come in order of time, with their labels', () => {
  const all = drawn([
    TRUCKS,
    'at: 4min, for: 10min, device: manhole-01, component: 2, what: rain, m: 1.2, fault: water_level_high, faultAfter: 8min, faultFor: 5min, trap: [water_rising]',
  ])
  const begins = all.map(({ beginMs }) => beginMs)
  expect(begins).toEqual(begins.toSorted((a, b) => a - b))
  expect(all.find(({ what }) => what === 'rain')).toMatchObject({
    component: 2,
    beginMs: 240_000,
    endMs: 840_000,
    args: { m: 1.2, ma: 8, recedes: 7_200_000 },
    fault: ['water_level_high'],
    trap: ['water_rising'],
    faultMs: 720_000,
    faultUntilMs: 1_020_000,
  })
})

test('what has no end, and what would end after the scenario, stands', () => {
  const [dies, tilts] = drawn([
    'at: 1min, device: lamp-01, component: 1, what: lamp-dies',
    'at: 19min, for: 5min, device: manhole-01, component: 1, what: tilts, deg: 20',
  ])
  expect([dies!.endMs, tilts!.endMs]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
})

test('two devices have draws of their own', () => {
  const all = occurrencesOf(
    parseScenario(
      `about: Two.
lasts: 20min
devices: [{ id: a, kind: ebike }, { id: b, kind: terminal }]
happens: [{ at: [0s, 10min], for: 1min, device: [a, b], what: antenna-off }]`,
      'two.yaml',
    ),
  )
  expect(all.map(({ device }) => device).toSorted()).toEqual(['a', 'b'])
  expect(all[0]!.beginMs).not.toBe(all[1]!.beginMs)
})
