import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import { checkedWill, isPlainText, mayConnect, maySubscribe } from './access.ts'
import { type RivalLimits, Rivals, rivalAlarm } from './rivals.ts'
import { type SubscriptionLimits, Subscriptions } from './subscriptions.ts'

/**
 * Who is let into the embedded broker and what each client may subscribe to. In: CONNECT and SUBSCRIBE as
 * aedes offers them; out: yes, or a reason that CONNACK or SUBACK can tell. Holds who is connected.
 */

/** CONNACK return codes, MQTT 3.1.1 §3.2.2.3. */
const IDENTIFIER_REJECTED = 2
const NOT_AUTHORIZED = 5

/** What CONNECT told of a client, until it is let in or not. */
interface Applicant {
  boot: string | undefined
  refused: AuthenticateError | undefined
}

export class Admission {
  readonly #limits: SubscriptionLimits
  readonly #applicants = new WeakMap<Client, Applicant>()
  /** Those let in, by id, with the boot that their will or their presence told. */
  readonly #clients = new Map<string, { client: Client; boot: string | undefined }>()
  readonly #subscriptions = new WeakMap<Client, Subscriptions>()
  readonly #rivals: Rivals

  constructor(limits: SubscriptionLimits & { rivals: RivalLimits }) {
    this.#limits = limits
    this.#rivals = new Rivals(limits.rivals)
  }

  /** How many are connected. */
  get size(): number {
    return this.#clients.size
  }

  /** @returns what spoils the connection at once, null: nothing. What CONNACK can tell is kept for `refusal`. */
  apply(client: Client, packet: ConnectPacket): Error | null {
    const { clientId, username = '', will } = packet
    // [MQTT-1.5.3-1], [MQTT-1.5.3-2]
    if (![clientId, username, will?.topic ?? ''].every(isPlainText))
      return new Error('CONNECT with a text that is no UTF-8 or holds control characters')
    const applicant: Applicant = { boot: undefined, refused: undefined }
    this.#applicants.set(client, applicant)
    // Without an id a client gets one from aedes, enough to follow the cases.
    if (clientId !== '' && !mayConnect(clientId)) applicant.refused = idRefused(clientId)
    else if (will)
      try {
        const payload = typeof will.payload === 'string' ? Buffer.from(will.payload) : will.payload
        applicant.boot = checkedWill(clientId, will.topic, payload).boot
      } catch (error) {
        applicant.refused = refused((error as Error).message, NOT_AUTHORIZED)
      }
    return null
  }

  /** Why the client is not let in; undefined: it is. Of two gateways under one id the later one is not. */
  refusal(client: Client): AuthenticateError | undefined {
    const applicant = this.#applicants.get(client)
    if (applicant?.refused) return applicant.refused
    const holder = this.#clients.get(client.id)
    if (!holder) return undefined
    const boots = { holder: holder.boot, newcomer: applicant?.boot }
    if (!this.#rivals.takesOver(client.id, boots, performance.now())) return undefined
    return refused(rivalAlarm(client.id), IDENTIFIER_REJECTED)
  }

  entered(client: Client): void {
    this.#clients.set(client.id, { client, boot: this.#applicants.get(client)?.boot })
  }

  /** Its presence told which boot the gateway is. */
  isBoot(client: Client, boot: string): void {
    const entry = this.#clients.get(client.id)
    if (entry?.client === client) entry.boot = boot
  }

  left(client: Client): void {
    if (this.#clients.get(client.id)?.client === client) this.#clients.delete(client.id)
  }

  /** @throws Error where the client goes too far to be let go on. */
  grants(client: Client, filter: string): boolean {
    // [MQTT-1.5.3-1]
    if (!isPlainText(filter)) throw new Error(`filter ${quoted(filter)}: no UTF-8`)
    const subscriptions = this.#subscriptions.get(client) ?? new Subscriptions(this.#limits)
    this.#subscriptions.set(client, subscriptions)
    return maySubscribe(client.id, filter) && subscriptions.add(filter, performance.now())
  }

  /** The one that is connected under this id. */
  client(id: string): Client | undefined {
    return this.#clients.get(id)?.client
  }

  isSubscribed(client: Client, filter: string): boolean {
    return this.#subscriptions.get(client)?.has(filter) ?? false
  }

  givenBack(client: Client, filters: string[]): void {
    this.#subscriptions.get(client)?.remove(filters)
  }

  /** Ids that two gateways call their own, each as an alarm in words. */
  alarms(): string[] {
    return this.#rivals.contested(performance.now()).map(rivalAlarm)
  }
}

function idRefused(clientId: string): AuthenticateError {
  const message = `client id ${quoted(clientId)}: expected 1 to 64 letters, digits, _ or -, and not 'cases'`
  return refused(message, IDENTIFIER_REJECTED)
}

function refused(message: string, returnCode: 2 | 5): AuthenticateError {
  return Object.assign(new Error(message), { returnCode })
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100))
