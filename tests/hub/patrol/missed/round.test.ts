import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateDistrict } from '../../../../device-sim/city/district.ts'
import {
  planRound,
  type Ride,
  type RoundTask,
  TaskDistances,
} from '../../../../gateway/hub/patrol/missed/round.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import { exactRound } from './exact-round.ts'

const network = buildNetwork(generateDistrict(1).streets.features)

/** Consecutive legs meet, and each lies on its part. */
function expectRideable(
  net: StreetNetwork,
  { legs, lengthM }: Ride,
  start: { part: number; alongM: number },
) {
  let at = start
  let sumM = 0
  for (const [nth, leg] of legs.entries()) {
    const { lengthM: partM } = net.parts[leg.part]!
    expect(Math.min(leg.fromM, leg.toM)).toBeGreaterThanOrEqual(0)
    expect(Math.max(leg.fromM, leg.toM)).toBeLessThanOrEqual(partM)
    const entered = { part: leg.part, alongM: leg.fromM }
    if (nth === 0 && leg.part === start.part) expect(leg.fromM).toBe(start.alongM)
    else expect(nodeAt(net, entered)).toBe(nodeAt(net, at))
    at = { part: leg.part, alongM: leg.toM }
    sumM += Math.abs(leg.toM - leg.fromM)
  }
  expect(lengthM).toBeCloseTo(sumM, 6)
}

function nodeAt(net: StreetNetwork, { part, alongM }: { part: number; alongM: number }): number {
  const { from, to, lengthM } = net.parts[part]!
  expect([0, lengthM]).toContain(alongM)
  return alongM === 0 ? from : to
}

/** Parts within a walk of each other, so that there is something to decide. */
const cases = fc.record({
  start: fc.nat(network.parts.length - 1),
  share: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  parts: fc.uniqueArray(fc.nat(network.parts.length - 1), { minLength: 1, maxLength: 8 }),
  worth: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 8, maxLength: 8 }),
  budgetM: fc.integer({ min: 100, max: 9000 }),
})

describe('a round', () => {
  test('can be ridden, stays within its budget, and says what it closes', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ start: part, share, parts, worth, budgetM }) => {
        const start = { part, alongM: network.parts[part]!.lengthM * share }
        const tasks = parts.map((one, i): RoundTask => ({ part: one, worth: worth[i]! }))
        const ride = await planRound(network, start, tasks, budgetM)
        expectRideable(network, ride, start)
        expect(ride.lengthM).toBeLessThanOrEqual(budgetM + 1e-6)
        const riddenParts = new Set(ride.legs.map((leg) => leg.part))
        for (const task of ride.tasks) expect(riddenParts).toContain(tasks[task]!.part)
        expect(new Set(ride.tasks).size).toBe(ride.tasks.length)
      }),
      { numRuns: 150 },
    )
  })

  test('closes nearly as much as the exact answer on small cases', async () => {
    let found = 0
    let possible = 0
    let worst = 1
    await fc.assert(
      fc.asyncProperty(cases, async ({ start: part, share, parts, worth, budgetM }) => {
        const start = { part, alongM: network.parts[part]!.lengthM * share }
        const tasks = parts.map((one, i): RoundTask => ({ part: one, worth: worth[i]! }))
        const exact = exactRound(
          new TaskDistances(network, start, parts),
          tasks.map((task) => task.worth),
          budgetM,
        )
        const { tasks: closed } = await planRound(network, start, tasks, budgetM)
        const ours = closed.reduce((sum, i) => sum + tasks[i]!.worth, 0)
        expect(ours).toBeLessThanOrEqual(exact)
        found += ours
        possible += exact
        if (exact > 0) worst = Math.min(worst, ours / exact)
      }),
      { numRuns: 300, seed: 5 },
    )
    // What docs/coverage.md says of it.
    expect(found / possible).toBeGreaterThan(0.99)
    if (process.env.SHOW_ROUNDS) console.log({ share: found / possible, worst })
    expect(worst).toBeGreaterThan(0.7)
  })

  test('nothing to close, or no time: nobody is sent anywhere', async () => {
    const start = { part: 0, alongM: 0 }
    expect(await planRound(network, start, [], 5000)).toEqual({ legs: [], lengthM: 0, tasks: [] })
    expect(await planRound(network, start, [{ part: 3, worth: 1 }], 0)).toEqual({
      legs: [],
      lengthM: 0,
      tasks: [],
    })
  })

  test('a missed street without any way to it is left out', async () => {
    const street = (id: string, lon: number) => ({
      type: 'Feature' as const,
      geometry: {
        type: 'LineString' as const,
        coordinates: [
          [lon, 31.2],
          [lon, 31.201],
        ] as [number, number][],
      },
      properties: { id },
    })
    const islands = buildNetwork([street('here', 121.4), street('there', 121.41)])
    const ride = await planRound(
      islands,
      { part: 0, alongM: 0 },
      [
        { part: 0, worth: 1 },
        { part: 1, worth: 9 },
      ],
      50_000,
    )
    expect(ride.tasks).toEqual([0])
  })
})
