import type { EventEmitter } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type AedesPublishPacket, type Client, type PublishPacket, type Subscription } from 'aedes'
import { decodePresence, MAX_PAYLOAD_BYTES } from '../../../proto/codec/codec.ts'
import type { Presence } from '../../../proto/domain.ts'
import { caseTopic, gatewayTopic } from '../../../proto/topics.ts'
import type { Log } from '../../foundation/log.ts'
import { listenError } from '../port-taken.ts'
import { mayReceive, publishChannel } from './access.ts'
import { Admission } from './admission.ts'
import { ALLOWANCE_LIMITS, type AllowanceLimits, Allowances } from './allowance.ts'
import { type Broker, type BrokerHandlers, type BrokerState, refusalOf } from './broker.ts'
import { Connection, type ConnectionLimits, type Publish } from './connection.ts'
import { downPacket } from './down-packet.ts'
import { RIVAL_LIMITS, type RivalLimits } from './rivals.ts'
import { Router } from './router.ts'
import type { SubscriptionLimits } from './subscriptions.ts'

/**
 * The hub's own MQTT 3.1.1 broker: aedes for sessions, subscriptions and cases, with a router that waits for nobody.
 * In: publishes of gateways, which connection.ts takes out before aedes, so that PUBACK leaves only after the commit;
 * no one may subscribe to them, so nothing heavy is ever routed. Out: receipts on `down`, straight to the gateway;
 * cases as retained JSON. What breaks a rule of access.ts, of framing or of a limit is disconnected and counted; what
 * is too much waits unread; a payload that cannot be read is acknowledged and set aside by the intake.
 */

export interface EmbeddedLimits extends ConnectionLimits, SubscriptionLimits {
  /** A whole CONNECT must arrive within this time, however slowly its bytes trickle. */
  connectTimeoutMs: number
  maxConnections: number
  rivals: RivalLimits
  allowance: AllowanceLimits
}

const DEFAULT_LIMITS: EmbeddedLimits = {
  connectBytes: 8 * 1024,
  // What is larger than a payload of ours is still let through to be counted and set aside.
  packetBytes: 4 * MAX_PAYLOAD_BYTES + 1024,
  connectTimeoutMs: 10_000,
  drainTimeoutMs: 8_000,
  maxUnreadBytes: 1 << 20,
  maxConnections: 10_000,
  maxSubscriptions: 100,
  maxSubscribesAMinute: 300,
  rivals: RIVAL_LIMITS,
  allowance: ALLOWANCE_LIMITS,
}

/** As so many messages counts what only makes work: a payload that is no record, a word about presence. */
const HEAVY = 10

/** The system asks a silent peer so often whether it is still there, also one without an MQTT keep-alive. */
const TCP_KEEP_ALIVE_MS = 60_000
/** All gateways come back at once when a hub does: with the usual 511 the system held 2,000 of them up (SYN cookies). */
const BACKLOG = 4096
/** A connection turned away for want of room is an alarm for so long. */
const FULL_ALARM_MS = 60_000

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
  readonly #counted = new WeakSet<Client>()
  readonly #admission: Admission
  readonly #allowances: Allowances
  #fullMs = Number.NEGATIVE_INFINITY
  #handlers: BrokerHandlers | undefined

  constructor(address: { host: string; port: number }, log: Log, limits: Partial<EmbeddedLimits> = {}) {
    this.#host = address.host
    this.#port = address.port
    this.#log = log
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#admission = new Admission(this.#limits)
    this.#allowances = new Allowances(this.#limits.allowance)
    this.#aedes = new Aedes({
      mq: new Router(),
      connectTimeout: this.#limits.connectTimeoutMs,
      drainTimeout: this.#limits.drainTimeoutMs,
      preConnect: (client, packet, done) => {
        // Sessions live in memory and would be forgotten at the next start anyway: nothing is queued for
        // absent clients, which bounds memory and leaves no stored subscription to leak through.
        packet.clean = true
        const error = this.#admission.apply(client, packet)
        connectionOf(client).expectWithin(packet.keepalive ?? 0)
        packet.keepalive = 0
        // Without an error the socket would stay open for ever.
        done(error, error === null)
      },
      authenticate: (client, _username, _password, done) => {
        const refused = this.#admission.refusal(client)
        done(refused ?? null, refused === undefined)
      },
      authorizePublish: (client, will, done) => this.#takeWill(client, will, done),
      authorizeSubscribe: (client, subscription, done) => this.#checkSubscribe(client, subscription, done),
      authorizeForward: (client, packet) => this.#checkForward(client, packet),
    })
    this.#aedes.on('client', (client) => this.#admission.entered(client))
    this.#aedes.on('clientDisconnect', (client) => this.#forget(client))
    this.#aedes.on('clientError', (client, error) => this.#countRefusal(client, error))
    this.#aedes.on('connectionError', (client, error) => this.#countRefusal(client, error))
    this.#aedes.on('unsubscribe', (filters, client) => this.#admission.givenBack(client, filters))
    this.#aedes.on('clientReady', (client) =>
      connectionOf(client).letIn(this.#allowances.of(client.id, performance.now())),
    )
    // Not among the typed events; without a listener it would end the process.
    const events: EventEmitter = this.#aedes
    events.on('error', (error: Error) => this.#log.error({ err: error }, 'broker: internal error'))
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
      (socket) => this.#accept(socket),
    )
    this.#server.maxConnections = this.#limits.maxConnections
    this.#server.on('drop', () => this.#countDrop())
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
      this.#server.listen(this.#port, this.#host, BACKLOG, resolve)
    })
    this.#server.on('error', (error) => this.#log.error({ err: error }, 'broker: listening failed'))
    this.#log.info({ url: this.url }, 'broker: listening')
    handlers.onReady()
  }

  publishDown(gateway: string, payload: Uint8Array): void {
    const client = this.#admission.client(gateway)
    const topic = gatewayTopic(gateway, 'down')
    // Nobody else may hear it, so there is nothing to route.
    if (client && this.#admission.isSubscribed(client, topic))
      connectionOf(client).send(downPacket(topic, payload))
  }

  publishCase(caseId: string, json: string, retain: boolean): Promise<void> {
    if (!this.#handlers) return Promise.reject(new Error('the broker is not running'))
    return new Promise((resolve, reject) => {
      const packet = { topic: caseTopic(caseId), payload: Buffer.from(json), qos: 1, retain } as const
      this.#aedes.publish({ cmd: 'publish', dup: false, ...packet }, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }

  state(): BrokerState {
    const ok = this.#server.listening
    return {
      ok,
      ...(ok ? {} : { detail: 'not listening' }),
      clients: this.#admission.size,
      refused: { ...this.#refused },
      alarms: this.#alarms(),
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
    this.#aedes.handle(
      new Connection(socket, this.#limits, (connection, publish) => this.#takePublish(connection, publish)),
    )
  }

  #checkSubscribe(
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ): void {
    try {
      if (this.#admission.grants(client, subscription.topic)) {
        done(null, subscription)
        return
      }
    } catch (error) {
      done(error as Error)
      return
    }
    this.#refused.subscriptions++
    // SUBACK 0x80 for this filter alone.
    done(null, null)
  }

  #checkForward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    if (!mayReceive(client.id, packet.topic)) return null
    return connectionOf(client).checkUnread() ? packet : null
  }

  #takePublish(connection: Connection, publish: Publish): void {
    const { topic, qos, payload } = publish
    const { client } = connection
    const handlers = this.#handlers
    if (!client || !handlers) {
      connection.destroy(new Error('the broker is closing'))
      return
    }
    const channel = publishChannel(client.id, topic)
    if (!channel || qos === 2) {
      this.#refused.publishes++
      connection.destroy(new Error(channel ? 'QoS 2, expected 0 or 1' : `publish to ${quoted(topic)}`))
      return
    }
    if (channel === 'up') {
      handlers.onUp(client.id, payload, (error, refused) => {
        if (refused) connection.charge(HEAVY)
        connection.committed(publish, error)
      })
      return
    }
    this.#takePresence(client, payload, handlers)
    connection.charge(HEAVY)
    connection.committed(publish)
  }

  /** Looked at when it was announced, by `Admission`. */
  #takeWill(client: Client | null, { payload }: PublishPacket, done: (error?: Error | null) => void): void {
    if (client && this.#handlers) this.#takePresence(client, Buffer.from(payload), this.#handlers)
    // Nobody may subscribe to it, so nothing is gained by keeping it.
    done(new Error('taken'))
  }

  #takePresence(client: Client, payload: Uint8Array, handlers: BrokerHandlers): void {
    const gateway = client.id
    try {
      const presence = decodePresence(payload)
      this.#admission.isBoot(client, presence.boot)
      if (presence.online) this.#online.set(gateway, presence)
      else this.#online.delete(gateway)
      handlers.onPresence(gateway, presence)
    } catch (error) {
      handlers.onRefused(refusalOf(gateway, payload, error))
    }
  }

  /** A gateway that left without a word or a will is offline all the same. */
  #forget(client: Client): void {
    const gateway = client.id
    this.#admission.left(client)
    const presence = this.#online.get(gateway)
    if (!this.#online.delete(gateway) || !presence) return
    this.#handlers?.onPresence(gateway, { ...presence, online: false, timeMs: Date.now() })
  }

  #countRefusal(client: Client, error: Error): void {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNRESET' || code === 'EPIPE' || this.#counted.has(client)) return
    this.#counted.add(client)
    this.#refused.connections++
    // Whoever only knocks at the port does not fill the log.
    const level = client.id ? 'warn' : 'debug'
    this.#log[level]({ client: client.id ?? undefined, reason: error.message }, 'broker: client disconnected')
  }

  #countDrop(): void {
    this.#refused.connections++
    if (!this.#isFull()) this.#log.warn({ alarm: this.#fullAlarm() }, 'broker: connections turned away')
    this.#fullMs = performance.now()
  }

  #isFull(): boolean {
    return performance.now() - this.#fullMs < FULL_ALARM_MS
  }

  #fullAlarm(): string {
    return `${this.#limits.maxConnections} connections, and more were turned away`
  }

  #alarms(): string[] {
    const alarms = [...this.#admission.alarms(), ...this.#allowances.alarms(performance.now())]
    return this.#isFull() ? [this.#fullAlarm(), ...alarms] : alarms
  }
}

/** aedes gives a client the stream that it was handed. */
const connectionOf = (client: Client): Connection => client.conn as Connection

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100))
