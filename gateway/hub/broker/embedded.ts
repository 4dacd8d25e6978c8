import type { EventEmitter } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes'
import { decodePresence, MAX_PAYLOAD_BYTES } from '../../../proto/codec/codec.ts'
import type { Presence } from '../../../proto/domain.ts'
import { caseTopic, gatewayTopic } from '../../../proto/topics.ts'
import type { Log } from '../../foundation/log.ts'
import { listenError } from '../port-taken.ts'
import { mayConnect, mayReceive, maySubscribe, publishChannel } from './access.ts'
import { type Broker, type BrokerHandlers, type BrokerState, refusalOf } from './broker.ts'
import { type FrameLimits, GuardedConnection } from './frame-guard.ts'

/**
 * The hub's own MQTT 3.1.1 broker: aedes behind a framing guard. In: publishes of gateways, taken in
 * `authorizePublish`, so that PUBACK leaves only after the commit and nothing heavy is ever routed. Out:
 * receipts on `down`, cases as retained JSON. What breaks a rule of access.ts or of framing is disconnected
 * and counted; a payload that cannot be read is acknowledged and set aside by the intake.
 */

export interface EmbeddedLimits extends FrameLimits {
  /** A whole CONNECT must arrive within this time, however slowly its bytes trickle. */
  connectTimeoutMs: number
  /** A subscriber that does not read for so long is disconnected: it holds back deliveries to others. */
  drainTimeoutMs: number
  maxConnections: number
}

const DEFAULT_LIMITS: EmbeddedLimits = {
  connectBytes: 8 * 1024,
  // What is larger than a payload of ours is still let through to be counted and set aside.
  packetBytes: 4 * MAX_PAYLOAD_BYTES + 1024,
  connectTimeoutMs: 10_000,
  drainTimeoutMs: 8_000,
  maxConnections: 4096,
}

/** CONNACK return codes, MQTT 3.1.1 §3.2.2.3. */
const IDENTIFIER_REJECTED = 2

export class EmbeddedBroker implements Broker {
  readonly #host: string
  readonly #port: number
  readonly #log: Log
  readonly #aedes: Aedes
  readonly #server: Server
  readonly #limits: EmbeddedLimits
  readonly #refused = { connections: 0, publishes: 0, subscriptions: 0 }
  /** Presence of the gateways that said they are online over a connection of this broker. */
  readonly #online = new Map<string, Presence>()
  readonly #sockets = new Set<Socket>()
  #handlers: BrokerHandlers | undefined

  constructor(address: { host: string; port: number }, log: Log, limits: Partial<EmbeddedLimits> = {}) {
    this.#host = address.host
    this.#port = address.port
    this.#log = log
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#aedes = new Aedes({
      connectTimeout: this.#limits.connectTimeoutMs,
      drainTimeout: this.#limits.drainTimeoutMs,
      preConnect: (_client, packet, done) => {
        // Sessions live in memory and would be forgotten at the next start anyway: nothing is queued for
        // absent clients, which bounds memory and leaves no stored subscription to leak through.
        packet.clean = true
        done(null, true)
      },
      authenticate: (client, _username, _password, done) => {
        if (mayConnect(client.id)) done(null, true)
        else done(refusedId(client.id), false)
      },
      authorizePublish: (client, packet, done) => this.#takePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        if (maySubscribe(client.id, subscription.topic)) return done(null, subscription)
        this.#refused.subscriptions++
        // SUBACK 0x80 for this filter alone.
        done(null, null)
      },
      authorizeForward: (client, packet) => (mayReceive(client.id, packet.topic) ? packet : null),
    })
    this.#aedes.on('clientDisconnect', (client) => this.#forget(client.id))
    this.#aedes.on('clientError', (client, error) => this.#countRefusal(client, error))
    this.#aedes.on('connectionError', (client, error) => this.#countRefusal(client, error))
    // Not among the typed events; without a listener it would end the process.
    const events: EventEmitter = this.#aedes
    events.on('error', (error: Error) => this.#log.error({ err: error }, 'broker: internal error'))
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server.maxConnections = this.#limits.maxConnections
  }

  get url(): string {
    const address = this.#server.address()
    const port = typeof address === 'object' && address ? address.port : this.#port
    return `mqtt://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${port}`
  }

  async start(handlers: BrokerHandlers): Promise<void> {
    await this.#aedes.listen()
    this.#handlers = handlers
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(listenError(error, this.#host, this.#port, 'hub.broker.embedded.port')),
      )
      this.#server.listen(this.#port, this.#host, resolve)
    })
    this.#server.on('error', (error) => this.#log.error({ err: error }, 'broker: listening failed'))
    this.#log.info({ url: this.url }, 'broker: listening')
    handlers.onReady()
  }

  publishDown(gateway: string, payload: Uint8Array): void {
    if (!this.#handlers) return
    this.#publish(gatewayTopic(gateway, 'down'), Buffer.from(payload), 0, false, (error) => {
      if (error) this.#log.warn({ err: error, gateway }, 'broker: receipt not sent')
    })
  }

  publishCase(caseId: string, json: string, retain: boolean): Promise<void> {
    if (!this.#handlers) return Promise.reject(new Error('the broker is not running'))
    return new Promise((resolve, reject) => {
      this.#publish(caseTopic(caseId), Buffer.from(json), 1, retain, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }

  state(): BrokerState {
    const ok = this.#server.listening
    return {
      ok,
      ...(ok ? {} : { detail: 'not listening' }),
      clients: this.#aedes.connectedClients ?? 0,
      refused: { ...this.#refused },
    }
  }

  async close(): Promise<void> {
    // Gateways are not reported offline because the hub goes.
    this.#handlers = undefined
    const stopped = this.#server.listening
      ? new Promise<void>((resolve) => this.#server.close(() => resolve()))
      : Promise.resolve()
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await stopped
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    this.#aedes.handle(new GuardedConnection(socket, this.#limits))
  }

  #takePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const handlers = this.#handlers
    if (!client || !handlers) {
      done(new Error('the broker is closing'))
      return
    }
    const channel = publishChannel(client.id, packet.topic)
    if (!channel || packet.qos === 2) {
      this.#refused.publishes++
      done(new Error(channel ? 'QoS 2, expected 0 or 1' : `publish to ${quoted(packet.topic)}`))
      return
    }
    // Nobody may subscribe to these topics, so nothing is gained by keeping them.
    packet.retain = false
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    if (channel === 'up') {
      handlers.onUp(client.id, payload, done)
      return
    }
    this.#takePresence(client.id, payload, handlers)
    done(null)
  }

  #takePresence(gateway: string, payload: Uint8Array, handlers: BrokerHandlers): void {
    try {
      const presence = decodePresence(payload)
      if (presence.online) this.#online.set(gateway, presence)
      else this.#online.delete(gateway)
      handlers.onPresence(gateway, presence)
    } catch (error) {
      handlers.onRefused(refusalOf(gateway, payload, error))
    }
  }

  /** A gateway that left without a word or a will is offline all the same. */
  #forget(gateway: string): void {
    const presence = this.#online.get(gateway)
    if (!this.#online.delete(gateway) || !presence) return
    this.#handlers?.onPresence(gateway, { ...presence, online: false, timeMs: Date.now() })
  }

  #countRefusal(client: Client, error: Error): void {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNRESET' || code === 'EPIPE') return
    this.#refused.connections++
    // Whoever only knocks at the port does not fill the log.
    const level = client.id ? 'warn' : 'debug'
    this.#log[level]({ client: client.id ?? undefined, reason: error.message }, 'broker: client disconnected')
  }

  #publish(topic: string, payload: Buffer, qos: 0 | 1, retain: boolean, done: (error?: Error) => void): void {
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos, retain, dup: false }, done)
  }
}

function refusedId(clientId: string): AuthenticateError {
  const message = `client id ${quoted(clientId)}: expected 1 to 64 letters, digits, _ or -, and not 'cases'`
  return Object.assign(new Error(message), { returnCode: IDENTIFIER_REJECTED })
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100))
