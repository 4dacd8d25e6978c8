import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { silentLog } from '../../gateway/foundation/log.ts'
import { ExternalBroker } from '../../gateway/hub/broker/external.ts'
import type { Worker } from '../../gateway/hub/broker/worker.ts'
import { Intake } from '../../gateway/hub/intake/intake.ts'
import { IntakeLog } from '../../gateway/hub/intake/intake-log.ts'
import { decodeReceipt, encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import { gatewayTopic } from '../../proto/topics.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { type BenchRow, median } from './row.ts'

/**
 * Records through an existing broker to one, two and four workers: from publish to receipt, each worker a process
 * with broker layer and intake (commit to its own disk, receipt), without a store behind. Publishers, mosquitto and
 * workers share the machine, so beside the rate stands the processor time that a worker spends on a record: where the
 * cores are fewer than the processes, that is what tells how far workers carry.
 */

const RUNS = 3
const GATEWAYS = 40
const RECORDS_A_GATEWAY = 500
const FIXES_A_RECORD = 30
const WINDOW = 50
const TOTAL = GATEWAYS * RECORDS_A_GATEWAY
const T0 = Date.UTC(2026, 4, 1)

interface WorkerStats {
  kept: number
  /** Heard and left to others. */
  passedOver: number
  cpuMs: number
}

interface Measured {
  recordsPerS: number
  stats: WorkerStats[]
}

const SETUPS: [name: string, workers: (Worker | undefined)[]][] = [
  ['1 worker', [undefined]],
  ['2 workers, shared subscription', shares(2)],
  ['4 workers, shared subscription', shares(4)],
  ['2 workers, partitions', parts(2)],
  ['4 workers, partitions', parts(4)],
]

function shares(count: number): Worker[] {
  return Array.from({ length: count }, () => ({ group: 'bench', by: 'share', role: 'tracks' }))
}

function parts(of: number): Worker[] {
  return Array.from({ length: of }, (_, index) => ({
    group: 'parts',
    by: 'partition',
    role: 'tracks',
    index,
    of,
  }))
}

export async function benchWorkers(log: (line: string) => void): Promise<BenchRow[]> {
  const rates = new Map<string, number[]>()
  const cpuTaken = new Map<string, number[]>()
  for (let run = 0; run < RUNS; run++)
    for (const [name, workers] of SETUPS) {
      const { recordsPerS, stats } = await measure(workers)
      const cpuUs = (stats.reduce((sum, { cpuMs }) => sum + cpuMs, 0) * 1000) / TOTAL
      rates.set(name, [...(rates.get(name) ?? []), recordsPerS])
      cpuTaken.set(name, [...(cpuTaken.get(name) ?? []), cpuUs])
      const kept = stats.map(({ kept }) => kept).join(' + ')
      log(
        `run ${run + 1} of ${RUNS}: ${name}: ${Math.round(recordsPerS)} records/s (${kept}), ${cpuUs.toFixed(0)} µs a record`,
      )
    }
  const one = SETUPS[0]![0]
  const rows = SETUPS.flatMap(([name]) => {
    const rate = median(rates.get(name)!)
    const cpu = median(cpuTaken.get(name)!)
    const rateOfOne = median(rates.get(one)!)
    const cpuOfOne = median(cpuTaken.get(one)!)
    return [
      {
        name: `${name}: ${FIXES_A_RECORD}-fix records, published → receipted`,
        value: rate,
        unit: 'records/s',
        peer: one,
        peerValue: rateOfOne,
        ratio: rate / rateOfOne,
      },
      {
        name: `${name}: processor time of all workers a record`,
        value: cpu,
        unit: 'µs',
        peer: one,
        peerValue: cpuOfOne,
        ratio: cpu / cpuOfOne,
      },
    ]
  })
  return rows
}

async function measure(workers: (Worker | undefined)[]): Promise<Measured> {
  const mosquitto = await startMosquitto()
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-workers-bench-'))
  const children: ChildProcess[] = []
  try {
    for (const [i, worker] of workers.entries()) {
      const setup = { url: mosquitto.url, clientId: `worker-${i}`, worker, path: join(folder, `${i}.db`) }
      const child = fork(import.meta.filename, [JSON.stringify(setup)])
      children.push(child)
      await once(child, 'message')
    }
    const gateways = await Promise.all(
      Array.from({ length: GATEWAYS }, (_, gateway) => preparedGateway(mosquitto.url, gateway)),
    )
    const before = await Promise.all(children.map(statsOf))
    const beganMs = performance.now()
    await Promise.all(gateways.map((gateway) => gateway.run()))
    const seconds = (performance.now() - beganMs) / 1000
    const after = await Promise.all(children.map(statsOf))
    await Promise.all(gateways.map(({ client }) => client.endAsync(true)))
    const stats = after.map((stat, i) => ({ ...stat, cpuMs: stat.cpuMs - before[i]!.cpuMs }))
    const kept = stats.reduce((sum, stat) => sum + stat.kept, 0)
    if (kept < TOTAL) throw new Error(`${kept} records kept of ${TOTAL}`)
    return { recordsPerS: TOTAL / seconds, stats }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await mosquitto.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function statsOf(child: ChildProcess): Promise<WorkerStats> {
  const answer = once(child, 'message')
  child.send('stats')
  return (await answer)[0] as WorkerStats
}

async function preparedGateway(
  url: string,
  number: number,
): Promise<{ client: MqttClient; run: () => Promise<void> }> {
  const name = `ebike-${String(number).padStart(3, '0')}`
  const payloads = Array.from({ length: RECORDS_A_GATEWAY }, (_, i) => record(name, i + 1))
  const client = await connectAsync(url, { clientId: name, reconnectPeriod: 0, protocolVersion: 4 })
  await client.subscribeAsync(gatewayTopic(name, 'down'), { qos: 1 })
  const topic = gatewayTopic(name, 'up')
  const receipted = new Set<number>()
  let next = 0
  const send = (): void => {
    while (next < payloads.length && next - receipted.size < WINDOW)
      client.publish(topic, payloads[next++]!, { qos: 1 })
  }
  return {
    client,
    async run() {
      const { promise, resolve } = Promise.withResolvers<void>()
      client.on('message', (_topic, payload) => {
        for (const sequence of decodeReceipt(payload).sequences) receipted.add(sequence)
        if (receipted.size === payloads.length) resolve()
        else send()
      })
      send()
      // What a broker dropped is sent again, as gateways do.
      const again = setInterval(() => {
        for (let sequence = 1; sequence <= next; sequence++)
          if (!receipted.has(sequence)) client.publish(topic, payloads[sequence - 1]!, { qos: 1 })
      }, 15_000)
      await promise
      clearInterval(again)
    },
  }
}

function record(gateway: string, sequence: number): Buffer {
  const fixes = Array.from({ length: FIXES_A_RECORD }, (_, i) => {
    const second = sequence * FIXES_A_RECORD + i
    return {
      timeMs: T0 + second * 1000,
      lat: 31.2 + (second % 5000) * 0.00003,
      lon: 121.4 + (second % 7000) * 0.00002,
      speedMps: 3 + (second % 40) / 20,
      courseDeg: (second * 7) % 360,
      hdop: 0.8,
      satellites: 9 + (second % 8),
      quality: 'gps' as const,
    }
  })
  const body = encodeBody({ lane: 'fix', batch: { fixes } })
  return Buffer.from(encodeEnvelope({ gateway, boot: '0000000000bb', sequence, lane: 'fix', body }))
}

/** A worker process: broker layer and intake, as the hub wires them. */
async function work(setup: { url: string; clientId: string; worker?: Worker; path: string }): Promise<void> {
  const broker = new ExternalBroker(setup, silentLog())
  let passedOver = 0
  const intake = new Intake({
    store: new IntakeLog(setup.path),
    log: silentLog(),
    sendDown: (gateway, payload) => broker.publishDown(gateway, payload),
    onKept() {},
  })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const { kept } = intake.state().counters
    process.send?.({ kept, passedOver, cpuMs: (user + system) / 1000 } satisfies WorkerStats)
  })
  process.once('disconnect', () => process.exit())
  await broker.start({
    onUp: (gateway, payload, done) => intake.take(gateway, payload, done),
    onPassedOver: () => passedOver++,
    onPresence() {},
    onRefused() {},
    onReady: () => process.send?.('ready'),
  })
  await sleep(2 ** 31 - 1, undefined, { ref: false })
}

if (import.meta.main) await work(JSON.parse(process.argv[2]!))
