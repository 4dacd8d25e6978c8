import type { Duplex } from 'node:stream'
import { connect, type MqttClient } from 'mqtt'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import type { Log } from '../../foundation/log.ts'
import { VERSION } from '../../foundation/version.ts'
import type { EdgeClock } from '../clock.ts'
import { Reconnects } from './reconnects.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** A connection that broke earlier counts as a failed try. */
const STEADY_MS = 30_000
/** Who has a case to send does not wait longer. */
const URGENT_MS = 1000

export interface Broker {
  /** Several addresses: nodes of one broker, tried in turn. */
  url: string | string[]
  username?: string | undefined
  password?: string | undefined
}

export interface ConnectionOptions {
  gateway: string
  boot: string
  broker: Broker
  clock: EdgeClock
  /** Asked at each connection. */
  keepaliveS: () => number
  log: Log
  onStream: (stream: Duplex) => void
  onReady: () => void
  /** What the hub says to this gateway. */
  onDown: (payload: Uint8Array) => void
  /** `wasBroken`: it stood, and nobody of us meant to end it. */
  onClosed: (reason: string, wasBroken: boolean) => void
}

/**
 * A connection to the broker, made for ever, with growing waits; a new client is made for each one, because a client
 * that resends by itself would drop what is published meanwhile. Presence is told by a retained message and a will. A
 * gateway that does not know the time connects too, but does not say that it is there: the hub takes no presence
 * without a time.
 */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #reconnects = new Reconnects()
  #client: MqttClient | undefined
  #turn = 0
  #readyMs: number | undefined
  #heardMs = 0
  /** The will of this connection carries a time. */
  #hasWill = false
  #retry: { timer: NodeJS.Timeout; atMs: number; spread: boolean } | undefined
  #stopped = false
  #complained = ''
  /** Why we end it ourselves. */
  #cutFor: string | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  start(): void {
    this.#connect()
  }

  /** The client of a connection that is ready to be sent over. */
  get ready(): MqttClient | undefined {
    return this.#readyMs === undefined ? undefined : this.#client
  }

  /** The address that was last tried, without what is secret. */
  get broker(): string {
    const urls = [this.#options.broker.url].flat()
    return urls[this.#turn % urls.length]!.replace(/\/\/[^/@]*@/, '//')
  }

  /** Monotonic time at which the broker last said anything on this connection. */
  get heardMs(): number {
    return this.#heardMs
  }

  /** Ends a connection that is dead, and makes another one. */
  cut(reason: string): void {
    this.#cutFor = reason
    this.#client?.end(true)
  }

  /** There is a case to send: after a broker's outage this gateway does not wait for its turn. */
  hurry(): void {
    const retry = this.#retry
    if (!retry?.spread || retry.atMs - performance.now() <= URGENT_MS) return
    clearTimeout(retry.timer)
    this.#retryIn(Math.random() * URGENT_MS, false)
  }

  /** The time has become known: a will is said at the beginning of a connection. @returns whether it is made anew. */
  renewedForWill(): boolean {
    if (this.#hasWill || !this.#options.clock.known || !this.ready) return false
    const client = this.#client
    this.#client = undefined
    this.#readyMs = undefined
    this.#options.onClosed('the time is known: connecting anew to tell presence', false)
    client?.end(true, () => {
      if (!this.#stopped) this.#connect()
    })
    return true
  }

  /** Says that the gateway goes, then leaves. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry?.timer)
    const client = this.#client
    if (!client) return
    if (this.ready && this.#hasWill)
      await client
        .publishAsync(this.#topic('state'), this.#presence(false), { qos: 1, retain: true })
        .catch(() => {})
    this.#readyMs = undefined
    await client.endAsync(true).catch(() => {})
  }

  get #url(): string {
    const urls = [this.#options.broker.url].flat()
    return urls[this.#turn % urls.length]!
  }

  #topic(channel: 'down' | 'state'): string {
    return gatewayTopic(this.#options.gateway, channel)
  }

  #presence(online: boolean): Buffer {
    const { boot, clock } = this.#options
    return Buffer.from(encodePresence({ online, boot, timeMs: clock.nowMs(), version: VERSION }))
  }

  #connect(): void {
    const { broker, gateway, clock, keepaliveS, onStream, onDown } = this.#options
    this.#retry = undefined
    this.#cutFor = undefined
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
      keepalive: keepaliveS(),
      ...(this.#hasWill
        ? { will: { topic: this.#topic('state'), payload: this.#presence(false), qos: 1, retain: true } }
        : {}),
    })
    this.#client = client
    onStream(client.stream)
    let reason = 'connection closed by the broker'
    let byThem = true
    client.on('error', (error) => {
      reason = error.message || (error as NodeJS.ErrnoException).code || String(error)
      // mqtt.js has no other name for it.
      if (reason === 'Keepalive timeout') byThem = false
    })
    client.on('packetreceive', () => {
      this.#heardMs = performance.now()
    })
    client.on('connect', () => void this.#connected(client))
    client.on('message', (_topic, payload) => onDown(payload))
    client.once('close', () => {
      client.end(true)
      if (this.#stopped || client !== this.#client) return
      this.#lost(this.#cutFor ?? reason, byThem && this.#cutFor === undefined)
    })
  }

  #lost(reason: string, byThem: boolean): void {
    const stoodMs = this.#readyMs === undefined ? undefined : performance.now() - this.#readyMs
    this.#readyMs = undefined
    this.#complain(`broker ${this.broker}: ${reason}; records wait in the outbox, trying again`)
    this.#options.log.debug({ reason }, 'uplink closed')
    this.#turn++
    const isSteady = stoodMs !== undefined && stoodMs > STEADY_MS
    const ending = isSteady ? (byThem ? 'theirs' : 'ours') : stoodMs === undefined ? 'early' : 'short'
    this.#retryIn(this.#reconnects.next(ending), ending === 'theirs')
    this.#options.onClosed(reason, stoodMs !== undefined)
  }

  #retryIn(waitMs: number, spread: boolean): void {
    const timer = setTimeout(() => this.#connect(), waitMs)
    this.#retry = { timer, atMs: performance.now() + waitMs, spread }
  }

  async #connected(client: MqttClient): Promise<void> {
    try {
      // Receipts are sent at QoS 0; in a cluster more would be an object of its own for each gateway.
      await client.subscribeAsync(this.#topic('down'), { qos: 0 })
      if (this.#hasWill)
        await client.publishAsync(this.#topic('state'), this.#presence(true), { qos: 1, retain: true })
    } catch (error) {
      this.#complain(`broker ${this.broker}: ${(error as Error).message}`)
      client.end(true)
      return
    }
    if (client !== this.#client || this.#stopped) return
    this.#options.log.info({ broker: this.broker }, 'connected to the broker')
    this.#complained = ''
    this.#readyMs = performance.now()
    this.#options.onReady()
  }

  #complain(message: string): void {
    // Said once for each reason, not at each try.
    if (message !== this.#complained) this.#options.log.warn(message)
    this.#complained = message
  }
}
