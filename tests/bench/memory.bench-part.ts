import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { openPty, type Pty } from '../../device-sim/hardware/pty.ts'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { freePort } from '../servers/server-process.ts'
import { type BenchRow, benchRow, median } from './row.ts'
import { startSignalK } from './signalk.ts'

const RUNS = 3
const SECONDS = 20

/**
 * Resident memory of a gateway that reads a GPS receiver, beside a bare Node process with serialport and mqtt loaded, and
 * beside Signal K's server, which reads the same receiver.
 */
export async function benchMemory(log: (line: string) => void): Promise<BenchRow[]> {
  const edge: number[] = []
  const bare: number[] = []
  const signalK: number[] = []
  // The first start fills the compile cache, as the first start of an installed gateway does.
  await edgeMemoryMB()
  for (let run = 0; run < RUNS; run++) {
    bare.push(await bareMemoryMB())
    edge.push(await edgeMemoryMB())
    signalK.push(await signalKMemoryMB())
    const last = [edge, bare, signalK].map((values) => values.at(-1)!.toFixed(0))
    log(`run ${run + 1} of ${RUNS}: gateway ${last[0]} MB, bare ${last[1]} MB, Signal K ${last[2]} MB`)
  }
  const what = `gateway process after ${SECONDS} s of 1 Hz GPS, resident`
  const row = (peer: string, values: number[]): BenchRow =>
    benchRow(what, 'MB', median(edge), peer, median(values))
  return [row('bare Node with serialport and mqtt loaded', bare), row("Signal K's server", signalK)]
}

/** The hub is away the whole time, so the outbox and the reconnecting are measured too. */
async function edgeMemoryMB(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-memory-'))
  const pty = openPty()
  const config = join(folder, 'edge.yaml')
  writeFileSync(
    config,
    stringify({
      gateway: 'ebike-01',
      data: join(folder, 'data'),
      broker: { url: `mqtt://127.0.0.1:${await freePort()}` },
      ports: [{ name: 'gps', path: pty.path, driver: 'nmea' }],
    }),
  )
  const edge = startGridpatrol('edge', '--config', config)
  try {
    await edge.says(/is running/)
    await patrol(pty)
    return residentMB(edge.pid)
  } finally {
    await edge.stop()
    pty.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function signalKMemoryMB(): Promise<number> {
  const pty = openPty()
  const signalK = await startSignalK(pty.path)
  try {
    await patrol(pty)
    return residentMB(signalK.pid)
  } finally {
    await signalK.stop()
    pty.close()
  }
}

/** What a receiver says, a second a second. */
async function patrol(pty: Pty): Promise<void> {
  const district = generateDistrict(1)
  const beat = district.grids.features.slice(0, 2).map((grid) => grid.properties.code)
  const ride = new EbikeRide({ id: 'ebike-01', seed: 7, district, beat, startMs: Date.now() })
  for (let second = 0; second < SECONDS; second++) {
    pty.write(ride.next().bytes)
    await sleep(1000)
  }
}

async function bareMemoryMB(): Promise<number> {
  const root = join(import.meta.dirname, '../..')
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "await import('serialport'); await import('mqtt'); setInterval(() => {}, 1000)",
    ],
    { cwd: root, stdio: 'ignore' },
  )
  await sleep(3000)
  const memoryMB = residentMB(child.pid!)
  child.kill()
  return memoryMB
}

/** Linux only, as the gateway's hardware is. */
function residentMB(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
  return (Number(pages) * 4096) / 1e6
}
