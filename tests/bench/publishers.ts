import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { decodeReceipt, encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Body, Fix } from '../../proto/domain.ts'
import { gatewayTopic } from '../../proto/topics.ts'
import { Frames } from './frames.ts'

/**
 * Publishers that are not the bottleneck of what is measured: a process of their own, bare sockets, each with one
 * frame made beforehand in which packet id and sequence are written over. In: how many, and what they send; out: how
 * many were acknowledged in the time that was measured, and how long each took.
 */

export interface Publishing {
  port: number
  publishers: number
  payload: 'batch' | 'small'
  /** Twelve hex digits: another one each time, or the hub knows the records already. */
  boot: string
  /** Absent: the next message follows the acknowledgement of the one before. */
  everyMs?: number
  /** Whether they listen for receipts, as gateways do. */
  receipts?: boolean
  warmUpMs: number
  measuredMs: number
}

export interface Published {
  perSecond: number
  /** From publish to PUBACK, and to the receipt. */
  acknowledgedMs: { median: number; p99: number }
  receiptedMs?: { median: number; p99: number }
  /** Processor time of the publishers themselves, of the time measured. */
  busy: number
}

/** Connected publishers. */
export interface Publishers {
  run(): Promise<Published>
  close(): void
}

const T0 = Date.UTC(2026, 4, 1)
/** Connections made at a time; more would overflow the queue of the listening socket. */
const CONNECTING = 50
/** Three bytes on the wire from here to 2,097,151. */
const FIRST_SEQUENCE = 1 << 14
const PUBACK = 0x40
const PUBLISH = 0x30

/** @throws Error where a connection is refused. */
export async function startPublishers(publishing: Publishing): Promise<Publishers> {
  const child = fork(import.meta.filename, [JSON.stringify(publishing)])
  const gone = once(child, 'exit').then(() => {
    throw new Error('the publishers ended')
  })
  gone.catch(() => {})
  const said = async () => ((await Promise.race([once(child, 'message'), gone])) as unknown[])[0]
  await said()
  return {
    async run() {
      const answer = said()
      child.send('run')
      return (await answer) as Published
    },
    close: () => child.kill('SIGKILL'),
  }
}

/** What gateways send: 30 fixes, or one reading. */
export function recordOf(
  gateway: string,
  boot: string,
  sequence: number,
  payload: 'batch' | 'small',
): Buffer {
  const body = payload === 'batch' ? thirtyFixes() : oneReading()
  return Buffer.from(encodeEnvelope({ gateway, boot, sequence, lane: body.lane, body: encodeBody(body) }))
}

function thirtyFixes(): Body {
  const fixes = Array.from({ length: 30 }, (_, i): Fix => {
    return {
      timeMs: T0 + i * 1000,
      lat: 31.2 + i * 0.00003,
      lon: 121.4 + i * 0.00002,
      altM: 4 + (i % 30) / 10,
      speedMps: 3 + (i % 40) / 20,
      courseDeg: (i * 7) % 360,
      hdop: 0.8 + (i % 3) / 10,
      satellites: 9 + (i % 8),
      quality: 'gps',
    }
  })
  return { lane: 'fix', batch: { fixes } }
}

function oneReading(): Body {
  const reading = { component: '3101010101000001', metric: 'tilt_deg', timeMs: T0, value: 1.5 }
  return { lane: 'reading', batch: { readings: [reading] } }
}

/** Latencies of one kind, in ms. */
class Latencies {
  #values: number[] = []

  add(ms: number): void {
    this.#values.push(ms)
  }

  get count(): number {
    return this.#values.length
  }

  summary(): { median: number; p99: number } {
    const sorted = Float64Array.from(this.#values).sort()
    return { median: sorted[sorted.length >> 1]!, p99: sorted[Math.floor(sorted.length * 0.99)]! }
  }
}

/** What of the messages is noted, while it is measured. */
interface Notes {
  measuring: boolean
  acknowledged: Latencies
  receipted: Latencies
}

class Publisher {
  readonly #socket: Socket
  readonly #frame: Buffer
  readonly #packetIdAt: number
  readonly #sequenceAt: number
  readonly #everyMs: number | undefined
  readonly #notes: Notes
  readonly #frames = new Frames((type, body) => this.#take(type, body))
  #sequence = FIRST_SEQUENCE
  #sentMs = 0
  #started = false
  #opened = Promise.withResolvers<void>()

  constructor(number: number, publishing: Publishing, notes: Notes) {
    const { port, boot, payload, everyMs, receipts } = publishing
    const gateway = `ebike-${String(number).padStart(4, '0')}`
    this.#everyMs = everyMs
    this.#notes = notes
    const topic = gatewayTopic(gateway, 'up')
    const record = recordOf(gateway, boot, FIRST_SEQUENCE, payload)
    const next = recordOf(gateway, boot, FIRST_SEQUENCE + 1, payload)
    this.#frame = generate({
      cmd: 'publish',
      topic,
      payload: record,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    })
    const start = this.#frame.length - record.length
    this.#packetIdAt = start - 2
    this.#sequenceAt = start + record.findIndex((byte, i) => byte !== next[i])
    const clientId = gateway
    const hello = generate({ cmd: 'connect', clientId, protocolVersion: 4, clean: true, keepalive: 60 })
    const down = { topic: gatewayTopic(gateway, 'down'), qos: 0 as const }
    const subscribe = generate({ cmd: 'subscribe', messageId: 1, subscriptions: [down] })
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer for what is read, and no stream behind it.
      onread: {
        buffer: Buffer.alloc(4096),
        callback: (length, buffer) => {
          this.#frames.take(Buffer.from(buffer.buffer, buffer.byteOffset, length))
          return true
        },
      },
    })
    this.#socket.on('error', (error) => this.#opened.reject(error))
    this.#socket.on('close', () => this.#opened.reject(new Error(`${gateway}: connection closed`)))
    this.#socket.write(receipts ? Buffer.concat([hello, subscribe]) : hello)
    this.#awaited = receipts ? 2 : 1
  }

  /** CONNACK, and SUBACK where it subscribes. */
  #awaited: number

  get opened(): Promise<void> {
    return this.#opened.promise
  }

  start(): void {
    this.#started = true
    if (this.#everyMs === undefined) this.#send()
    else
      setTimeout(() => {
        this.#send()
        setInterval(() => this.#send(), this.#everyMs)
      }, Math.random() * this.#everyMs)
  }

  /** Packet id and the lowest seven bits of the sequence go together, so that a receipt is known by them. */
  #send(): void {
    const frame = this.#frame
    const sequence = this.#sequence++
    frame.writeUInt16BE((sequence & 0x7fff) + 1, this.#packetIdAt)
    frame[this.#sequenceAt] = (sequence & 0x7f) | 0x80
    frame[this.#sequenceAt + 1] = ((sequence >> 7) & 0x7f) | 0x80
    frame[this.#sequenceAt + 2] = sequence >> 14
    this.#sentMs = performance.now()
    this.#socket.write(frame)
  }

  #take(type: number, rest: Buffer): void {
    if (!this.#started) {
      if (--this.#awaited === 0) this.#opened.resolve()
      return
    }
    const { measuring, acknowledged, receipted } = this.#notes
    const tookMs = performance.now() - this.#sentMs
    if (type === PUBACK) {
      if (measuring) acknowledged.add(tookMs)
      if (this.#everyMs === undefined) this.#send()
    } else if (type === PUBLISH && measuring) {
      const receipt = decodeReceipt(rest.subarray(2 + rest.readUInt16BE(0)))
      if (receipt.sequences.includes(this.#sequence - 1)) receipted.add(tookMs)
    }
  }
}

async function publish(publishing: Publishing): Promise<void> {
  const notes: Notes = { measuring: false, acknowledged: new Latencies(), receipted: new Latencies() }
  const publishers: Publisher[] = []
  for (let first = 0; first < publishing.publishers; first += CONNECTING) {
    const last = Math.min(first + CONNECTING, publishing.publishers)
    const group = Array.from({ length: last - first }, (_, i) => new Publisher(first + i, publishing, notes))
    await Promise.all(group.map((publisher) => publisher.opened))
    publishers.push(...group)
  }
  process.on('message', async () => {
    for (const publisher of publishers) publisher.start()
    await sleep(publishing.warmUpMs)
    const cpu = process.cpuUsage()
    const beganMs = performance.now()
    notes.measuring = true
    await sleep(publishing.measuredMs)
    notes.measuring = false
    const tookMs = performance.now() - beganMs
    const { user, system } = process.cpuUsage(cpu)
    const { acknowledged, receipted } = notes
    process.send?.({
      perSecond: (acknowledged.count * 1000) / tookMs,
      acknowledgedMs: acknowledged.summary(),
      ...(receipted.count > 0 ? { receiptedMs: receipted.summary() } : {}),
      busy: (user + system) / 1000 / tookMs,
    } satisfies Published)
  })
  process.send?.('connected')
}

if (import.meta.main) {
  process.once('disconnect', () => process.exit())
  await publish(JSON.parse(process.argv[2]!))
}
