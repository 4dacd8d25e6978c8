import { connect, type MqttClient } from 'mqtt'
import { decodeReceipt, encodeEnvelope, encodePresence } from '../../../proto/codec/codec.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import { VERSION } from '../../foundation/version.ts'
import type { EdgeClock } from '../clock.ts'
import type { Outbox } from '../outbox/outbox.ts'

/** Records on their way without a receipt yet. */
const WINDOW = 128
/** No receipt after this long: sent again. The hub drops repeats. */
const RESEND_AFTER_MS = 15_000
const CONNECT_TIMEOUT_MS = 10_000
const KEEPALIVE_S = 30

export interface UplinkOptions {
  gateway: string
  boot: string
  broker: { url: string; username?: string | undefined; password?: string | undefined }
  outbox: Outbox
  clock: EdgeClock
  log: Log
}

/**
 * Takes records from the outbox to the broker and deletes them when the hub's receipt comes, never earlier: a
 * broker's acknowledgement says nothing about its disk. Connects for ever, with growing waits; a new client is
 * made for each connection, because a client that resends by itself would drop what is published meanwhile.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #backoff = new Backoff(500, 60_000)
  /** Sent on this connection: sequence -> monotonic time of sending. */
  readonly #inFlight = new Map<number, number>()
  #client: MqttClient | undefined
  #ready = false
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
    if (this.#ready)
      await client
        .publishAsync(this.#topic('state'), this.#presence(false), { qos: 1, retain: true })
        .catch(() => {})
    this.#ready = false
    await client.endAsync(true).catch(() => {})
  }

  #topic(channel: 'up' | 'down' | 'state'): string {
    return gatewayTopic(this.#options.gateway, channel)
  }

  #presence(online: boolean): Buffer {
    const { boot, clock } = this.#options
    return Buffer.from(encodePresence({ online, boot, timeMs: clock.nowMs(), version: VERSION }))
  }

  #connect(): void {
    const { broker, gateway, log } = this.#options
    const client = connect(broker.url, {
      clientId: gateway,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      will: { topic: this.#topic('state'), payload: this.#presence(false), qos: 1, retain: true },
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
      client.end(true)
      if (this.#stopped || client !== this.#client) return
      this.#complain(`broker ${broker.url}: ${reason}; records wait in the outbox, trying again`)
      log.debug({ reason }, 'uplink closed')
      this.#retry = setTimeout(() => this.#connect(), this.#backoff.next())
    })
  }

  async #connected(client: MqttClient): Promise<void> {
    const { broker, log } = this.#options
    try {
      await client.subscribeAsync(this.#topic('down'), { qos: 1 })
      await client.publishAsync(this.#topic('state'), this.#presence(true), { qos: 1, retain: true })
    } catch (error) {
      this.#complain(`broker ${broker.url}: ${(error as Error).message}`)
      client.end(true)
      return
    }
    if (client !== this.#client || this.#stopped) return
    log.info({ broker: broker.url }, 'connected to the broker')
    this.#complained = ''
    this.#backoff.reset()
    this.#ready = true
    this.#send()
  }

  /** Fills the window: cases first, then oldest first. */
  #send(): void {
    const client = this.#client
    if (!this.#ready || !client || this.#inFlight.size >= WINDOW) return
    const { gateway, outbox, log } = this.#options
    for (const record of outbox.peek(WINDOW + this.#inFlight.size)) {
      if (this.#inFlight.size >= WINDOW) return
      if (this.#inFlight.has(record.sequence)) continue
      this.#inFlight.set(record.sequence, performance.now())
      const payload = encodeEnvelope({ gateway, ...record })
      client.publish(this.#topic('up'), Buffer.from(payload), { qos: 1 }, (error) => {
        if (error) log.debug({ err: error, sequence: record.sequence }, 'publish failed: will be sent again')
      })
    }
  }

  #received(payload: Uint8Array): void {
    const { outbox, log } = this.#options
    try {
      const { boot, sequences } = decodeReceipt(payload)
      for (const sequence of sequences) this.#inFlight.delete(sequence)
      outbox.remove(boot, sequences)
    } catch (error) {
      log.warn({ err: error }, 'a message from the hub could not be read and was ignored')
    }
    // The removed rows leave the file with the next group; sending goes on from there (onAppended).
  }

  #resendLate(): void {
    const before = performance.now() - RESEND_AFTER_MS
    for (const [sequence, sentMs] of this.#inFlight) if (sentMs < before) this.#inFlight.delete(sequence)
    this.#send()
  }

  #complain(message: string): void {
    // Said once for each reason, not at each try.
    if (message !== this.#complained) this.#options.log.warn(message)
    this.#complained = message
  }
}
