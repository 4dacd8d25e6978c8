import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { StoreUnavailable } from '../../../gateway/hub/stores/track-store.ts'
import { trackStoreSuite } from './track-store.suite.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'gridpatrol-tracks-'))

trackStoreSuite('SQLite', async () => {
  const folder = await newFolder()
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  return {
    store,
    async readings(component, metric) {
      const database = new DatabaseSync(join(folder, 'tracks.db'), { readOnly: true })
      const rows = database
        .prepare(
          `SELECT time_ms, value FROM reading JOIN series ON series.id = series
           WHERE component = ? AND metric = ? ORDER BY time_ms`,
        )
        .all(component, metric)
      database.close()
      return rows.map((row) => [row.time_ms as number, row.value as number])
    },
    async remove() {
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
})

describe('SQLite track store', () => {
  let folder: string
  beforeEach(async () => {
    folder = await newFolder()
  })
  afterEach(() => rm(folder, { recursive: true }))

  const fix = { timeMs: Date.UTC(2026, 4, 2), lat: 31.2, lon: 121.4 }
  const records = { fixes: [{ device: 'bike-1', fixes: [fix] }], readings: [] }

  test('has everything after it was closed and opened again', async () => {
    const first = await openTrackStore({ kind: 'sqlite' }, folder)
    await first.write(records)
    await first.close()
    const second = await openTrackStore({ kind: 'sqlite' }, folder)
    expect(await second.lastFix('bike-1')).toEqual(fix)
    await second.write({ ...records, fixes: [{ device: 'bike-2', fixes: [fix] }] })
    expect(await second.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['bike-1', 'bike-2'])
    await second.close()
  })

  test('a file that is locked is unavailable, and takes the same write later', async () => {
    const store = await openTrackStore({ kind: 'sqlite' }, folder)
    await store.write(records)
    const other = new DatabaseSync(join(folder, 'tracks.db'))
    other.exec('BEGIN IMMEDIATE')
    const more = { fixes: [{ device: 'bike-2', fixes: [fix] }], readings: [] }
    const outcome = store.write(more)
    await expect(outcome).rejects.toThrow(StoreUnavailable)
    await expect(outcome).rejects.toThrow(/tracks\.db: cannot write: database is locked/)
    expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['bike-1'])
    other.exec('ROLLBACK')
    other.close()
    await store.write(more)
    expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['bike-1', 'bike-2'])
    await store.close()
  })

  test('a failure half-way undoes the whole write, and the operator is told', async () => {
    const store = await openTrackStore({ kind: 'sqlite' }, folder)
    await store.write(records)
    const other = new DatabaseSync(join(folder, 'tracks.db'))
    other.exec(`CREATE TRIGGER fail BEFORE INSERT ON reading BEGIN SELECT RAISE(ABORT, 'no room'); END`)
    const readings = [{ component: '3205080101000001', metric: 'tilt_deg', timeMs: fix.timeMs, value: 1 }]
    const both = { fixes: [{ device: 'bike-2', fixes: [fix] }], readings }
    await expect(store.write(both)).rejects.toThrow(/no room; check the disk/)
    expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['bike-1'])
    other.exec('DROP TRIGGER fail')
    other.close()
    await store.write(both)
    expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['bike-1', 'bike-2'])
    await store.close()
  })

  test.each([
    'UPDATE fix_chunk SET columns = substr(columns, 1, 5)',
    `UPDATE fix_chunk SET columns = x'0900'`,
  ])('says that the file is damaged after %s', async (sql) => {
    const store = await openTrackStore({ kind: 'sqlite' }, folder)
    await store.write(records)
    const vandal = new DatabaseSync(join(folder, 'tracks.db'))
    vandal.exec(sql)
    vandal.close()
    const outcome = store.readTrack('bike-1', 0, Number.POSITIVE_INFINITY)
    await expect(outcome).rejects.toThrow(StoreUnavailable)
    await expect(outcome).rejects.toThrow(/the file is damaged/)
    await store.close()
  })

  test('is unavailable once closed', async () => {
    const store = await openTrackStore({ kind: 'sqlite' }, folder)
    await store.close()
    await store.close()
    await expect(store.check()).rejects.toThrow(StoreUnavailable)
  })
})
