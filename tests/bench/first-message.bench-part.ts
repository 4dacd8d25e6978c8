import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { openPty } from '../../device-sim/hardware/pty.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../gateway/hub/broker/embedded.ts'
import { decodeEnvelope, encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Lane } from '../../proto/domain.ts'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { type BenchRow, benchRow, median } from './row.ts'
import { startSignalK } from './signalk.ts'

const RUNS = 5
/** Any record at all, for the bare process to publish. */
const ANY_RECORD = encodeEnvelope({
  gateway: 'bare',
  boot: '0123456789ab',
  sequence: 1,
  lane: 'reading',
  body: encodeBody({
    lane: 'reading',
    batch: {
      readings: [{ component: '3101010101000001', metric: 'tilt_deg', timeMs: Date.now(), value: 1 }],
    },
  }),
})

/**
 * From the start of the gateway's process to its first record at the broker, and to its first fix there. Beside the
 * first: a bare Node process that loads `mqtt`, connects and publishes. Beside the second: Signal K's server until it
 * says that it runs, with the same receiver on its line; it has not sent anything by then.
 */
export async function benchFirstMessage(log: (line: string) => void): Promise<BenchRow[]> {
  const first: number[] = []
  const fix: number[] = []
  const bare: number[] = []
  const signalK: number[] = []
  const broker = await hearingBroker()
  const pty = openPty()
  let second = 0
  const receiver = setInterval(() => pty.write(rmc(second++)), 100)
  try {
    // The first start fills the compile cache, as the first start of an installed gateway does.
    await edgeMs(broker, pty.path)
    for (let run = 0; run < RUNS; run++) {
      const ours = await edgeMs(broker, pty.path)
      first.push(ours.first)
      fix.push(ours.fix)
      bare.push(await bareMs(broker))
      signalK.push(await signalKMs(pty.path))
      const last = [first, bare, fix, signalK].map((values) => Math.round(values.at(-1)!))
      log(
        `run ${run + 1} of ${RUNS}: first record ${last[0]}, bare ${last[1]}, first fix ${last[2]}, Signal K ${last[3]} ms`,
      )
    }
  } finally {
    clearInterval(receiver)
    pty.close()
    await broker.close()
  }
  const row = (name: string, ours: number[], peer: string, theirs: number[]): BenchRow =>
    benchRow(name, 'ms', median(ours), peer, median(theirs))
  return [
    row('gateway: start → first record at the broker', first, 'bare Node with mqtt: start → publish', bare),
    row('gateway: start → first fix at the broker', fix, "Signal K's server: start → running", signalK),
  ]
}

interface HearingBroker {
  url: string
  /** Monotonic ms at which the next record of this lane comes, or of any. */
  next(lane?: Lane): Promise<number>
  close(): Promise<void>
}

async function hearingBroker(): Promise<HearingBroker> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog())
  let waiting: { lane: Lane | undefined; resolve: (nowMs: number) => void }[] = []
  await broker.start({
    onUp(_gateway, payload, done) {
      const nowMs = performance.now()
      const { lane } = decodeEnvelope(payload)
      for (const one of waiting) if (one.lane === undefined || one.lane === lane) one.resolve(nowMs)
      waiting = waiting.filter((one) => one.lane !== undefined && one.lane !== lane)
      done()
    },
    onPresence() {},
    onRefused: ({ detail }) => {
      throw new Error(detail)
    },
    onReady() {},
  })
  return {
    url: broker.url,
    next: (lane) => new Promise((resolve) => waiting.push({ lane, resolve })),
    close: () => broker.close(),
  }
}

async function edgeMs(broker: HearingBroker, path: string): Promise<{ first: number; fix: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-first-message-'))
  const file = join(folder, 'edge.yaml')
  writeFileSync(
    file,
    stringify({
      gateway: 'ebike-01',
      data: join(folder, 'data'),
      broker: { url: broker.url },
      ports: [{ name: 'gps', path, driver: 'nmea' }],
      // A fix goes as it comes.
      batch: { maxFixes: 1 },
    }),
  )
  const arrivals = Promise.all([broker.next(), broker.next('fix')])
  const startMs = performance.now()
  const edge = startGridpatrol('edge', '--config', file)
  try {
    const [first, fix] = await arrivals
    return { first: first - startMs, fix: fix - startMs }
  } finally {
    await edge.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function bareMs(broker: HearingBroker): Promise<number> {
  const script = `
    import mqtt from 'mqtt'
    import { readFileSync } from 'node:fs'
    const client = await mqtt.connectAsync(process.argv[1], { clientId: 'bare' })
    client.publish('gridpatrol/v1/bare/up', readFileSync(0), { qos: 1 })`
  const arrival = broker.next()
  const startMs = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, broker.url], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(ANY_RECORD)
  const arrivalMs = await arrival
  child.kill('SIGKILL')
  return arrivalMs - startMs
}

async function signalKMs(path: string): Promise<number> {
  const startMs = performance.now()
  const signalK = await startSignalK(path)
  const ms = performance.now() - startMs
  await signalK.stop()
  return ms
}

function rmc(second: number): Buffer {
  const time = new Date(Date.UTC(2026, 4, 1, 8) + second * 1000)
    .toISOString()
    .slice(11, 19)
    .replaceAll(':', '')
  const body = `GPRMC,${time}.00,A,3113.0000,N,12128.0000,E,8.0,56.0,010526,,,A`
  let sum = 0
  for (const byte of Buffer.from(body)) sum ^= byte
  return Buffer.from(`$${body}*${sum.toString(16).padStart(2, '0').toUpperCase()}\r\n`)
}
