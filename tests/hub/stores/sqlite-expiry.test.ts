import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { SqliteTrackStore } from '../../../gateway/hub/stores/sqlite-track-store.ts'
import type { Expiry } from '../../../gateway/hub/stores/track-store.ts'
import type { Reading } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { COVER, ride, T0 } from '../gateway-messages.ts'

const HOUR_MS = 3_600_000
const END = Number.POSITIVE_INFINITY

function openStore() {
  const folder = testFolder()
  const store = new SqliteTrackStore(folder)
  onTestFinished(() => store.close())
  const inside = <Result>(use: (database: DatabaseSync) => Result): Result => {
    const database = new DatabaseSync(join(folder, 'tracks.db'), { readOnly: true })
    try {
      return use(database)
    } finally {
      database.close()
    }
  }
  const expireAll = async (before: Expiry): Promise<number> => {
    let steps = 1
    while (await store.expire(before)) steps++
    return steps
  }
  return { store, expireAll, inside }
}

/** A fix a minute. */
const slowRide = (hours: number, startMs = T0) =>
  ride(hours * 60, startMs).map((fix, i) => ({ ...fix, timeMs: startMs + i * 60_000 }))

const reading = (i: number, metric: string): Reading => ({
  component: COVER,
  metric,
  timeMs: T0 + i * 1000,
  value: i,
})

test('chunks that are wholly over go, of every device, in bounded steps; the rest stays', async () => {
  const { store, expireAll } = openStore()
  const devices = ['bike-1', 'bike-2', 'bike-3']
  await store.write({ fixes: devices.map((device) => ({ device, fixes: slowRide(48) })), readings: [] })
  // 288 chunks of ten minutes each; 18 hours are 108 of them.
  expect(await expireAll({ fixesMs: T0 + 18 * HOUR_MS + 9 * 60_000 })).toBe(2)
  for (const device of devices) {
    const track = await store.readTrack(device, 0, END)
    expect([track.timeMs[0], track.count]).toEqual([T0 + 18 * HOUR_MS, 30 * 60])
  }
  expect(await expireAll({ fixesMs: T0 + 18 * HOUR_MS })).toBe(1)
  await expireAll({ fixesMs: T0 + 100 * HOUR_MS })
  expect(await store.devicesBetween(0, END)).toEqual([])
  expect(await store.lastFix('bike-1')).toBeUndefined()
  // A replayed fix is stored as before.
  await store.write({ fixes: [{ device: 'bike-1', fixes: ride(1) }], readings: [] })
  expect((await store.lastFix('bike-1'))?.timeMs).toBe(T0)
})

test('readings go by their own time, also many of them', async () => {
  const { store, expireAll, inside } = openStore()
  const readings = ['tilt_deg', 'current_a'].flatMap((metric) =>
    Array.from({ length: 6000 }, (_, i) => reading(i, metric)),
  )
  await store.write({ fixes: [{ device: 'bike-1', fixes: ride(5) }], readings })
  expect(await expireAll({ readingsMs: T0 + 5500_000 })).toBe(3)
  const left = inside((database) =>
    database.prepare('SELECT count(*) AS n, min(time_ms) AS first FROM reading').get(),
  )
  expect(left).toEqual({ n: 1000, first: T0 + 5500_000 })
  expect((await store.readTrack('bike-1', 0, END)).count).toBe(5)
})

test('freed room is used again: the file does not grow', async () => {
  const { store, expireAll, inside } = openStore()
  const pages = () => inside((database) => database.prepare('PRAGMA page_count').get()!.page_count as number)
  const day = (n: number) => ({
    fixes: [{ device: 'bike-1', fixes: slowRide(24, T0 + n * 24 * HOUR_MS) }],
    readings: Array.from({ length: 5000 }, (_, i) => ({
      ...reading(i, 'tilt_deg'),
      timeMs: T0 + n * 24 * HOUR_MS + i,
    })),
  })
  await store.write(day(0))
  await store.write(day(1))
  const before = pages()
  for (let n = 2; n < 8; n++) {
    const oldMs = T0 + (n - 1) * 24 * HOUR_MS
    await expireAll({ fixesMs: oldMs, readingsMs: oldMs })
    await store.write(day(n))
  }
  expect(pages()).toBeLessThanOrEqual(before * 1.1)
  expect((await store.readTrack('bike-1', 0, END)).count).toBe(2 * 24 * 60)
})
