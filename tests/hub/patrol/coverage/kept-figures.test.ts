import { expect, test } from 'vitest'
import { KeptFigures } from '../../../../gateway/hub/patrol/coverage/kept-figures.ts'
import { policyMakers } from '../../../../gateway/hub/patrol/coverage/makers.ts'
import type { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { SqliteTrackStore } from '../../../../gateway/hub/stores/sqlite-track-store.ts'
import { StoreUnavailable } from '../../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { testFolder } from '../../../test-folder.ts'
import { START_MS } from '../made-track.ts'
import { EAST_GRID, madeDistrict, rideThrough, WEST_GRID } from './made-ground.ts'

/** Figures that are counted once: how often the store was asked shows when they were counted again. */

const RANGE = { fromMs: START_MS, toMs: START_MS + 3_600_000 }
const WEST_RIDE = rideThrough([
  [0, 50],
  [390, 50],
])
const EAST_RIDE = rideThrough([
  [410, 150],
  [790, 150],
])

async function made({ slowMs }: { slowMs?: number } = {}) {
  const store = new SqliteTrackStore(testFolder())
  const write = (device: string, fixes: Fix[]) => store.write({ fixes: [{ device, fixes }], readings: [] })
  await write('west', WEST_RIDE)
  await write('east', EAST_RIDE)
  let ground: PatrolGround = madeDistrict()
  const asked: string[] = []
  const delay = { ms: 0 }
  const refuse = { with: undefined as Error | undefined }
  const counted = {
    async devicesBetween(fromMs: number, toMs: number) {
      asked.push('devices')
      if (refuse.with) throw refuse.with
      await new Promise((resolve) => setTimeout(resolve, delay.ms))
      return store.devicesBetween(fromMs, toMs)
    },
    readTrack: (device: string, fromMs: number, toMs: number) => store.readTrack(device, fromMs, toMs),
  }
  const kept = new KeptFigures({
    store: counted,
    policies: policyMakers(() => ground),
    ground: () => ground,
    ...(slowMs === undefined ? {} : { slowMs }),
  })
  return {
    kept,
    write,
    refuse,
    delay,
    times: () => asked.length,
    figures: async (codes: string[], devices?: string[]) => {
      const wanted = { ...RANGE, ...(devices ? { devices: new Set(devices) } : {}) }
      const units = codes.map((code) => ground.grid(code)!)
      const known = await kept.figures('area', units, wanted)
      return codes.map((code) => known.get(code)!.coverage)
    },
    changeRegisters: () => {
      ground = madeDistrict()
    },
  }
}

test('of all grids once: whoever asks for some of them, or for all again, waits for the same count', async () => {
  const { figures, times } = await made()
  const [both, again, west] = await Promise.all([
    figures([WEST_GRID, EAST_GRID]),
    figures([EAST_GRID, WEST_GRID]),
    figures([WEST_GRID]),
  ])
  expect(both.every((coverage) => coverage > 0)).toBe(true)
  expect(again).toEqual(both.toReversed())
  expect(west).toEqual(both.slice(0, 1))
  expect(times()).toBe(1)
  await figures([EAST_GRID])
  expect(times()).toBe(1)
})

test('more grids, other devices, other registers: another count', async () => {
  const { figures, times, changeRegisters } = await made()
  const [west] = await figures([WEST_GRID])
  const [, east] = await figures([WEST_GRID, EAST_GRID])
  expect(times()).toBe(2)
  expect(await figures([WEST_GRID, EAST_GRID], ['east'])).toEqual([expect.any(Number), east])
  expect(await figures([WEST_GRID], ['nobody'])).toEqual([0])
  expect(times()).toBe(4)
  changeRegisters()
  expect(await figures([WEST_GRID])).toEqual([west])
  expect(times()).toBe(5)
})

test('a fix of the range that is stored makes the next question count it; one of another time does not', async () => {
  const { figures, kept, times, write } = await made()
  const [before] = await figures([WEST_GRID])
  const ride = (startS: number) =>
    rideThrough(
      [
        [0, 250],
        [390, 250],
      ],
      startS,
    )
  const later = ride(7200)
  await write('west', later)
  kept.noticed('west', later)
  await figures([WEST_GRID])
  expect(times()).toBe(1)
  const inside = ride(600)
  await write('west', inside)
  kept.noticed('west', inside)
  const [after] = await figures([WEST_GRID])
  expect(times()).toBe(2)
  expect(after).toBeGreaterThan(before! * 1.5)
})

test('a fix that is stored while it is counted: those who wait have the figure, the next a new one', async () => {
  const { figures, kept, times } = await made()
  const first = figures([WEST_GRID])
  kept.noticed('west', WEST_RIDE.slice(0, 1))
  const second = figures([WEST_GRID])
  await Promise.all([first, second])
  expect(times()).toBe(1)
  await figures([WEST_GRID])
  expect(times()).toBe(2)
})

test('what is slow to count is good for as long again, and then counted anew', async () => {
  const { figures, kept, times, delay } = await made({ slowMs: 300 })
  delay.ms = 400
  await figures([WEST_GRID])
  kept.noticed('west', WEST_RIDE.slice(0, 1))
  await figures([WEST_GRID])
  expect(times()).toBe(1)
  delay.ms = 0
  await expect
    .poll(async () => {
      await figures([WEST_GRID])
      return times()
    })
    .toBe(2)
})

test('a store that was away is asked again', async () => {
  const { figures, refuse, times } = await made()
  refuse.with = new StoreUnavailable('away')
  await expect(figures([WEST_GRID])).rejects.toThrow('away')
  refuse.with = undefined
  expect(await figures([WEST_GRID])).toEqual([expect.any(Number)])
  expect(times()).toBe(2)
})
