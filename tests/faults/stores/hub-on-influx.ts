import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished, vi } from 'vitest'
import { stringify } from 'yaml'
import { Health } from '../../../proto/http.ts'
import { type GridpatrolProcess, startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { freePort } from '../../servers/server-process.ts'

/** Resolves once the assertion holds; a store that failed for long is asked again every 30 s only. */
export const onceItIsTriedAgain = (assertion: () => unknown): Promise<unknown> =>
  vi.waitFor(assertion, { timeout: 60_000, interval: 50 })

/** A hub in a process of its own, with its own broker, that writes to an InfluxDB 1.x. */
interface HubOnInflux {
  brokerUrl: string
  httpUrl: string
  /** What /healthz says of the track store. */
  trackStore(): Promise<{ ok: boolean; detail: string }>
  /** Records that wait for the store, as /metrics has it. */
  lag(): Promise<number>
  /** Resident memory of its process. */
  rssMb(): number
  deadLetters(): { sequence: number; reason: string }[]
  /** Stops it, and starts it with these options. */
  restart(...options: string[]): Promise<void>
}

export async function hubOnInflux(
  url: string,
  database: string,
  more: { timeoutS?: number } = {},
): Promise<HubOnInflux> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-hub-on-influx-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [httpPort, brokerPort] = [await freePort(), await freePort()]
  const config = join(folder, 'hub.yaml')
  const data = join(folder, 'hub')
  const hub = {
    data,
    http: { port: httpPort },
    broker: { embedded: { port: brokerPort } },
    store: { kind: 'influxdb', url, database, ...more },
  }
  writeFileSync(config, stringify({ hub }))
  let running: GridpatrolProcess
  const start = async (...options: string[]) => {
    running = startGridpatrol('hub', '--config', config, ...options)
    await running.says(/is running/)
  }
  onTestFinished(() => running.kill())
  await start()
  const httpUrl = `http://127.0.0.1:${httpPort}`
  const withLog = <Result>(use: (log: DatabaseSync) => Result): Result => {
    const log = new DatabaseSync(join(data, 'intake.db'), { timeout: 10_000 })
    try {
      return use(log)
    } finally {
      log.close()
    }
  }
  return {
    brokerUrl: `mqtt://127.0.0.1:${brokerPort}`,
    httpUrl,
    async trackStore() {
      const { parts } = Health.parse(await (await fetch(`${httpUrl}/healthz`)).json())
      const { ok, detail = '' } = parts.find(({ name }) => name === 'track store')!
      return { ok, detail }
    },
    async lag() {
      const metrics = await (await fetch(`${httpUrl}/metrics`)).text()
      return Number(/cursor_lag_records\{[^}]*"tracks"[^}]*\} (\d+)/.exec(metrics)?.[1])
    },
    rssMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8'))![1]) / 1024,
    deadLetters: () =>
      withLog(
        (log) =>
          log.prepare('SELECT sequence, reason FROM dead_letter ORDER BY sequence').all() as unknown as {
            sequence: number
            reason: string
          }[],
      ),
    async restart(...options) {
      await running.stop()
      await start(...options)
    },
  }
}

/** One statement of InfluxQL, by hand. */
export async function askInflux(url: string, database: string, q: string): Promise<InfluxAnswer> {
  const answer = await fetch(`${url}/query?${new URLSearchParams({ db: database, q, epoch: 'ms' })}`, {
    method: 'POST',
  })
  return (await answer.json()) as InfluxAnswer
}

interface InfluxAnswer {
  results: { error?: string; series?: { tags?: Record<string, string>; values: [number, number][] }[] }[]
}

/** How many fixes InfluxDB holds of each device. */
export async function fixesIn(url: string, database: string): Promise<Record<string, number>> {
  const { results } = await askInflux(url, database, 'SELECT count(lat_e7) FROM fix GROUP BY device')
  const series = results[0]?.series ?? []
  return Object.fromEntries(series.map(({ tags, values }) => [tags!.device!, values[0]![1]]))
}
