import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Fix } from '../../proto/domain.ts'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { freePort } from '../servers/server-process.ts'
import { type BenchRow, median } from './row.ts'
import { publishWindowed } from './windowed.ts'

const RUNS = 5
export const GATEWAYS = 20
const BATCHES = 500
export const FIXES_A_BATCH = 30
const WINDOW = 100
const TOTAL = GATEWAYS * BATCHES * FIXES_A_BATCH
const T0 = Date.UTC(2026, 4, 1)

/**
 * Fixes from MQTT into InfluxDB with nothing lost: publishers with a window of unreceipted records, a hub in a process
 * of its own, until InfluxDB counts every point. Beside it the same points put straight into the same InfluxDB.
 */
export async function benchChain(log: (line: string) => void): Promise<BenchRow[]> {
  const influxd = await startInfluxd()
  const chain: number[] = []
  const raw: number[] = []
  try {
    for (let run = 0; run < RUNS; run++) {
      raw.push(await rawIngest(influxd.url, `raw${run}`))
      chain.push(await throughHub(influxd.url, `chain${run}`, run))
      log(
        `run ${run + 1} of ${RUNS}: chain ${Math.round(chain.at(-1)!)}, raw ${Math.round(raw.at(-1)!)} fixes/s`,
      )
    }
  } finally {
    await influxd.stop()
  }
  return [
    {
      name: `MQTT → hub → InfluxDB, lossless, ${FIXES_A_BATCH}-fix batches`,
      value: median(chain),
      unit: 'fixes/s',
      peer: 'the same points straight into InfluxDB',
      peerValue: median(raw),
      ratio: median(chain) / median(raw),
    },
  ]
}

export function fix(gateway: number, i: number): Fix {
  return {
    timeMs: T0 + i * 1000,
    lat: 31.2 + gateway / 1000 + (i % 5000) * 0.00003,
    lon: 121.4 + (i % 7000) * 0.00002,
    altM: 4 + (i % 30) / 10,
    speedMps: 3 + (i % 40) / 20,
    courseDeg: (i * 7) % 360,
    hdop: 0.8 + (i % 3) / 10,
    satellites: 9 + (i % 8),
    quality: 'gps',
  }
}

/** Fixes a second of a hub of its own, until InfluxDB has them all. */
export async function throughHub(influxUrl: string, database: string, run: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-chain-bench-'))
  const brokerPort = await freePort()
  const config = join(folder, 'hub.yaml')
  writeFileSync(
    config,
    stringify({
      hub: {
        data: join(folder, 'hub'),
        http: { port: await freePort() },
        broker: { embedded: { port: brokerPort } },
        store: { kind: 'influxdb', url: influxUrl, database },
      },
    }),
  )
  const hub = startGridpatrol('hub', '--config', config)
  try {
    await hub.says(/is running/)
    const prepared = Array.from({ length: GATEWAYS }, (_, gateway) => payloads(gateway, run))
    const beganMs = performance.now()
    await Promise.all(
      prepared.map((batches, gateway) => publishWindowed(brokerPort, deviceName(gateway), batches, WINDOW)),
    )
    await untilCounted(influxUrl, database, TOTAL)
    const seconds = (performance.now() - beganMs) / 1000
    return TOTAL / seconds
  } finally {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const deviceName = (gateway: number): string => `ebike-${String(gateway).padStart(2, '0')}`
const boot = (run: number): string => (run + 1).toString(16).padStart(12, '0')

function payloads(gateway: number, run: number): Buffer[] {
  return Array.from({ length: BATCHES }, (_, batch) => {
    const fixes = Array.from({ length: FIXES_A_BATCH }, (_, i) => fix(gateway, batch * FIXES_A_BATCH + i))
    const body = encodeBody({ lane: 'fix', batch: { fixes } })
    return Buffer.from(
      encodeEnvelope({
        gateway: deviceName(gateway),
        boot: boot(run),
        sequence: batch + 1,
        lane: 'fix',
        body,
      }),
    )
  })
}

/** 5,000 points a request over two kept connections: what InfluxDB takes best here. */
async function rawIngest(url: string, database: string): Promise<number> {
  await createDatabase(url, database)
  const bodies: string[] = []
  let lines: string[] = []
  for (let gateway = 0; gateway < GATEWAYS; gateway++)
    for (let i = 0; i < BATCHES * FIXES_A_BATCH; i++) {
      const { lat, lon, altM, speedMps, courseDeg, hdop, satellites, timeMs } = fix(gateway, i)
      const scaled = (value: number, by: number): string => `${Math.round(value * by)}i`
      lines.push(
        `fix,device=${deviceName(gateway)} lat_e7=${scaled(lat, 1e7)},lon_e7=${scaled(lon, 1e7)},alt_cm=${scaled(altM!, 100)},speed_cmps=${scaled(speedMps!, 100)},course_cdeg=${scaled(courseDeg!, 100)},hdop_c=${scaled(hdop!, 100)},sats=${satellites}i,quality=1i ${timeMs}`,
      )
      if (lines.length === 5000) {
        bodies.push(lines.join('\n'))
        lines = []
      }
    }
  if (lines.length > 0) bodies.push(lines.join('\n'))
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const beganMs = performance.now()
  const worker = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop())
      await post(`${url}/write?db=${database}&precision=ms`, body, agent)
  }
  await Promise.all([worker(), worker()])
  await untilCounted(url, database, TOTAL)
  const seconds = (performance.now() - beganMs) / 1000
  agent.destroy()
  return TOTAL / seconds
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        answer.statusCode === 204 ? resolve() : reject(new Error(`InfluxDB answered ${answer.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export async function createDatabase(url: string, database: string): Promise<void> {
  const q = `CREATE DATABASE ${database}`
  await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q }) })
}

/** Each fix has a latitude, under one name or the other. */
export async function untilCounted(url: string, database: string, total: number): Promise<void> {
  while ((await count(url, database)) < total) await sleep(25)
}

async function count(url: string, database: string): Promise<number> {
  const select = 'SELECT count(lat_e7), count(lat) FROM fix'
  const answer = await fetch(`${url}/query?db=${database}&q=${encodeURIComponent(select)}`)
  const { results } = (await answer.json()) as { results: { series?: { values: [string, number][] }[] }[] }
  const [, ...counts] = results[0]?.series?.[0]?.values[0] ?? ['']
  return Math.max(0, ...counts.map(Number))
}
