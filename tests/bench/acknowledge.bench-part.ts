import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'mqtt-packet'
import { silentLog } from '../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../gateway/hub/broker/embedded.ts'
import { Intake } from '../../gateway/hub/intake/intake.ts'
import { IntakeLog } from '../../gateway/hub/intake/intake-log.ts'
import { ALL_UP } from '../../proto/topics.ts'
import { findMosquitto } from '../servers/mosquitto.ts'
import { accepts, freePort, type Server, startServer } from '../servers/server-process.ts'
import { Frames } from './frames.ts'
import { type Published, startPublishers } from './publishers.ts'
import { type BenchRow, median } from './row.ts'

/**
 * Messages acknowledged: 200 publishers with one message in flight each, at the embedded broker, which commits before
 * it acknowledges (broker, intake and its log in a process of their own, as the hub wires them, no store behind).
 * Beside it mosquitto, which keeps nothing, with nobody listening and with one subscriber.
 */

const RUNS = 5
const PUBLISHERS = 200
const WARM_UP_MS = 1000
const MEASURED_MS = 3000
/** CONNACK and SUBACK. */
const HANDSHAKE = 2

type Payload = 'batch' | 'small'
const PAYLOADS: [Payload, string][] = [
  ['batch', '30-fix batches'],
  ['small', 'single readings'],
]

const SETUPS = { hub: withHub, mosquitto: withMosquitto, delivered: withSubscriber }
type Setup = keyof typeof SETUPS

export async function benchAcknowledge(log: (line: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const [payload, name] of PAYLOADS) {
    const runs: Record<Setup, Published[]> = { hub: [], mosquitto: [], delivered: [] }
    for (let run = 0; run < RUNS; run++)
      for (const setup of Object.keys(SETUPS) as Setup[]) {
        const published = await SETUPS[setup]((port) => measured(port, payload))
        runs[setup].push(published)
        const { perSecond, acknowledgedMs, busy } = published
        log(
          `${name}, run ${run + 1} of ${RUNS}, ${setup}: ${Math.round(perSecond)} messages/s, median ${acknowledgedMs.median.toFixed(1)} ms, p99 ${acknowledgedMs.p99.toFixed(1)} ms; publishers ${Math.round(busy * 100)} % busy`,
        )
      }
    const perSecond = (setup: Setup) => median(runs[setup].map((published) => published.perSecond))
    const p99 = (setup: Setup) => median(runs[setup].map(({ acknowledgedMs }) => acknowledgedMs.p99))
    const row =
      (what: string, unit: string, of: (setup: Setup) => number) => (setup: Setup, peer: string) => ({
        name: `${what}, ${name}, ${PUBLISHERS} publishers`,
        value: of('hub'),
        unit,
        peer,
        peerValue: of(setup),
        ratio: of('hub') / of(setup),
      })
    const acknowledged = row('committed and acknowledged', 'messages/s', perSecond)
    const late = row('publish → PUBACK, p99', 'ms', p99)
    rows.push(
      acknowledged('mosquitto', 'mosquitto, keeps nothing'),
      acknowledged('delivered', 'mosquitto, delivers to one subscriber'),
      late('mosquitto', 'mosquitto, keeps nothing'),
    )
  }
  return rows
}

async function measured(port: number, payload: Payload): Promise<Published> {
  const publishers = await startPublishers({
    port,
    publishers: PUBLISHERS,
    payload,
    boot: '0000000000aa',
    warmUpMs: WARM_UP_MS,
    measuredMs: MEASURED_MS,
  })
  try {
    return await publishers.run()
  } finally {
    publishers.close()
  }
}

type Measure = (port: number) => Promise<Published>

async function withHub(measure: Measure): Promise<Published> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-acknowledge-bench-'))
  const child = fork(import.meta.filename, ['hub', join(folder, 'intake.db')])
  try {
    const [port] = (await once(child, 'message')) as [number]
    return await measure(port)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withMosquitto(measure: Measure): Promise<Published> {
  const mosquitto = await startUnboundedMosquitto()
  try {
    return await measure(Number(new URL(mosquitto.url).port))
  } finally {
    await mosquitto.stop()
  }
}

/** What counts is what reached the subscriber: its own process says how many a second came to it. */
async function withSubscriber(measure: Measure): Promise<Published> {
  const mosquitto = await startUnboundedMosquitto()
  const port = Number(new URL(mosquitto.url).port)
  let child: ChildProcess | undefined
  try {
    child = fork(import.meta.filename, ['subscriber', String(port)])
    await once(child, 'message')
    const arrived = once(child, 'message')
    const published = await measure(port)
    const [perSecond] = (await arrived) as [number]
    return { ...published, perSecond }
  } finally {
    child?.kill('SIGKILL')
    await mosquitto.stop()
  }
}

/** Its windows and queues without bounds, so that it neither waits for a subscriber nor drops what is for it. */
export async function startUnboundedMosquitto(): Promise<Server> {
  const port = await freePort()
  return startServer(await findMosquitto(), async (folder) => {
    const config = join(folder, 'mosquitto.conf')
    const user = process.getuid?.() === 0 ? ['user root'] : []
    const bounds = ['max_inflight_messages 0', 'max_queued_messages 0', 'set_tcp_nodelay true']
    const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'log_type error', ...bounds, ...user]
    writeFileSync(config, `${lines.join('\n')}\n`)
    return { url: `mqtt://127.0.0.1:${port}`, args: ['-c', config], ready: () => accepts(port) }
  })
}

/** A hub process: broker and intake, as the hub wires them. */
async function hub(path: string): Promise<void> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog())
  const intake = new Intake({
    store: new IntakeLog(path),
    log: silentLog(),
    sendDown: (gateway, payload) => broker.publishDown(gateway, payload),
    onKept() {},
  })
  await broker.start({
    onUp: (gateway, payload, done) => intake.take(gateway, payload, done),
    onPresence() {},
    onRefused() {},
    onReady: () => process.send?.(Number(new URL(broker.url).port)),
  })
}

/**
 * A subscriber process: counts what comes once it is warm, for as long as is measured. At QoS 0, as the hub subscribes
 * at an existing broker, and as mosquitto is fastest.
 */
function subscriber(port: number): void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(
    generate({ cmd: 'connect', clientId: 'subscriber', protocolVersion: 4, clean: true, keepalive: 0 }),
  )
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: ALL_UP, qos: 0 }] }))
  let seen = 0
  const frames = new Frames(() => seen++)
  let beganMs = 0
  let before = 0
  socket.on('data', (bytes) => {
    frames.take(bytes)
    const nowMs = performance.now()
    if (seen === HANDSHAKE) process.send?.('subscribed')
    else if (beganMs === 0) {
      beganMs = nowMs + WARM_UP_MS
    } else if (before === 0 && nowMs > beganMs) {
      beganMs = nowMs
      before = seen
    } else if (before > 0 && nowMs > beganMs + MEASURED_MS) {
      process.send?.(((seen - before) * 1000) / (nowMs - beganMs))
      socket.destroy()
    }
  })
}

if (import.meta.main) {
  process.once('disconnect', () => process.exit())
  const [, , role, of] = process.argv
  if (role === 'hub') await hub(of!)
  else subscriber(Number(of))
}
