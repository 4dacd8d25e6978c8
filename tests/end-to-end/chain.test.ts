import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { openPty } from '../../device-sim/hardware/pty.ts'
import { replayLog } from '../../device-sim/replay-log.ts'
import { openDatabase } from '../../gateway/foundation/database.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import { LANES } from '../../proto/domain.ts'
import { TrackJson } from '../../proto/http.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { freePort } from '../servers/server-process.ts'
import { type GridpatrolProcess, startGridpatrol } from './gridpatrol-process.ts'
import { fixesOf, realData } from './recorded-log.ts'

/**
 * The main job with nothing replaced: a recorded log on a pty, a gateway process, a broker, a hub process, a store,
 * and the track read back over HTTP.
 */
const log = realData('nmea/signalk/gps.log')

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}, 60_000)

interface SetUp {
  broker: 'embedded' | 'mosquitto'
  store: 'sqlite' | 'influxdb'
}

async function setUp({ broker, store }: SetUp) {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-chain-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const httpPort = await freePort()
  let brokerUrl = `mqtt://127.0.0.1:${await freePort()}`
  let brokerConfig: object = { embedded: { port: Number(new URL(brokerUrl).port) } }
  if (broker === 'mosquitto') {
    const server = await startMosquitto()
    cleanups.push(() => server.stop())
    brokerUrl = server.url
    brokerConfig = { url: server.url }
  }
  let storeConfig: object = { kind: 'sqlite' }
  if (store === 'influxdb') {
    const server = await startInfluxd()
    cleanups.push(() => server.stop())
    storeConfig = { kind: 'influxdb', url: server.url, database: 'gridpatrol' }
  }
  const hubFile = join(folder, 'hub.yaml')
  writeFileSync(
    hubFile,
    stringify({
      hub: { data: join(folder, 'hub'), http: { port: httpPort }, broker: brokerConfig, store: storeConfig },
    }),
  )
  const pty = openPty()
  cleanups.push(() => pty.close())
  const edgeFile = join(folder, 'edge.yaml')
  writeFileSync(
    edgeFile,
    stringify({
      gateway: 'ebike-01',
      data: join(folder, 'edge'),
      broker: { url: brokerUrl },
      ports: [{ name: 'gps', path: pty.path, driver: 'nmea' }],
      batch: { maxDelayMs: 500 },
    }),
  )
  const started: GridpatrolProcess[] = []
  cleanups.push(() => Promise.all(started.map((process) => process.kill())))
  const start = async (...args: string[]) => {
    const process = startGridpatrol(...args)
    started.push(process)
    await process.says(/is running/)
    return process
  }
  return {
    pty,
    outboxFile: join(folder, 'edge', 'outbox.db'),
    startHub: () => start('hub', '--config', hubFile),
    /** A gateway whose port is open: what is written on the pty from now on is heard. */
    async startEdge() {
      const edge = await start('edge', '--config', edgeFile)
      const hello = setInterval(() => pty.write(Buffer.from('$GPRMC,,V,,,,,,,,,,N*53\r\n')), 100)
      await edge.says(/port is open/).finally(() => clearInterval(hello))
      return edge
    },
    /** Every fix that the hub gives back for the time of the recording. */
    async track() {
      const expected = fixesOf(log!)
      const from = Math.min(...expected.map(({ timeMs }) => timeMs))
      const to = Math.max(...expected.map(({ timeMs }) => timeMs)) + 1
      const answer = await fetch(
        `http://127.0.0.1:${httpPort}/api/v1/devices/ebike-01/track?from=${from}&to=${to}&format=json`,
      )
      if (answer.status === 404) return []
      expect(answer.status).toBe(200)
      return TrackJson.parse(await answer.json()).fixes.map(({ time, lat, lon }) => ({
        timeMs: Date.parse(time),
        lat,
        lon,
      }))
    },
  }
}

/** Fixes as the wire keeps them, by time; a time that the receiver said twice counts once. */
function distinct(fixes: { timeMs: number; lat: number; lon: number }[]): Map<number, string> {
  return new Map(
    fixes
      .toSorted((a, b) => a.timeMs - b.timeMs)
      .map(({ timeMs, lat, lon }) => [timeMs, `${lat.toFixed(7)} ${lon.toFixed(7)}`]),
  )
}

/** What waits in an outbox whose process is gone. */
function outboxFixes(file: string): { timeMs: number; lat: number; lon: number }[] {
  const database = openDatabase(file)
  try {
    return database
      .prepare('SELECT body FROM outbox WHERE lane = ?')
      .all(LANES.indexOf('fix'))
      .flatMap(({ body }) => {
        const decoded = decodeBody('fix', body as Uint8Array)
        return decoded.lane === 'fix' ? decoded.batch.fixes : []
      })
  } finally {
    database.close()
  }
}

describe.runIf(log)('a recorded log on a pty', { timeout: 180_000 }, () => {
  test.each<SetUp>([
    { broker: 'mosquitto', store: 'influxdb' },
    { broker: 'embedded', store: 'sqlite' },
  ])('arrives whole through $broker and $store', async (servers) => {
    const chain = await setUp(servers)
    await chain.startHub()
    const edge = await chain.startEdge()
    await replayLog(log!, chain.pty, { speed: 100 })
    const expected = distinct(fixesOf(log!))
    expect(expected.size).toBeGreaterThan(1000)
    await vi.waitFor(async () => expect((await chain.track()).length).toBe(expected.size), {
      timeout: 60_000,
      interval: 300,
    })
    expect(distinct(await chain.track())).toEqual(expected)
    expect(await edge.stop()).toBe(0)
  })

  test('the hub killed again and again loses and doubles nothing', async () => {
    const chain = await setUp({ broker: 'embedded', store: 'influxdb' })
    let hub = await chain.startHub()
    await chain.startEdge()
    const replay = replayLog(log!, chain.pty, { speed: 60 })
    for (let kill = 0; kill < 3; kill++) {
      await sleep(3000)
      await hub.kill()
      hub = await chain.startHub()
    }
    await replay
    const expected = distinct(fixesOf(log!))
    await vi.waitFor(async () => expect((await chain.track()).length).toBe(expected.size), {
      timeout: 90_000,
      interval: 500,
    })
    expect(distinct(await chain.track())).toEqual(expected)
  })

  test('the gateway killed in the middle loses nothing that was in its outbox or at the hub', async () => {
    const chain = await setUp({ broker: 'embedded', store: 'sqlite' })
    let hub = await chain.startHub()
    const edge = await chain.startEdge()
    const replay = replayLog(log!, chain.pty, { speed: 60 })
    await vi.waitFor(async () => expect((await chain.track()).length).toBeGreaterThan(100), {
      timeout: 60_000,
      interval: 200,
    })
    const arrived = await chain.track()
    // With the hub gone the outbox fills, so that there is something to lose.
    await hub.kill()
    await sleep(4000)
    await edge.kill()
    const waiting = outboxFixes(chain.outboxFile)
    expect(waiting.length).toBeGreaterThan(50)
    hub = await chain.startHub()
    await chain.startEdge()
    await replay
    const all = distinct(fixesOf(log!))
    const last = [...all.keys()].at(-1)!
    await vi.waitFor(async () => expect((await chain.track()).at(-1)?.timeMs).toBe(last), {
      timeout: 60_000,
      interval: 300,
    })
    await vi.waitFor(
      () => {
        expect(outboxFixes(chain.outboxFile)).toEqual([])
      },
      { timeout: 30_000, interval: 300 },
    )
    const track = await chain.track()
    const kept = distinct(track)
    expect(kept.size).toBe(track.length)
    for (const [timeMs, place] of distinct([...arrived, ...waiting])) expect(kept.get(timeMs)).toBe(place)
    // Nothing was invented either.
    for (const [timeMs, place] of kept) expect(all.get(timeMs)).toBe(place)
  })
})

test('the recording is what this test was written for', () => {
  if (log) expect(readFileSync(log, 'latin1')).toContain('$GPRMC')
})
