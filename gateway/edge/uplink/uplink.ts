import { connect, type MqttClient } from 'mqtt'
import { decodeReceipt, encodeEnvelope, encodePresence } from '../../../proto/codec/codec.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import { VERSION } from '../../foundation/version.ts'
import type { EdgeClock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'

/** Records on their way without a receipt yet, and their bodies: a case waits behind so many bytes of photos at most. */
const WINDOW = 128
const WINDOW_BYTES = 128 * 1024
/** No receipt so long after the broker had it: sent again. The hub drops repeats. */
const RESEND_AFTER_MS = 15_000
/** The broker itself says nothing: so long even a full window takes on a poor link. */
const UNACKNOWLEDGED_MS = 120_000
const CONNECT_TIMEOUT_MS = 10_000
const KEEPALIVE_S = 30
/** A connection that broke earlier counts as a failed try: two gateways under one id would take it from each other for ever. */
const STEADY_MS = 30_000

export interface UplinkOptions {
  gateway: string
  boot: string
  /** Several addresses: nodes of one broker, tried in turn. */
  broker: { url: string | string[]; username?: string | undefined; password?: string | undefined }
  outbox: Outbox
  clock: EdgeClock
  log: Log
}

interface InFlight {
  bytes: number
  /** Monotonic time at which it is sent again. */
  againMs: number
}

/**
 * Takes records from the outbox to the broker and deletes them when the hub's receipt comes, never earlier: a
 * broker's acknowledgement says nothing about its disk. Connects for ever, with growing waits; a new client is
 * made for each connection, because a client that resends by itself would drop what is published meanwhile.
 *
 * A gateway that does not know the time connects too, and sends what an earlier boot has dated, but does not say that
 * it is there: the hub takes no presence without a time.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #backoff = new Backoff(500, 60_000)
  /** Sent on this connection, by sequence. */
  readonly #inFlight = new Map<number, InFlight>()
  #bytesInFlight = 0
  #client: MqttClient | undefined
  #turn = 0
  #connectedMs = Number.POSITIVE_INFINITY
  #ready = false
  /** The will of this connection carries a time. */
  #hasWill = false
  #retry: NodeJS.Timeout | undefined
  #resend: NodeJS.Timeout | undefined
  #stopped = false
  #complained = ''

  constructor(options: UplinkOptions) {
    this.#options = options
    options.outbox.onAppended = () => this.#send()
  }

  start(): void {
    this.#connect()
    this.#resend = setInterval(() => this.#resendLate(), RESEND_AFTER_MS / 3)
  }

  get connected(): boolean {
    return this.#ready
  }

  /** Says that the gateway goes, then leaves. What has no receipt stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    clearInterval(this.#resend)
    const client = this.#client
    if (!client) return
    if (this.#ready && this.#hasWill)
      await client
        .publishAsync(this.#topic('state'), this.#presence(false), { qos: 1, retain: true })
        .catch(() => {})
    this.#ready = false
    await client.endAsync(true).catch(() => {})
  }

  get #url(): string {
    const urls = [this.#options.broker.url].flat()
    return urls[this.#turn % urls.length]!
  }

  #topic(channel: 'up' | 'down' | 'state'): string {
    return gatewayTopic(this.#options.gateway, channel)
  }

  #presence(online: boolean): Buffer {
    const { boot, clock } = this.#options
    return Buffer.from(encodePresence({ online, boot, timeMs: clock.nowMs(), version: VERSION }))
  }

  #connect(): void {
    const { broker, gateway, clock, log } = this.#options
    this.#hasWill = clock.known
    const client = connect(this.#url, {
      clientId: gateway,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      ...(this.#hasWill
        ? { will: { topic: this.#topic('state'), payload: this.#presence(false), qos: 1, retain: true } }
        : {}),
    })
    this.#client = client
    let reason = 'connection closed by the broker'
    client.on('error', (error) => {
      reason = error.message || (error as NodeJS.ErrnoException).code || String(error)
    })
    client.on('connect', () => void this.#connected(client))
    client.on('message', (_topic, payload) => this.#received(payload))
    client.once('close', () => {
      this.#ready = false
      this.#inFlight.clear()
      this.#bytesInFlight = 0
      client.end(true)
      if (this.#stopped || client !== this.#client) return
      this.#complain(`broker ${this.#url}: ${reason}; records wait in the outbox, trying again`)
      log.debug({ reason }, 'uplink closed')
      if (performance.now() - this.#connectedMs > STEADY_MS) this.#backoff.reset()
      this.#connectedMs = Number.POSITIVE_INFINITY
      this.#turn++
      this.#retry = setTimeout(() => this.#connect(), this.#backoff.next())
    })
  }

  async #connected(client: MqttClient): Promise<void> {
    const { log } = this.#options
    try {
      // Receipts are sent at QoS 0; in a cluster more would be an object of its own for each gateway.
      await client.subscribeAsync(this.#topic('down'), { qos: 0 })
      if (this.#hasWill)
        await client.publishAsync(this.#topic('state'), this.#presence(true), { qos: 1, retain: true })
    } catch (error) {
      this.#complain(`broker ${this.#url}: ${(error as Error).message}`)
      client.end(true)
      return
    }
    if (client !== this.#client || this.#stopped) return
    log.info({ broker: this.#url }, 'connected to the broker')
    this.#complained = ''
    this.#connectedMs = performance.now()
    this.#ready = true
    this.#send()
  }

  /** Fills the window: cases first, then oldest first. */
  #send(): void {
    const client = this.#client
    if (!this.#ready || !client) return
    const { gateway, outbox, clock, log } = this.#options
    if (!this.#hasWill && clock.known) {
      // A will is said at the beginning of a connection.
      this.#client = undefined
      this.#ready = false
      client.end(true, () => {
        if (!this.#stopped) this.#connect()
      })
      return
    }
    if (this.#inFlight.size >= WINDOW || this.#bytesInFlight >= WINDOW_BYTES) return
    for (const record of outbox.peek(WINDOW + this.#inFlight.size, WINDOW_BYTES + this.#bytesInFlight)) {
      const { sequence } = record
      if (this.#inFlight.size >= WINDOW) return
      if (this.#inFlight.has(sequence)) continue
      const bytes = record.body.length
      if (this.#inFlight.size > 0 && this.#bytesInFlight + bytes > WINDOW_BYTES) return
      const sent: InFlight = { bytes, againMs: performance.now() + UNACKNOWLEDGED_MS }
      this.#inFlight.set(sequence, sent)
      this.#bytesInFlight += bytes
      const payload = encodeEnvelope({ gateway, ...record })
      client.publish(this.#topic('up'), Buffer.from(payload), { qos: 1 }, (error) => {
        if (error) log.debug({ err: error, sequence }, 'publish failed: will be sent again')
        sent.againMs = performance.now() + RESEND_AFTER_MS
      })
    }
  }

  #received(payload: Uint8Array): void {
    const { outbox, log } = this.#options
    try {
      const { boot, sequences } = decodeReceipt(payload)
      for (const sequence of sequences) this.#landed(sequence)
      outbox.remove(boot, sequences)
    } catch (error) {
      log.warn({ err: error }, 'a message from the hub could not be read and was ignored')
    }
    // The removed rows leave the file with the next group; sending goes on from there (onAppended).
  }

  #landed(sequence: number): void {
    this.#bytesInFlight -= this.#inFlight.get(sequence)?.bytes ?? 0
    this.#inFlight.delete(sequence)
  }

  #resendLate(): void {
    const nowMs = performance.now()
    for (const [sequence, { againMs }] of this.#inFlight) if (againMs < nowMs) this.#landed(sequence)
    this.#send()
  }

  #complain(message: string): void {
    // Said once for each reason, not at each try.
    if (message !== this.#complained) this.#options.log.warn(message)
    this.#complained = message
  }
}
