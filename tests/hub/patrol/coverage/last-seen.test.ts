import fc from 'fast-check'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { expect, test } from 'vitest'
import { answerErrors } from '../../../../gateway/hub/api/errors.ts'
import { lastSeenRoutes } from '../../../../gateway/hub/api/routes/last-seen.ts'
import { LastSeenRegister } from '../../../../gateway/hub/patrol/coverage/last-seen.ts'
import { rebuildLastSeen } from '../../../../gateway/hub/patrol/coverage/last-seen-follower.ts'
import { distanceM } from '../../../../gateway/hub/patrol/distance.ts'
import { type PatrolGround, PatrolGrounds } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { openTrackStore } from '../../../../gateway/hub/stores/open-track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { LastSeenAnswer } from '../../../../proto/patrol-http.ts'
import { testFolder } from '../../../test-folder.ts'
import { at, START_MS } from '../made-track.ts'
import { madeDistrict, rideThrough, squareGrid, street, WEST_GRID } from './made-ground.ts'

const HOUR_MS = 3_600_000
const opened = (ground: PatrolGround, folder = testFolder()) =>
  new LastSeenRegister(folder, (code) => ground.grid(code))
const partAlong = (ground: PatrolGround, name: string) =>
  ground.network().parts.filter((part) => part.street === name && part.lengthM > 90)[1]!

async function storedRide(fixes: Fix[], device = 'bike-1') {
  const store = await openTrackStore({ kind: 'sqlite' }, testFolder())
  await store.write({ fixes: [{ device, fixes }], readings: [] })
  return store
}

test('rebuilt from the store: parts that were ridden, components that were passed, cells in sight', async () => {
  const ground = madeDistrict()
  const ride = rideThrough([
    [-95, 150],
    [445, 150],
  ])
  const store = await storedRide(ride)
  const register = opened(ground)
  const told: number[] = []
  await rebuildLastSeen({
    store,
    ground,
    register,
    fromMs: START_MS - HOUR_MS,
    toMs: START_MS + HOUR_MS,
    onProgress: ({ fixes }) => told.push(fixes),
  })
  expect(told).toEqual([ride.length])
  expect(register.sinceMs).toBe(START_MS)
  const part = partAlong(ground, 'ew150')
  expect(register.streetPart(part.id)! - START_MS).toBeGreaterThan(20_000)
  expect(register.streetPart(part.id)! - START_MS).toBeLessThan(110_000)
  expect(register.streetPart(partAlong(ground, 'ew250').id)).toBeUndefined()
  const passed = ground
    .componentsIn(WEST_GRID)
    .filter(({ properties }) => register.component(properties.code))
  expect(passed.length).toBeGreaterThan(0)
  for (const { geometry } of passed)
    expect(Math.abs(geometry.coordinates[1]! - at(0, 150).lat)).toBeLessThan(2e-4)
  const { frame, inside, lastSeenMs } = register.cells(WEST_GRID)!
  expect(inside.length).toBe(frame.columns * frame.rows)
  const row = Math.floor(150 / frame.sizeM)
  expect(Number.isNaN(lastSeenMs[row * frame.columns + 20]!)).toBe(false)
  expect(Number.isNaN(lastSeenMs[(row + 5) * frame.columns + 20]!)).toBe(true)
  register.close()
  await store.close()
})

test('times never go back, whatever the order in which they are told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ from: fc.nat(10), to: fc.nat(10), startS: fc.nat(5000) }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.infiniteStream(fc.nat(1000)),
      (told, order) => {
        const ground = madeDistrict()
        const part = partAlong(ground, 'ew150')
        const pieces = told.map(({ from, to, startS }) => ({
          part: part.index,
          fromM: (from / 10) * part.lengthM,
          toM: (to / 10) * part.lengthM,
          startMs: START_MS + startS * 1000,
          endMs: START_MS + startS * 1000 + 20_000,
          confidence: 1,
        }))
        const shuffled = pieces
          .map((piece) => ({ piece, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ piece }) => piece)
        const [one, other] = [inMemory(ground), inMemory(ground)]
        for (const piece of pieces) one.rode(part, piece)
        let before = 0
        for (const piece of shuffled) {
          other.rode(part, piece)
          const seenMs = other.streetPart(part.id) ?? 0
          expect(seenMs).toBeGreaterThanOrEqual(before)
          before = seenMs
        }
        expect(one.streetPart(part.id)).toBe(other.streetPart(part.id))
      },
    ),
    { numRuns: 30 },
  )
})

/** Never written: its file lies in a folder that goes with the test. */
const inMemory = (ground: PatrolGround) => opened(ground)

test('component: the later time stays', () => {
  const register = opened(madeDistrict())
  register.passed('3101010103000001', START_MS + 5000)
  register.passed('3101010103000001', START_MS)
  expect(register.component('3101010103000001')).toBe(START_MS + 5000)
  expect(register.component('3101010103000002')).toBeUndefined()
  register.close()
})

const wayAt = (timeMs: number, eastM: number, northM: number) => {
  const [a, b] = [at(eastM, northM), at(eastM + 5, northM)]
  return {
    latA: a.lat,
    lonA: a.lon,
    msA: timeMs - 1000,
    latB: b.lat,
    lonB: b.lon,
    msB: timeMs,
    speedMps: 5,
    isGood: true,
  }
}

test('closed and opened again, everything is there', () => {
  const ground = madeDistrict()
  const folder = testFolder()
  const first = opened(ground, folder)
  const part = partAlong(ground, 'ew150')
  first.told(START_MS)
  first.rode(part, {
    part: part.index,
    fromM: 0,
    toM: part.lengthM,
    startMs: START_MS,
    endMs: START_MS,
    confidence: 1,
  })
  first.passed('3101010103000001', START_MS)
  first.saw(WEST_GRID, wayAt(START_MS, 100, 100))
  const cells = first.cells(WEST_GRID)
  expect(first.flushedMs()).toBeUndefined()
  first.close()
  const again = opened(ground, folder)
  expect(again.flushedMs()).toBeGreaterThan(START_MS)
  expect(again.sinceMs).toBe(START_MS)
  expect(again.streetPart(part.id)).toBe(START_MS)
  expect(again.component('3101010103000001')).toBe(START_MS)
  expect(again.cells(WEST_GRID)).toEqual(cells)
  again.close()
})

test('two that write one file keep the later of both', () => {
  const ground = madeDistrict()
  const folder = testFolder()
  const [hub, command] = [opened(ground, folder), opened(ground, folder)]
  const part = partAlong(ground, 'ew150')
  const whole = { part: part.index, fromM: 0, toM: part.lengthM, confidence: 1 }
  hub.rode(part, { ...whole, startMs: START_MS, endMs: START_MS })
  hub.saw(WEST_GRID, wayAt(START_MS, 100, 100))
  hub.passed('3101010103000001', START_MS)
  command.rode(part, { ...whole, startMs: START_MS + 9000, endMs: START_MS + 9000 })
  command.saw(WEST_GRID, wayAt(START_MS + 9000, 100, 100))
  command.passed('3101010103000001', START_MS + 9000)
  command.close()
  hub.close()
  const both = opened(ground, folder)
  expect(both.streetPart(part.id)).toBe(START_MS + 9000)
  expect(both.component('3101010103000001')).toBe(START_MS + 9000)
  expect(Math.max(...both.cells(WEST_GRID)!.lastSeenMs.filter((ms) => ms > 0))).toBe(START_MS + 9000)
  both.close()
})

test('cells of a grid that has another shape now, and parts that the streets no longer have, are forgotten', () => {
  const ground = madeDistrict()
  const folder = testFolder()
  const first = opened(ground, folder)
  first.saw(WEST_GRID, wayAt(START_MS, 100, 100))
  const part = partAlong(ground, 'ew150')
  first.rode(part, {
    part: part.index,
    fromM: 0,
    toM: part.lengthM,
    startMs: START_MS,
    endMs: START_MS,
    confidence: 1,
  })
  first.close()
  const other = squareGrid(WEST_GRID, [0, 0], 300)
  const again = new LastSeenRegister(folder, () => other)
  expect(again.cells(WEST_GRID)!.lastSeenMs.every(Number.isNaN)).toBe(true)
  again.fit(ground.network())
  expect(again.streetPart(part.id)).toBe(START_MS)
  again.fit(
    buildNetwork([
      street('ew150', [
        [0, 0],
        [37, 0],
      ]),
    ]),
  )
  expect(again.streetPart(part.id)).toBeUndefined()
  again.close()
})

test('cells agree with asking of every cell whether its centre is within sight of the way', () => {
  const ground = madeDistrict()
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: -50, max: 450 }), fc.integer({ min: -50, max: 450 })),
      fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -90, max: 90 })),
      ([east, north], [dEast, dNorth]) => {
        const register = inMemory(ground)
        const [a, b] = [at(east, north), at(east + dEast, north + dNorth)]
        register.saw(WEST_GRID, {
          ...wayAt(START_MS, 0, 0),
          latA: a.lat,
          lonA: a.lon,
          latB: b.lat,
          lonB: b.lon,
        })
        const { frame, lastSeenMs } = register.cells(WEST_GRID)!
        lastSeenMs.forEach((ms, cell) => {
          const lat = frame.south + (Math.floor(cell / frame.columns) + 0.5) * frame.cellLatDeg
          const lon = frame.west + ((cell % frame.columns) + 0.5) * frame.cellLonDeg
          const nearestM = Math.min(
            ...Array.from({ length: 101 }, (_, i) =>
              distanceM(lat, lon, a.lat + ((b.lat - a.lat) * i) / 100, a.lon + ((b.lon - a.lon) * i) / 100),
            ),
          )
          if (nearestM < 14.9) expect(ms).toBe(START_MS)
          if (nearestM > 15.1) expect(ms).toBeNaN()
        })
      },
    ),
    { numRuns: 20 },
  )
})

test('GET last-seen', async () => {
  const ground = madeDistrict()
  const register = opened(ground)
  const part = partAlong(ground, 'ew150')
  register.told(START_MS)
  register.rode(part, {
    part: part.index,
    fromM: 0,
    toM: part.lengthM,
    startMs: START_MS,
    endMs: START_MS,
    confidence: 1,
  })
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app)
  await app.register(lastSeenRoutes({ current: () => ground }, register))
  const answer = LastSeenAnswer.parse((await app.inject(`/last-seen?grid=${WEST_GRID}`)).json())
  expect(answer).toMatchObject({ grid: WEST_GRID, since: '2026-05-01T00:00:00.000Z' })
  expect(answer.parts.filter(({ lastSeen }) => lastSeen !== undefined)).toMatchObject([
    { part: part.id, class: 'ordinary', allowedH: 24, lastSeen: '2026-05-01T00:00:00.000Z' },
  ])
  expect(answer.components).toHaveLength(ground.componentsIn(WEST_GRID).length)
  const both = LastSeenAnswer.parse((await app.inject('/last-seen?grid=310101001')).json())
  expect(both.parts.length).toBeGreaterThan(answer.parts.length)
  const none = await app.inject('/last-seen?grid=99')
  expect([none.statusCode, none.json().error.message]).toEqual([404, expect.stringContaining('grid 99')])
  await app.close()
  register.close()
})

test('the ground is the same until a register changes', () => {
  let version = 0
  const { grids, streets } = madeDistrictFeatures()
  const grounds = new PatrolGrounds(
    {
      grids: { version: () => version, all: () => each(grids) },
      streets: { version: () => 0, all: () => each(streets) },
      components: { version: () => 0, all: () => each([]) },
    },
    madeDistrict().rules,
  )
  const first = grounds.current()
  expect(first.units(['310101'])).toHaveLength(2)
  expect(grounds.current()).toBe(first)
  version = 1
  const second = grounds.current()
  expect(second).not.toBe(first)
  expect(grounds.current()).toBe(second)
})

function* each<Feature>(features: readonly Feature[]): Generator<Feature> {
  yield* features
}
const madeDistrictFeatures = () => ({
  grids: [...madeDistrict().grids],
  streets: [
    street('a', [
      [0, 0],
      [100, 0],
    ]),
  ],
})
