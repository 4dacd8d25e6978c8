import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { InfluxTrackStore } from '../../../gateway/hub/stores/influx-track-store.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { StoreRefused, StoreUnavailable } from '../../../gateway/hub/stores/track-store.ts'
import { findInfluxd, startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/server-missing.ts'
import type { Server } from '../../servers/server-process.ts'
import { trackStoreSuite } from './track-store.suite.ts'

const MIDNIGHT_MS = Date.UTC(2026, 4, 2)
const fixes = Array.from({ length: 30 }, (_, i) => ({
  timeMs: MIDNIGHT_MS + i * 1000,
  lat: 31.2345678,
  lon: 121.4567891,
  speedMps: i / 10,
}))
const batch = { fixes: [{ device: 'bike-1', fixes }], readings: [] }
const ALL = [0, Number.POSITIVE_INFINITY] as const

describe.runIf(await requireServer('influxd', findInfluxd))('with InfluxDB 1.6', () => {
  let server: Server
  let databases = 0
  beforeAll(async () => {
    server = await startInfluxd()
  })
  afterAll(() => server.stop())

  const newDatabase = () => `patrol ${++databases}'`
  const open = (database: string) => openTrackStore({ kind: 'influxdb', url: `${server.url}/`, database }, '')

  async function ask(database: string, q: string, path = '/query'): Promise<string> {
    const form = new URLSearchParams({ q, db: database, epoch: 'ms' })
    return (await fetch(server.url + path, { method: 'POST', body: form })).text()
  }

  trackStoreSuite('InfluxDB', async () => {
    const database = newDatabase()
    const store = await open(database)
    return {
      store,
      async readings(component, metric) {
        const where = `component = '${component}' AND metric = '${metric}'`
        const answer = JSON.parse(await ask(database, `SELECT value FROM reading WHERE ${where}`))
        return answer.results[0].series[0].values
      },
      remove: () => store.close(),
    }
  })

  test('keeps scaled integers under the names that docs/influxdb.md lists', async () => {
    const database = newDatabase()
    const store = await open(database)
    const full = { altM: 1, courseDeg: 2, hdop: 3, satellites: 4, quality: 'gps', accuracyM: 5 } as const
    await store.write({ fixes: [{ device: 'bike-1', fixes: [{ ...fixes[1]!, ...full }] }], readings: [] })
    const answer = JSON.parse(await ask(database, 'SELECT * FROM fix; SHOW FIELD KEYS'))
    expect(answer.results[0].series[0]).toEqual({
      name: 'fix',
      columns: [
        'time',
        'accuracy_cm',
        'alt_cm',
        'course_cdeg',
        'device',
        'hdop_c',
        'lat_e7',
        'lon_e7',
        'quality',
        'sats',
        'speed_cmps',
      ],
      values: [[MIDNIGHT_MS + 1000, 500, 100, 200, 'bike-1', 300, 312345678, 1214567891, 1, 4, 10]],
    })
    const types = answer.results[1].series[0].values.map((row: string[]) => row[1])
    expect(new Set(types)).toEqual(new Set(['integer']))
    await store.close()
  })

  test('reads a track of many chunks whole', async () => {
    const store = await open(newDatabase())
    const many = Array.from({ length: 25_000 }, (_, i) => ({ ...fixes[0]!, timeMs: MIDNIGHT_MS + i * 1000 }))
    await store.write({ fixes: [{ device: 'bike-1', fixes: many }], readings: [] })
    const track = await store.readTrack('bike-1', ...ALL)
    expect(track.count).toBe(25_000)
    expect([...track.timeMs]).toEqual(many.map((fix) => fix.timeMs))
    await store.close()
  })

  test('refuses points that InfluxDB will not take, with its words', async () => {
    const database = newDatabase()
    const store = await open(database)
    await store.check()
    const path = `/write?db=${encodeURIComponent(database)}`
    await fetch(server.url + path, {
      method: 'POST',
      body: `fix,device=bike-0 lat_e7=1.5 ${MIDNIGHT_MS}000000`,
    })
    const outcome = store.write(batch)
    await expect(outcome).rejects.toThrow(StoreRefused)
    await expect(outcome).rejects.toThrow(
      /127\.0\.0\.1:\d+ refused a write \(400\): partial write: field type conflict/,
    )
    await store.close()
  })

  test('makes its database again when somebody dropped it', async () => {
    const store = await open('dropped')
    await store.write(batch)
    await ask('', 'DROP DATABASE dropped')
    await expect(store.readTrack('bike-1', ...ALL)).rejects.toThrow(/database not found: dropped/)
    await store.check()
    await ask('', 'DROP DATABASE dropped')
    await store.write(batch)
    expect((await store.readTrack('bike-1', ...ALL)).count).toBe(30)
    await store.close()
  })

  test('keepFor sets how long the database keeps, also when it has to be made again', async () => {
    const store = new InfluxTrackStore({ kind: 'influxdb', url: server.url, database: 'kept' })
    const duration = async () => {
      const answer = JSON.parse(await ask('kept', 'SHOW RETENTION POLICIES ON kept'))
      const [name, lasts, shard] = answer.results[0].series[0].values[0]
      return { name, lasts, shard }
    }
    await store.keepFor(90)
    expect(await duration()).toEqual({ name: 'autogen', lasts: '2160h0m0s', shard: '168h0m0s' })
    await store.keepFor(3)
    expect(await duration()).toEqual({ name: 'autogen', lasts: '72h0m0s', shard: '24h0m0s' })
    await ask('', 'DROP DATABASE kept')
    const now = { ...fixes[0]!, timeMs: Date.now() }
    await store.write({ fixes: [{ device: 'bike-1', fixes: [now] }], readings: [] })
    expect(await duration()).toMatchObject({ lasts: '72h0m0s' })
    await expect(store.write(batch)).rejects.toThrow(/points beyond retention policy/)
    await ask(
      'kept',
      'ALTER RETENTION POLICY autogen ON kept DEFAULT; CREATE RETENTION POLICY own ON kept DURATION 9d REPLICATION 1 DEFAULT; DROP RETENTION POLICY autogen ON kept',
    )
    await expect(store.keepFor(5)).rejects.toThrow(/retention policy not found: autogen/)
    await store.close()
  })

  test('opens while InfluxDB is down; every call says so and works once it is up', async () => {
    const own = await startInfluxd()
    onTestFinished(() => own.stop())
    await own.kill()
    const store = await openTrackStore({ kind: 'influxdb', url: own.url, database: 'd' }, '')
    const calls = [
      () => store.write(batch),
      () => store.readTrack('bike-1', ...ALL),
      () => store.devicesBetween(...ALL),
      () => store.lastFix('bike-1'),
      () => store.check(),
    ]
    for (const call of calls) {
      const outcome = call()
      await expect(outcome).rejects.toThrow(StoreUnavailable)
      await expect(outcome).rejects.toThrow(
        /InfluxDB at http:\/\/127.0.0.1:\d+ cannot be reached .*ECONNREFUSED/,
      )
    }
    await own.restart()
    for (const call of calls) await call()
    await store.close()
  })

  test('killed between writes: the same batches again are kept once, none is lost', async () => {
    const own = await startInfluxd()
    onTestFinished(() => own.stop())
    const store = await openTrackStore({ kind: 'influxdb', url: own.url, database: 'd' }, '')
    const batches = Array.from({ length: 40 }, (_, b) => ({
      fixes: [{ device: 'bike-1', fixes: fixes.map((fix) => ({ ...fix, timeMs: fix.timeMs + b * 30_000 })) }],
      readings: [],
    }))
    let failures = 0
    for (const [index, records] of batches.entries()) {
      // The kill overtakes the write, so that this one may be kept and yet fail.
      const killed = index % 10 === 5 ? own.kill() : undefined
      for (;;) {
        try {
          await store.write(records)
          break
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailable)
          failures++
          await killed
          await own.restart()
        }
      }
      await killed
    }
    if (failures === 0) await own.restart()
    await store.check().catch(() => own.restart())
    const track = await store.readTrack('bike-1', ...ALL)
    expect(track.count).toBe(1200)
    expect([...track.timeMs]).toEqual(Array.from({ length: 1200 }, (_, i) => MIDNIGHT_MS + i * 1000))
    await store.close()
  })

  test('authentication: wrong login is told apart, the right one works, also of a user who may not make databases', async () => {
    const own = await startInfluxd({ auth: { username: 'hub', password: 'it is secret' } })
    onTestFinished(() => own.stop())
    const openAs = (username?: string, password?: string) =>
      openTrackStore({ kind: 'influxdb', url: own.url, database: 'd', username, password }, '')
    const stranger = await openAs()
    await expect(stranger.write(batch)).rejects.toThrow(/401.*check token, or username and password/)
    const wrong = await openAs('hub', 'guess')
    await expect(wrong.check()).rejects.toThrow(StoreUnavailable)
    const right = await openAs('hub', 'it is secret')
    await right.write(batch)
    const made = await fetch(`${own.url}/query`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('hub:it is secret')}` },
      body: new URLSearchParams({ q: `CREATE USER writer WITH PASSWORD 'w'; GRANT ALL ON d TO writer` }),
    })
    expect(made.status).toBe(200)
    const writer = await openAs('writer', 'w')
    await writer.write(batch)
    expect((await writer.readTrack('bike-1', ...ALL)).count).toBe(30)
    for (const store of [stranger, wrong, right, writer]) await store.close()
  })
})
