import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import { LastSeenRegister } from '../../../../gateway/hub/patrol/coverage/last-seen.ts'
import { rebuildLastSeen } from '../../../../gateway/hub/patrol/coverage/last-seen-follower.ts'
import { LiveCoverages, type RunningShift } from '../../../../gateway/hub/patrol/coverage/live-coverage.ts'
import { policyMakers } from '../../../../gateway/hub/patrol/coverage/makers.ts'
import type { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { fixOf } from '../../../../gateway/hub/stores/fix-columns.ts'
import { openTrackStore } from '../../../../gateway/hub/stores/open-track-store.ts'
import { StoreUnavailable, type Track, type TrackStore } from '../../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { LiveCoverage } from '../../../../proto/patrol-http.ts'
import { testFolder } from '../../../test-folder.ts'
import { START_MS } from '../made-track.ts'
import { anyRide, madeDistrict, rideThrough, WEST_GRID } from './made-ground.ts'

const HOUR_MS = 3_600_000
const SHIFT: RunningShift = {
  id: 'shift-1',
  grids: ['310101001001'],
  fromMs: START_MS,
  toMs: START_MS + 2 * HOUR_MS,
}
const ground = madeDistrict()

async function newStore(): Promise<TrackStore> {
  const store = await openTrackStore({ kind: 'sqlite' }, testFolder())
  onTestFinished(() => store.close())
  return store
}

interface World {
  store: TrackStore
  shifts?: RunningShift[]
  readFrom?: Pick<TrackStore, 'devicesBetween' | 'readTrack'>
  lastSeen?: LastSeenRegister
}

function started({ store, shifts = [SHIFT], readFrom = store, lastSeen }: World) {
  const told: LiveCoverage[] = []
  const register = lastSeen ?? new LastSeenRegister(testFolder(), (code) => ground.grid(code))
  const live = new LiveCoverages({
    shifts: { of: (_, fromMs, toMs) => shifts.filter((shift) => shift.fromMs < toMs && shift.toMs > fromMs) },
    grounds: { current: () => ground },
    store: readFrom,
    lastSeen: register,
    publish: (make) => told.push(LiveCoverage.parse(make())),
    log: silentLog(),
    times: { publishMs: 1, rebuildAfterMs: 1, retryMs: 1 },
  })
  return {
    live,
    told,
    register,
    async keep(device: string, fixes: Fix[]) {
      await store.write({ fixes: [{ device, fixes }], readings: [] })
      live.take(device, fixes)
    },
  }
}

const fixesOf = (track: Track): Fix[] => Array.from({ length: track.count }, (_, row) => fixOf(track, row))

/** As a question about the past has it: each policy by itself, over tracks from the store. */
async function history(store: TrackStore, { grids, fromMs, toMs }: RunningShift, device = 'bike-1') {
  const track = await store.readTrack(device, fromMs, toMs)
  const units = ground.units(grids)
  const makers = policyMakers(() => ground)
  const shareOf = <Figures>(
    survey: { add(track: Track): void; result(): Figures[] },
    counts: (of: Figures) => [of: number, covered: number, cannotTell: number],
  ) => {
    survey.add(track)
    const sum = survey.result().map(counts)
    const [of, covered, cannotTell] = [0, 1, 2].map((i) => sum.reduce((total, count) => total + count[i]!, 0))
    return { coverage: Math.min(1, covered! / of!), cannotTell: cannotTell! / of! }
  }
  return {
    area: shareOf(makers.area(units, { fromMs, toMs }), (it) => [
      it.insideCells,
      it.coveredCells,
      it.cannotTellCells,
    ]),
    road: shareOf(makers.road(units, { fromMs, toMs }), (it) => [it.lengthM, it.coveredM, it.cannotTellM]),
    components: shareOf(makers.components(units, { fromMs, toMs }), (it) => [
      it.components,
      it.passed,
      it.cannotTellComponents,
    ]),
    visits: shareOf(makers.visits(units, { fromMs, toMs }), (it) => [
      it.asked,
      it.made,
      it.cannotTell * it.asked,
    ]),
  }
}

type Share = { coverage: number; cannotTell: number }
function expectSame(live: Record<string, Share | undefined> | undefined, past: Record<string, Share>): void {
  expect(Object.keys(live ?? {}).sort()).toEqual(Object.keys(past).sort())
  for (const [policy, { coverage, cannotTell }] of Object.entries(past)) {
    expect(live![policy]!.coverage, policy).toBeCloseTo(coverage, 12)
    expect(live![policy]!.cannotTell, policy).toBeCloseTo(cannotTell, 12)
  }
}

const cut = (fixes: Fix[], sizes: Iterator<number>): Fix[][] => {
  const batches: Fix[][] = []
  for (let from = 0; from < fixes.length; ) {
    const to = from + (sizes.next().value as number)
    batches.push(fixes.slice(from, to))
    from = to
  }
  return batches
}
const anySizes = fc.infiniteStream(fc.integer({ min: 1, max: 60 }))

test('any ride in any batches: the figures of a question about the past', async () => {
  await fc.assert(
    fc.asyncProperty(anyRide('bike-1'), anySizes, async (track, sizes) => {
      const store = await newStore()
      const { live, keep } = started({ store })
      for (const batch of cut(fixesOf(track), sizes)) {
        await keep('bike-1', batch)
        await live.idle()
      }
      expectSame(live.figures(SHIFT.id), await history(store, SHIFT))
      expect(live.state()).toEqual({ shifts: 1, waiting: 0, rebuilds: 0 })
      await live.close()
    }),
    { numRuns: 12 },
  )
})

test('any batches in any order, come again, and while the store is read: the same figures in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRide('bike-1'),
      anySizes,
      fc.infiniteStream(fc.nat(1000)),
      fc.infiniteStream(fc.boolean()),
      async (track, sizes, order, waits) => {
        const store = await newStore()
        const { live, keep } = started({ store })
        const batches = cut(fixesOf(track), sizes)
          .map((batch) => ({ batch, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
        for (const { batch } of [...batches, batches[0]!]) {
          await keep('bike-1', batch)
          if (waits.next().value) await live.idle()
        }
        await live.idle()
        expectSame(live.figures(SHIFT.id), await history(store, SHIFT))
        await live.close()
      },
    ),
    { numRuns: 12 },
  )
})

const across = rideThrough([
  [-95, 150],
  [445, 150],
])

test('late fixes are counted, and told', async () => {
  const store = await newStore()
  const { live, keep, told } = started({ store })
  await keep('bike-1', across.slice(0, 20))
  await live.idle()
  await keep('bike-1', across.slice(60))
  await keep('bike-1', across.slice(20, 60))
  await live.idle()
  expect(live.state().rebuilds).toBe(1)
  expectSame(live.figures(SHIFT.id), await history(store, SHIFT))
  await expect.poll(() => told.at(-1)?.policies).toEqual(live.figures(SHIFT.id))
  expect(told.at(-1)).toMatchObject({
    shift: 'shift-1',
    device: 'bike-1',
    at: new Date(across.at(-1)!.timeMs).toISOString(),
  })
  await live.close()
})

test('after a restart the running shift has all that came before', async () => {
  const store = await newStore()
  const before = started({ store })
  await before.keep('bike-1', across.slice(0, 70))
  await before.live.close()
  const after = started({ store })
  await after.keep('bike-1', across.slice(70))
  await after.live.idle()
  expectSame(after.live.figures(SHIFT.id), await history(store, SHIFT))
  await after.live.close()
})

test('fixes outside of the shift are not in its figures, but were seen', async () => {
  const store = await newStore()
  const shift = { ...SHIFT, fromMs: across[40]!.timeMs, toMs: across[80]!.timeMs }
  const { live, keep, register } = started({ store, shifts: [shift] })
  await keep('bike-1', across)
  await live.idle()
  expectSame(live.figures(SHIFT.id), await history(store, shift))
  const ridden = ground.network().parts.filter(({ street }) => street === 'ew150')
  await live.close()
  const seen = ridden.filter(({ id }) => register.streetPart(id) !== undefined)
  expect(seen.length).toBeGreaterThanOrEqual(3)
})

test('a store that is away is asked again', async () => {
  const store = await newStore()
  let failures = 3
  const readFrom: Pick<TrackStore, 'devicesBetween' | 'readTrack'> = {
    devicesBetween: (fromMs, toMs) => store.devicesBetween(fromMs, toMs),
    readTrack(device, fromMs, toMs) {
      if (failures-- > 0) throw new StoreUnavailable('gone for tea')
      return store.readTrack(device, fromMs, toMs)
    },
  }
  const { live, keep } = started({ store, readFrom })
  await keep('bike-1', across)
  await live.idle()
  expect(failures).toBeLessThan(0)
  expectSame(live.figures(SHIFT.id), await history(store, SHIFT))
  await live.close()
})

test('a shift that is planned otherwise is surveyed anew', async () => {
  const store = await newStore()
  const shifts = [SHIFT]
  const { live, keep } = started({ store, shifts })
  await keep('bike-1', across.slice(0, 50))
  await live.idle()
  shifts[0] = { ...SHIFT, grids: [WEST_GRID] }
  await keep('bike-1', across.slice(50))
  await live.idle()
  expectSame(live.figures(SHIFT.id), await history(store, shifts[0]!))
  await live.close()
})

test('fixes that no store takes, and shifts that cannot be looked up, do not reach the intake as errors', async () => {
  const store = await newStore()
  const { live } = started({ store })
  live.take('bike-1', [{ timeMs: Number.NaN, lat: 31, lon: 121 }])
  live.take('bike/+', across)
  live.take('bike-1', [])
  expect(live.state()).toEqual({ shifts: 0, waiting: 0, rebuilds: 0 })
  expect(live.figures('shift-1')).toBeUndefined()
  await live.close()
})

const seenOf = (register: LastSeenRegister, of: PatrolGround) => ({
  parts: of.network().parts.map(({ id }) => register.streetPart(id)),
  components: of.componentsIn(WEST_GRID).map(({ properties }) => register.component(properties.code)),
  cells: of.grids.map(({ properties }) => register.cells(properties.code)),
})

test.each([
  ['on a shift', [SHIFT]],
  ['outside of any', []],
])('what was last seen %s is what a rebuild says', async (_, shifts) => {
  await fc.assert(
    fc.asyncProperty(anyRide('bike-1'), anySizes, async (track, sizes) => {
      const store = await newStore()
      const { live, keep, register } = started({ store, shifts })
      for (const batch of cut(fixesOf(track), sizes)) {
        await keep('bike-1', batch)
        await live.idle()
      }
      await live.close()
      const rebuilt = new LastSeenRegister(testFolder(), (code) => ground.grid(code))
      await rebuildLastSeen({ store, ground, register: rebuilt, fromMs: SHIFT.fromMs, toMs: SHIFT.toMs })
      expect(seenOf(register, ground)).toEqual(seenOf(rebuilt, ground))
    }),
    { numRuns: 6 },
  )
})

test('late fixes outside of a shift were seen too', async () => {
  const store = await newStore()
  const { live, keep, register } = started({ store, shifts: [] })
  const along = (fromM: number, toM: number, startS: number) =>
    rideThrough(
      [
        [fromM, 50],
        [toM, 50],
      ],
      startS,
    )
  await keep('bike-1', along(40, 160, 600))
  await keep('bike-1', along(340, 460, 0))
  await live.idle()
  await live.close()
  const seen = ground.network().parts.filter(({ id }) => register.streetPart(id) !== undefined)
  expect(seen.map(({ lon }) => eastOf(lon[0]!))).toEqual([50, 350])
})

const eastOf = (lon: number) => Math.round((lon - 121.4) * 95_304.6)
