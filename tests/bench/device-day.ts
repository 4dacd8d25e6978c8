import { readdirSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { silentLog } from '../../gateway/foundation/log.ts'
import { trackRoutes } from '../../gateway/hub/api/routes/track.ts'
import { startHttpServer } from '../../gateway/hub/api/server.ts'
import type { DeviceRegister } from '../../gateway/hub/registers/devices.ts'
import { answeredSeries } from '../../gateway/hub/stores/influx-answer.ts'
import type { TrackStore } from '../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../proto/domain.ts'
import { decodeTracks } from '../../proto/track-columns.ts'
import { findInfluxd, influxdConfiguration } from '../servers/influxd.ts'
import { freePort, type Server, startServer } from '../servers/server-process.ts'

/**
 * One device-day from the store to typed arrays, the way the page does it, beside what InfluxDB itself gives for the same
 * range; and what a fix takes on disk.
 */

/** Reads the day over HTTP from a hub's route over this store. */
export interface DayServer {
  read(): Promise<number>
  bytes(): number
  close(): Promise<void>
}

export async function serveDay(
  store: TrackStore,
  device: string,
  fromMs: number,
  toMs: number,
): Promise<DayServer> {
  const known = { find: () => ({ device, gateway: device, seenMs: fromMs }) } as unknown as DeviceRegister
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: [trackRoutes(known, store)],
    log: silentLog(),
  })
  let bytes = 0
  return {
    async read() {
      const answer = await fetch(`${server.url}/api/v1/devices/${device}/track?from=${fromMs}&to=${toMs}`)
      const body = new Uint8Array(await answer.arrayBuffer())
      bytes = body.length
      return decodeTracks(body)[0]!.count
    },
    bytes: () => bytes,
    close: () => server.close(),
  }
}

/** InfluxDB's own answer, parsed; chunked, as its clients ask for long ones. */
export async function readRaw(
  url: string,
  query: string,
  kind: 'json' | 'msgpack',
): Promise<{ rows: number; bytes: number }> {
  const form = new URLSearchParams({ q: query, db: 'bench', epoch: 'ms', chunked: 'true' })
  const accept = kind === 'json' ? 'application/json' : 'application/x-msgpack'
  const answer = await fetch(`${url}/query?${form}`, { headers: { accept } })
  const body = new Uint8Array(await answer.arrayBuffer())
  let rows = 0
  for (const { values } of answeredSeries(body)) rows += values.length
  return { rows, bytes: body.length }
}

/** An InfluxDB that writes its files soon, so that they can be measured, and where they are. */
export async function startMeasuredInfluxd(): Promise<Server & { data: string }> {
  const program = await findInfluxd()
  const port = await freePort()
  const controlPort = await freePort()
  const url = `http://127.0.0.1:${port}`
  let data = ''
  const server = await startServer(program, async (folder) => {
    data = join(folder, 'data')
    const path = join(folder, 'influxdb.conf')
    const soon =
      '[data]\n  cache-snapshot-write-cold-duration = "1s"\n  compact-full-write-cold-duration = "2s"'
    await writeFile(path, influxdConfiguration(folder, port, controlPort, false).replace('[data]', soon))
    const ready = () =>
      fetch(`${url}/ping`).then(
        ({ ok }) => ok,
        () => false,
      )
    return { url, args: ['run', '-config', path], ready }
  })
  return Object.assign(server, { data })
}

/** Bytes of a database's finished files, when they do not change any more. */
export async function diskBytes(data: string, database: string): Promise<number> {
  let before = -1
  for (let tries = 0; tries < 60; tries++) {
    const now = folderBytes(join(data, database), /\.tsm$/)
    if (now > 0 && now === before) return now
    before = now
    await wait(5000)
  }
  throw new Error(`${database}: InfluxDB did not finish its files`)
}

function folderBytes(folder: string, name: RegExp): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Line protocol with a float for every quantity, to the same digits. */
export function floatLines(device: string, fixes: readonly Fix[]): string {
  const places = (value: number, digits: number) => Number(value.toFixed(digits))
  return fixes
    .map(
      (f) =>
        `fix,device=${device} lat=${places(f.lat, 7)},lon=${places(f.lon, 7)},alt=${places(f.altM!, 2)},speed=${places(f.speedMps!, 2)},` +
        `course=${places(f.courseDeg!, 2)},hdop=${f.hdop},sats=${f.satellites},quality=1,accuracy=${f.accuracyM} ${f.timeMs}`,
    )
    .join('\n')
}
