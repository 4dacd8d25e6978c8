import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Presence } from '../../../proto/domain.ts'

/**
 * Where gateways and hub meet over MQTT: the hub's own broker (embedded.ts) or an existing one
 * (external.ts). In: batches and presence of gateways. Out: receipts, and each case as JSON.
 */
export interface Broker {
  /**
   * @throws PortTaken, Error where the embedded broker cannot listen. An existing broker that is not there
   * is no error: it is tried again with growing waits.
   */
  start(handlers: BrokerHandlers): Promise<void>
  /** mqtt://… to which gateways connect, once started. */
  readonly url: string
  /**
   * Bytes on a gateway's `down` topic, at QoS 0: a receipt that is lost is sent again when the gateway
   * repeats the record, so it is neither queued nor acknowledged.
   */
  publishDown(gateway: string, payload: Uint8Array): void
  /**
   * Resolves when the broker has it. `retain` keeps it for those who subscribe later; an empty text with
   * `retain` takes the retained one away.
   * @throws Error where the broker cannot be reached; try again after the next `onReady`.
   */
  publishCase(caseId: string, json: string, retain: boolean): Promise<void>
  state(): BrokerState
  close(): Promise<void>
}

export interface BrokerHandlers {
  /**
   * A batch on a gateway's `up`; `done` is called once it is kept, or with the error that prevented it; `refused`
   * says that it was no record and was set aside.
   */
  onUp(gateway: string, payload: Uint8Array, done: (error?: Error, refused?: boolean) => void): void
  /** A record that another worker of the group takes: to be shown, not to be kept. */
  onPassedOver?(gateway: string, payload: Uint8Array): void
  onPresence(gateway: string, presence: Presence): void
  /** A presence that could not be read. */
  onRefused(refusal: Refusal): void
  /** The broker can be published to, and may have forgotten everything retained. */
  onReady(): void
}

export interface Refusal {
  gateway: string
  reason: string
  detail: string
  payload: Uint8Array
}

/** What an error while reading a payload is set aside as. */
export function refusalOf(gateway: string, payload: Uint8Array, error: unknown): Refusal {
  const reason = error instanceof DecodeError ? error.reason : 'failed'
  return { gateway, reason, detail: (error as Error).message, payload }
}

export interface BrokerState {
  ok: boolean
  /** In words, where something is wrong. */
  detail?: string
  /** Clients connected now; of an existing broker only the hub itself is known. */
  clients: number
  /** Since the start; an existing broker counts its own. */
  refused: {
    /** Closed because of what they sent or did not send. */
    connections: number
    publishes: number
    subscriptions: number
  }
  /**
   * What a person should look at, in words, while gateways are served: two of them under one id, a worker
   * of the group that is missing, connections turned away. Empty: nothing.
   */
  alarms: string[]
}
