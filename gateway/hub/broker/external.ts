import { connect, type MqttClient } from 'mqtt'
import { decodePresence } from '../../../proto/codec/codec.ts'
import { ALL_STATE, ALL_UP, caseTopic, gatewayTopic, parseGatewayTopic } from '../../../proto/topics.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import { type Broker, type BrokerHandlers, type BrokerState, refusalOf } from './broker.ts'

/**
 * An existing broker (mosquitto, EMQX …) that gateways and this hub both connect to. MQTT 3.1.1, QoS ≤ 1,
 * a lasting session under a stable client id. Its PUBACKs mean little (a broker may forget what it
 * acknowledged); the hub's receipts, sent after the commit, are what gateways delete by. Who may publish
 * where is the existing broker's business. Whatever fails is tried again with growing waits.
 */

export interface ExternalAddress {
  url: string
  clientId: string
  username?: string | undefined
  password?: string | undefined
}

const CONNECT_TIMEOUT_MS = 10_000

export class ExternalBroker implements Broker {
  readonly url: string
  readonly #address: ExternalAddress
  readonly #log: Log
  readonly #backoff = new Backoff(500, 30_000)
  readonly #publishing = new Set<(error: Error) => void>()
  #client: MqttClient | undefined
  #retry: NodeJS.Timeout | undefined
  #problem: string | undefined = 'not connected yet'
  #closing = false

  constructor(address: ExternalAddress, log: Log) {
    this.url = address.url
    this.#address = address
    this.#log = log
  }

  async start(handlers: BrokerHandlers): Promise<void> {
    const { url, ...login } = this.#address
    const client = connect(url, {
      ...login,
      protocolVersion: 4,
      clean: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Waiting and subscribing again are done here: the client's own wait does not grow.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
    })
    this.#client = client
    client.on('connect', () => this.#subscribe(client, handlers))
    client.on('error', (error) => this.#note(error.message || String((error as NodeJS.ErrnoException).code)))
    client.on('close', () => this.#comeBack(client))
    client.on('message', (topic, payload) => this.#take(topic, payload, handlers))
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
    return {
      ok: detail === undefined,
      ...(detail === undefined ? {} : { detail: `${this.url}: ${detail}` }),
      clients: detail === undefined ? 1 : 0,
      refused: { connections: 0, publishes: 0, subscriptions: 0 },
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    this.#failPublishing(new Error('the hub is closing'))
    // Not forced where connected: the broker keeps the session of a client that says goodbye.
    if (this.#client) await this.#client.endAsync(!this.#client.connected)
  }

  #subscribe(client: MqttClient, handlers: BrokerHandlers): void {
    client.subscribe([ALL_UP, ALL_STATE], { qos: 1 }, (error, granted) => {
      const denied = granted?.filter(({ qos }) => Number(qos) >= 128).map(({ topic }) => topic) ?? []
      if (error || denied.length > 0) {
        this.#note(error?.message ?? `subscription to ${denied.join(', ')} denied: check the broker's ACL`)
        client.stream.destroy()
        return
      }
      this.#backoff.reset()
      this.#problem = undefined
      this.#log.info({ url: this.url }, 'broker: connected')
      handlers.onReady()
    })
  }

  #take(topic: string, payload: Buffer, handlers: BrokerHandlers): void {
    const parsed = parseGatewayTopic(topic)
    if (!parsed) {
      const detail = `topic ${JSON.stringify(topic.slice(0, 200))}: no gateway's`
      handlers.onRefused({ gateway: '', reason: 'bad-topic', detail, payload })
    } else if (parsed.channel === 'up') {
      // A failed commit leaves no receipt, so the gateway sends it again.
      handlers.onUp(parsed.gateway, payload, () => {})
    } else if (payload.length > 0) {
      // An empty one is a retained presence that somebody took away.
      try {
        handlers.onPresence(parsed.gateway, decodePresence(payload))
      } catch (error) {
        handlers.onRefused(refusalOf(parsed.gateway, payload, error))
      }
    }
  }

  #comeBack(client: MqttClient): void {
    this.#failPublishing(new Error(`broker ${this.url}: connection lost`))
    if (this.#closing) return
    this.#note('connection closed')
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => client.reconnect(), this.#backoff.next())
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
