import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { findMosquitto } from '../servers/mosquitto.ts'
import { accepts, freePort } from '../servers/server-process.ts'
import { type Published, type Publishers, startPublishers } from './publishers.ts'
import { type BenchRow, median } from './row.ts'

/**
 * Five thousand gateways connected to a whole hub (its own broker, intake, SQLite store), first silent, then each
 * reporting two 30-fix batches a minute: memory a connection, the hub's processor time, how long PUBACK and receipt
 * take. Beside it mosquitto with the same connections and the same messages. Linux only.
 */

const RUNS = 3
const GATEWAYS = 5000
const EVERY_MS = 30_000
const WARM_UP_MS = EVERY_MS
const MEASURED_MS = EVERY_MS
const SETTLE_MS = 3000

interface Measured {
  idleKB: number
  reportingKB: number
  residentMB: number
  cpuShare: number
  published: Published
}

export async function benchConnections(log: (line: string) => void): Promise<BenchRow[]> {
  const hub: Measured[] = []
  const mosquitto: Measured[] = []
  for (let run = 0; run < RUNS; run++) {
    hub.push(await withHub())
    mosquitto.push(await withMosquitto())
    const say = ({ idleKB, residentMB, cpuShare, published }: Measured): string =>
      `${idleKB.toFixed(1)} KB a connection, ${residentMB.toFixed(0)} MB in all, ${(cpuShare * 100).toFixed(1)} % of a core, PUBACK p99 ${published.acknowledgedMs.p99.toFixed(1)} ms, receipt p99 ${published.receiptedMs?.p99.toFixed(1) ?? '–'} ms`
    log(`run ${run + 1} of ${RUNS}: hub ${say(hub.at(-1)!)}`)
    log(`run ${run + 1} of ${RUNS}: mosquitto ${say(mosquitto.at(-1)!)}`)
  }
  const row = (name: string, unit: string, of: (measured: Measured) => number, peer = 'mosquitto') => ({
    name: `${GATEWAYS} gateways, ${name}`,
    value: median(hub.map(of)),
    unit,
    peer,
    peerValue: median(mosquitto.map(of)),
    ratio: median(hub.map(of)) / median(mosquitto.map(of)),
  })
  const receiptMs = median(hub.map(({ published }) => published.receiptedMs!.p99))
  const acknowledged = row('publish → PUBACK, p99', 'ms', ({ published }) => published.acknowledgedMs.p99)
  return [
    row('silent: memory a connection', 'KB', ({ idleKB }) => idleKB),
    row('reporting: memory a connection', 'KB', ({ reportingKB }) => reportingKB),
    row('reporting: resident', 'MB', ({ residentMB }) => residentMB),
    row('reporting: share of a core', '%', ({ cpuShare }) => cpuShare * 100),
    acknowledged,
    {
      ...acknowledged,
      name: `${GATEWAYS} gateways, publish → receipt, p99`,
      value: receiptMs,
      peer: 'mosquitto’s PUBACK',
      ratio: receiptMs / acknowledged.peerValue,
    },
  ]
}

async function withHub(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-connections-bench-'))
  const config = join(folder, 'hub.yaml')
  const port = await freePort()
  const broker = { embedded: { port } }
  writeFileSync(config, stringify({ hub: { data: join(folder, 'hub'), http: { port: 0 }, broker } }))
  const hub = startGridpatrol('hub', '--config', config)
  try {
    await hub.says(/is running/)
    return await measured(hub.pid, port)
  } finally {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withMosquitto(): Promise<Measured> {
  const { path, env } = await findMosquitto()
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-connections-bench-'))
  const config = join(folder, 'mosquitto.conf')
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['user root'] : []
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'log_type error', ...user]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const child = spawn(path, ['-c', config], { env, stdio: 'ignore' })
  try {
    while (!(await accepts(port))) await sleep(20)
    return await measured(child.pid!, port)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The publishers connect in a process of their own; what the server's memory grows by is theirs. */
async function measured(pid: number, port: number): Promise<Measured> {
  await sleep(SETTLE_MS)
  const beforeKB = residentKB(pid)
  let publishers: Publishers | undefined
  try {
    publishers = await startPublishers({
      port,
      publishers: GATEWAYS,
      payload: 'batch',
      boot: '0000000000bb',
      everyMs: EVERY_MS,
      receipts: true,
      warmUpMs: WARM_UP_MS,
      measuredMs: MEASURED_MS,
    })
    await sleep(SETTLE_MS)
    const idleKB = (residentKB(pid) - beforeKB) / GATEWAYS
    const running = publishers.run()
    await sleep(WARM_UP_MS)
    const [cpuBeforeMs, beganMs] = [cpuMs(pid), performance.now()]
    const published = await running
    const cpuShare = (cpuMs(pid) - cpuBeforeMs) / (performance.now() - beganMs)
    const nowKB = residentKB(pid)
    const reportingKB = (nowKB - beforeKB) / GATEWAYS
    return { idleKB, reportingKB, residentMB: (nowKB * 1024) / 1e6, cpuShare, published }
  } finally {
    publishers?.close()
  }
}

function residentKB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

/** User and system, of all threads; in ticks of 10 ms (proc(5)). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
