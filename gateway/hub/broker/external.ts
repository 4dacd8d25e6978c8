import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { decodePresence } from '../../../proto/codec/codec.ts'
import { ALL_STATE, caseTopic, gatewayTopic, parseGatewayTopic } from '../../../proto/topics.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import { type Broker, type BrokerHandlers, type BrokerState, refusalOf } from './broker.ts'
import { Members, memberJson, membersFilter, memberTopic, probeTopic } from './members.ts'
import { ReturningBoots, rivalAlarm } from './rivals.ts'
import { takes, upFilter, type Worker } from './worker.ts'

/**
 * An existing broker or cluster (mosquitto, EMQX, NATS …) that gateways and this hub both connect to. MQTT
 * 3.1.1, QoS ≤ 1. Its PUBACKs mean little (a broker may forget what it acknowledged); the hub's receipts,
 * sent after the commit, are what gateways delete by. So records are heard at QoS 0 and over a clean session:
 * a broker keeps nothing back for a hub that is away, and nothing piles up in windows and queues of the
 * broker, which are short. What is lost on the way has no receipt and comes again. Who may publish where is
 * the existing broker's business. Whatever fails is tried again with growing waits, at the next address
 * where there are several.
 */

export interface ExternalAddress {
  /** Several: nodes of one broker, any of which serves. */
  url: string | string[]
  /** Stable, and of this hub alone. */
  clientId: string
  username?: string | undefined
  password?: string | undefined
  /** Absent: this hub takes everything. */
  worker?: Worker | undefined
}

const CONNECT_TIMEOUT_MS = 10_000
/** A worker that is gone without a word is missed after one and a half of these. */
const KEEPALIVE_S = 15

export interface ExternalWaits {
  /** Other workers may take so long to say that they are there. */
  gatheringMs: number
  /** A message over a shared subscription may take so long. */
  probeMs: number
}

const WAITS: ExternalWaits = { gatheringMs: 10_000, probeMs: 5_000 }

export class ExternalBroker implements Broker {
  readonly #address: ExternalAddress
  readonly #log: Log
  readonly #waits: ExternalWaits
  readonly #backoff = new Backoff(500, 30_000)
  readonly #publishing = new Set<(error: Error) => void>()
  readonly #members: Members | undefined
  readonly #boots = new ReturningBoots()
  #client: MqttClient | undefined
  #turn = 0
  #retry: NodeJS.Timeout | undefined
  #probe: NodeJS.Timeout | undefined
  #readyMs = 0
  #problem: string | undefined = 'not connected yet'
  #closing = false

  constructor(address: ExternalAddress, log: Log, waits: Partial<ExternalWaits> = {}) {
    this.#address = address
    this.#log = log
    this.#waits = { ...WAITS, ...waits }
    this.#members = address.worker && new Members(address.worker)
  }

  /** Of the node that this hub is at, or tries next. */
  get url(): string {
    const urls = [this.#address.url].flat()
    return urls[this.#turn % urls.length]!
  }

  async start(handlers: BrokerHandlers): Promise<void> {
    this.#connect(handlers)
  }

  publishDown(gateway: string, payload: Uint8Array): void {
    if (this.#client?.connected) this.#client.publish(gatewayTopic(gateway, 'down'), Buffer.from(payload))
  }

  publishCase(caseId: string, json: string, retain: boolean): Promise<void> {
    const client = this.#client
    if (!client?.connected) return Promise.reject(new Error(`broker ${this.url} is not connected`))
    return new Promise((resolve, reject) => {
      this.#publishing.add(reject)
      client.publish(caseTopic(caseId), json, { qos: 1, retain }, (error) => {
        this.#publishing.delete(reject)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  state(): BrokerState {
    const detail = this.#problem
    const gathered = performance.now() - this.#readyMs > this.#waits.gatheringMs
    return {
      ok: detail === undefined,
      ...(detail === undefined ? {} : { detail: `${this.url}: ${detail}` }),
      clients: detail === undefined ? 1 : 0,
      refused: { connections: 0, publishes: 0, subscriptions: 0 },
      alarms: [
        ...this.#boots.contested(performance.now()).map(rivalAlarm),
        ...(detail === undefined && gathered ? (this.#members?.alarms() ?? []) : []),
      ],
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    clearTimeout(this.#probe)
    this.#failPublishing(new Error('the hub is closing'))
    const client = this.#client
    if (!client) return
    const { worker, clientId } = this.#address
    if (worker && client.connected && this.#problem === undefined) {
      // Left on purpose: nobody misses it.
      const left = { qos: 1, retain: true } as const
      const gone = client.publishAsync(memberTopic(worker.group, clientId), '', left).catch(() => {})
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 1000))])
    }
    // Not forced where connected: the broker sends no will for a client that says goodbye.
    await client.endAsync(!client.connected)
  }

  #connect(handlers: BrokerHandlers): void {
    const client = connect(this.url, this.#options())
    this.#client = client
    client.on('connect', () => this.#subscribe(client, handlers))
    client.on('error', (error) => this.#note(error.message || String((error as NodeJS.ErrnoException).code)))
    client.once('close', () => this.#comeBack(client, handlers))
    client.on('message', (topic, payload) => this.#take(topic, payload, handlers))
  }

  #options(): IClientOptions {
    const { clientId, username, password, worker } = this.#address
    return {
      clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      protocolVersion: 4,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      // A client is made for each connection: waiting, choosing the node and subscribing are done here.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      clean: true,
      ...(worker === undefined
        ? {}
        : {
            will: {
              topic: memberTopic(worker.group, clientId),
              payload: Buffer.from(memberJson(worker, false)),
              qos: 1,
              retain: true,
            },
          }),
    }
  }

  async #subscribe(client: MqttClient, handlers: BrokerHandlers): Promise<void> {
    const { worker, clientId } = this.#address
    try {
      // What of presences is lost is retained, and comes with the next connection.
      await subscribed(client, [
        upFilter(worker),
        ALL_STATE,
        ...(worker ? [membersFilter(worker.group)] : []),
      ])
      // Not waited for: a cluster that chooses a leader acknowledges late, and records come meanwhile.
      if (worker)
        client.publish(memberTopic(worker.group, clientId), memberJson(worker, true), {
          qos: 1,
          retain: true,
        })
      if (worker && upFilter(worker).startsWith('$share')) await this.#probeSharing(client, worker.group)
    } catch (error) {
      this.#note((error as Error).message)
      client.end(true)
      return
    }
    if (this.#closing || !client.connected) return
    this.#backoff.reset()
    this.#problem = undefined
    this.#readyMs = performance.now()
    this.#log.info({ url: this.url }, 'broker: connected')
    handlers.onReady()
  }

  /**
   * A broker without shared subscriptions may grant one all the same and take `$share` for a topic (NATS
   * does); the worker would hear nothing and believe that all is well. So it sends itself a message over one.
   */
  async #probeSharing(client: MqttClient, group: string): Promise<void> {
    const topic = probeTopic(group, this.#address.clientId)
    await subscribed(client, [`$share/${group}-probe/${topic}`])
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onMessage = (name: string): void => {
      if (name === topic) resolve()
    }
    client.on('message', onMessage)
    client.once('close', resolve)
    this.#probe = setTimeout(
      () =>
        reject(new Error('this broker does not share subscriptions: use broker.partition instead of share')),
      this.#waits.probeMs,
    )
    try {
      client.publish(topic, 'probe')
      await promise
    } finally {
      clearTimeout(this.#probe)
      client.off('message', onMessage)
    }
  }

  #take(topic: string, payload: Buffer, handlers: BrokerHandlers): void {
    const { worker } = this.#address
    const parsed = parseGatewayTopic(topic)
    if (parsed?.channel === 'up') {
      // A failed commit leaves no receipt, so the gateway sends it again.
      if (takes(worker, parsed.gateway, payload)) handlers.onUp(parsed.gateway, payload, () => {})
      else handlers.onPassedOver?.(parsed.gateway, payload)
    } else if (parsed) {
      this.#takePresence(parsed.gateway, payload, handlers)
    } else if (!this.#members?.note(topic, payload) && !this.#isProbe(topic)) {
      const detail = `topic ${JSON.stringify(topic.slice(0, 200))}: no gateway's`
      handlers.onRefused({ gateway: '', reason: 'bad-topic', detail, payload })
    }
  }

  #isProbe(topic: string): boolean {
    const { worker, clientId } = this.#address
    return worker !== undefined && topic === probeTopic(worker.group, clientId)
  }

  #takePresence(gateway: string, payload: Buffer, handlers: BrokerHandlers): void {
    // An empty one is a retained presence that somebody took away.
    if (payload.length === 0) return
    try {
      const presence = decodePresence(payload)
      if (presence.online) this.#boots.note(gateway, presence.boot, performance.now())
      handlers.onPresence(gateway, presence)
    } catch (error) {
      handlers.onRefused(refusalOf(gateway, payload, error))
    }
  }

  #comeBack(client: MqttClient, handlers: BrokerHandlers): void {
    this.#failPublishing(new Error(`broker ${this.url}: connection lost`))
    client.end(true)
    if (this.#closing) return
    this.#note('connection closed')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#turn++
      this.#connect(handlers)
    }, this.#backoff.next())
  }

  /** One line when it goes wrong, not one a try. */
  #note(problem: string): void {
    const news = this.#problem === undefined || this.#problem === 'not connected yet'
    if (news) this.#log.warn({ url: this.url, problem }, 'broker: not connected; trying again')
    // The error comes before the close and says more.
    if (news || problem !== 'connection closed') this.#problem = problem
  }

  #failPublishing(error: Error): void {
    for (const reject of this.#publishing) reject(error)
    this.#publishing.clear()
  }
}

/** @throws Error where the broker denies one of the filters. */
async function subscribed(client: MqttClient, filters: string[]): Promise<void> {
  const granted = await client.subscribeAsync(filters, { qos: 0 })
  const denied = granted.filter(({ qos }) => Number(qos) >= 128).map(({ topic }) => topic)
  if (denied.length > 0)
    throw new Error(`subscription to ${denied.join(', ')} denied: check the broker's access rules`)
}
