import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { checkedFixes } from '../../gateway/hub/stores/checked-records.ts'
import { fixLines } from '../../gateway/hub/stores/influx-lines.ts'
import { openTrackStore } from '../../gateway/hub/stores/open-track-store.ts'
import type { StoreRecords, TrackStore } from '../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../proto/domain.ts'
import { ServerMissing } from '../servers/server-missing.ts'
import { diskBytes, floatLines, readRaw, serveDay, startMeasuredInfluxd } from './device-day.ts'
import { type BenchRow, benchRow, median } from './row.ts'

const START_MS = 1_777_593_600_000
const FIXES_A_DAY = 28_800
const FIXES_A_BATCH = 30
const RUNS = 7
/** On disk a day beside others: files have heads. */
const DISK_DAYS = 10
const WRITING_DEVICES = 50
/** What the intake hands over at a time when it has a backlog. */
const BATCHES_A_WRITE = 250
const WRITES_A_RUN = 8
const REQUESTS_AT_A_TIME = 4
const LINES_A_REQUEST = 2_000

/**
 * The track stores beside InfluxDB 1.6 itself: one device-day read, and over HTTP to a page's arrays, against the
 * JSON and the MessagePack that InfluxDB gives for the same range; what a fix takes on disk, against fields of floats; and 30-fix batches written, against the same lines made beforehand and posted by plain HTTP. SQLite's
 * writes stand beside a plain table with a row a fix. Runs alternate.
 */
export async function benchStores(log: (line: string) => void): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gridpatrol-bench-'))
  const sqlite = await openTrackStore({ kind: 'sqlite' }, folder)
  try {
    const rows = await benchSqliteWrites(sqlite, folder, log)
    const server = await startMeasuredInfluxd().catch((error) => {
      if (!(error instanceof ServerMissing)) throw error
      log(`InfluxDB skipped: ${error.message}`)
    })
    if (!server) return rows
    const influx = await openTrackStore({ kind: 'influxdb', url: server.url, database: 'bench' }, '')
    try {
      rows.push(...(await benchReads(sqlite, influx, server.url, folder, log)))
      rows.push(...(await benchDisk(sqlite, server, folder, log)))
      rows.push(await benchInfluxWrites(influx, server.url, log))
    } finally {
      await influx.close()
      await server.stop()
    }
    return rows
  } finally {
    await sqlite.close()
    await rm(folder, { recursive: true })
  }
}

async function benchReads(
  sqlite: TrackStore,
  influx: TrackStore,
  url: string,
  folder: string,
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const day = { fixes: [{ device: 'day', fixes: ride(0, FIXES_A_DAY) }], readings: [] }
  await sqlite.write(day)
  await influx.write(day)
  const toMs = START_MS + FIXES_A_DAY * 1000
  const query = `SELECT * FROM fix WHERE device = 'day' AND time >= ${START_MS}ms AND time < ${toMs}ms`
  let jsonBytes = 0
  const pages = {
    sqlite: await serveDay(sqlite, 'day', START_MS, toMs),
    influxdb: await serveDay(influx, 'day', START_MS, toMs),
  }
  const contenders: Record<string, () => Promise<unknown>> = {
    sqlite: () => sqlite.readTrack('day', START_MS, toMs),
    influxdb: () => influx.readTrack('day', START_MS, toMs),
    'sqlite to the page': () => pages.sqlite.read(),
    'influxdb to the page': () => pages.influxdb.read(),
    msgpack: () => readRaw(url, query, 'msgpack'),
    json: async () => {
      jsonBytes = (await readRaw(url, query, 'json')).bytes
    },
  }
  const ms = await alternating(contenders, RUNS * 3)
  for (const [name, values] of Object.entries(ms)) log(`a day from ${name}: ${rounded(values)} ms`)
  await Promise.all(Object.values(pages).map((page) => page.close()))
  const peer = 'InfluxDB’s JSON, parsed'
  const peerValue = median(ms.json!)
  const reads = [['SQLite', ms.sqlite!] as const, ['InfluxDB', ms.influxdb!] as const].map(
    ([store, values]) => {
      const value = median(values)
      return {
        name: `${store} store: read a device-day`,
        value,
        unit: 'ms',
        peer,
        peerValue,
        ratio: value / peerValue,
      }
    },
  )
  const bytes = keptBytes(folder, 'day')
  const size = {
    name: 'SQLite store: bytes of a device-day',
    value: bytes,
    unit: 'B',
    peer: 'InfluxDB’s JSON',
  }
  const toPage = (store: string) => median(ms[`${store} to the page`]!)
  const name = 'a device-day to the page'
  return [
    ...reads,
    benchRow(`SQLite store: ${name}`, 'ms', toPage('sqlite'), peer, peerValue),
    benchRow(`InfluxDB store: ${name}`, 'ms', toPage('influxdb'), peer, peerValue),
    benchRow(
      `InfluxDB store: ${name}`,
      'ms',
      toPage('influxdb'),
      'InfluxDB’s MessagePack, parsed',
      median(ms.msgpack!),
    ),
    { ...size, peerValue: jsonBytes, ratio: bytes / jsonBytes },
    benchRow(`${name}: bytes sent`, 'B', pages.sqlite.bytes(), 'InfluxDB’s JSON', jsonBytes),
  ]
}

/** Days of several devices on disk, a fix. */
async function benchDisk(
  sqlite: TrackStore,
  { url, data }: { url: string; data: string },
  folder: string,
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const integers = await openTrackStore({ kind: 'influxdb', url, database: 'integers' }, '')
  await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE floats' }) })
  let kept = 0
  for (let day = 0; day < DISK_DAYS; day++) {
    const device = `disk-${day}`
    const fixes = ride(day, FIXES_A_DAY)
    await sqlite.write({ fixes: [{ device, fixes }], readings: [] })
    await integers.write({ fixes: [{ device, fixes }], readings: [] })
    const bodies = Array.from({ length: Math.ceil(FIXES_A_DAY / 5000) }, (_, i) =>
      floatLines(device, fixes.slice(i * 5000, (i + 1) * 5000)),
    )
    await postAll(`${url}/write?db=floats&precision=ms`, bodies)
    kept += keptBytes(folder, device)
  }
  await integers.close()
  const aFix = (bytes: number) => bytes / (DISK_DAYS * FIXES_A_DAY)
  const floats = aFix(await diskBytes(data, 'floats'))
  const ints = aFix(await diskBytes(data, 'integers'))
  log(`bytes a fix on disk: SQLite ${aFix(kept)}, InfluxDB ${ints}, with floats ${floats}`)
  const peer = 'InfluxDB, a float a quantity'
  return [
    benchRow('SQLite store: a fix on disk', 'B', aFix(kept), peer, floats),
    benchRow('InfluxDB store: a fix on disk', 'B', ints, peer, floats),
  ]
}

function keptBytes(folder: string, device: string): number {
  const database = new DatabaseSync(join(folder, 'tracks.db'), { readOnly: true })
  const row = database
    .prepare(`SELECT sum(length(columns)) AS bytes FROM fix_chunk
      JOIN device ON fix_chunk.id >> 24 = device.id WHERE name = ?`)
    .get(device)
  database.close()
  return row!.bytes as number
}

async function benchInfluxWrites(
  store: TrackStore,
  url: string,
  log: (line: string) => void,
): Promise<BenchRow> {
  let round = 0
  let writes: StoreRecords[] = []
  let bodies: string[] = []
  const contenders = {
    ours: async () => {
      for (const records of writes) await store.write(records)
    },
    raw: () => postAll(`${url}/write?db=bench&precision=ms`, bodies),
  }
  // New series each time, the same points for both, made before the clock starts.
  const prepare = () => {
    round++
    writes = backlog(`ours${round}`)
    bodies = bodiesOf(backlog(`raw${round}`))
  }
  const ms = await alternating(contenders, RUNS, prepare)
  const fixes = WRITES_A_RUN * BATCHES_A_WRITE * FIXES_A_BATCH
  const rate = (values: number[]) => fixes / (median(values) / 1000)
  for (const [name, values] of Object.entries(ms))
    log(`${fixes} fixes to InfluxDB, ${name}: ${rounded(values)} ms`)
  const value = rate(ms.ours!)
  const peerValue = rate(ms.raw!)
  const peer = 'raw ingest, same lines'
  return { name: 'InfluxDB store: write', value, unit: 'fixes/s', peer, peerValue, ratio: value / peerValue }
}

async function benchSqliteWrites(
  store: TrackStore,
  folder: string,
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const plain = new DatabaseSync(join(folder, 'plain.db'))
  plain.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE fix (device TEXT, time_ms INTEGER, lat REAL, lon REAL, alt_m REAL, speed_mps REAL, course_deg REAL,
      hdop REAL, satellites INTEGER, quality TEXT, accuracy_m REAL, PRIMARY KEY (device, time_ms)) WITHOUT ROWID`)
  const insert = plain.prepare('INSERT OR REPLACE INTO fix VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  let round = 0
  let writes: StoreRecords[] = []
  const contenders = {
    ours: async () => {
      for (const records of writes) await store.write(records)
    },
    plain: async () => {
      for (const records of writes) {
        plain.exec('BEGIN')
        for (const { device, fixes } of records.fixes)
          for (const f of fixes)
            insert.run(
              device,
              f.timeMs,
              f.lat,
              f.lon,
              f.altM!,
              f.speedMps!,
              f.courseDeg!,
              f.hdop!,
              f.satellites!,
              f.quality!,
              f.accuracyM!,
            )
        plain.exec('COMMIT')
      }
    },
  }
  const ms = await alternating(contenders, RUNS, () => {
    writes = backlog(`d${++round}`)
  })
  plain.close()
  const fixes = WRITES_A_RUN * BATCHES_A_WRITE * FIXES_A_BATCH
  for (const [name, values] of Object.entries(ms))
    log(`${fixes} fixes to SQLite, ${name}: ${rounded(values)} ms`)
  const value = fixes / (median(ms.ours!) / 1000)
  const peerValue = fixes / (median(ms.plain!) / 1000)
  const peer = 'SQLite, a row a fix'
  return [{ name: 'SQLite store: write', value, unit: 'fixes/s', peer, peerValue, ratio: value / peerValue }]
}

/** Milliseconds of each run; the first, for the compiler, is left out. */
async function alternating(
  contenders: Record<string, () => Promise<unknown>>,
  runs: number,
  prepare: () => void = () => {},
): Promise<Record<string, number[]>> {
  const ms: Record<string, number[]> = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let run = 0; run <= runs; run++) {
    prepare()
    for (const [name, work] of Object.entries(contenders)) {
      const startMs = performance.now()
      await work()
      if (run > 0) ms[name]!.push(performance.now() - startMs)
    }
  }
  return ms
}

/** Writes of 250 batches of 30 fixes each, five of each of 50 devices. */
function backlog(prefix: string): StoreRecords[] {
  const batchesADevice = (WRITES_A_RUN * BATCHES_A_WRITE) / WRITING_DEVICES
  const rides = Array.from({ length: WRITING_DEVICES }, (_, d) => ride(d, batchesADevice * FIXES_A_BATCH))
  const perWrite = BATCHES_A_WRITE / WRITING_DEVICES
  return Array.from({ length: WRITES_A_RUN }, (_, write) => ({
    fixes: Array.from({ length: BATCHES_A_WRITE }, (_, i) => {
      const device = i % WRITING_DEVICES
      const start = (write * perWrite + Math.floor(i / WRITING_DEVICES)) * FIXES_A_BATCH
      return { device: `${prefix}-${device}`, fixes: rides[device]!.slice(start, start + FIXES_A_BATCH) }
    }),
    readings: [],
  }))
}

function bodiesOf(writes: StoreRecords[]): string[] {
  const lines = writes.flatMap((records) =>
    [...checkedFixes(records)].flatMap(([device, columns]) =>
      fixLines(device, columns, 0, columns.count).split('\n'),
    ),
  )
  return Array.from({ length: Math.ceil(lines.length / LINES_A_REQUEST) }, (_, i) =>
    lines.slice(i * LINES_A_REQUEST, (i + 1) * LINES_A_REQUEST).join('\n'),
  )
}

async function postAll(url: string, bodies: string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const queue = bodies.values()
  const sender = async () => {
    for (const body of queue) await post(url, body, agent)
  }
  await Promise.all(Array.from({ length: REQUESTS_AT_A_TIME }, sender))
  agent.destroy()
}

const post = (url: string, body: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 204) resolve()
        else reject(new Error(`InfluxDB answered ${answer.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })

/** 1 Hz, winding, with the scatter of a receiver; the same for the same seed. */
function ride(seed: number, count: number): Fix[] {
  let state = seed + 1
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let [lat, lon, heading] = [31.2, 121.4, seed]
  return Array.from({ length: count }, (_, i): Fix => {
    heading += (random() - 0.5) * 0.2
    const speedMps = 4 + Math.sin(i / 50)
    lat += (Math.cos(heading) * speedMps) / 111_000
    lon += (Math.sin(heading) * speedMps) / 95_000
    return {
      timeMs: START_MS + i * 1000,
      lat: lat + (random() - 0.5) * 1e-6,
      lon: lon + (random() - 0.5) * 1e-6,
      altM: 12 + Math.sin(i / 300) + random() / 10,
      speedMps: speedMps + random() / 10,
      courseDeg: ((((heading * 180) / Math.PI) % 360) + 360) % 360,
      hdop: i % 97 === 0 ? 0.91 : 0.9,
      satellites: i % 53 === 0 ? 13 : 12,
      quality: 'gps',
      accuracyM: 2.5,
    }
  })
}

const rounded = (values: number[]): string => values.map((value) => value.toPrecision(3)).join(' ')
