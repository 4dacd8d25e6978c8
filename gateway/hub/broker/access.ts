import { decodePresence } from '../../../proto/codec/codec.ts'
import { CASE_ID_PATTERN, ID_PATTERN, type Presence } from '../../../proto/domain.ts'
import { ALL_CASES, caseTopic, gatewayTopic, parseGatewayTopic } from '../../../proto/topics.ts'

/**
 * Who may do what at the embedded broker, as pure rules over client id and topic. A client is known by its
 * id: a gateway publishes on its own `up` and `state` and hears its own `down`; every client may follow the
 * cases. Nothing else: no `$SYS`, no `#`, no other gateway's topics.
 */

/** `cases` is the one id that would collide with the topics of the cases. */
export const mayConnect = (clientId: string): boolean => ID_PATTERN.test(clientId) && clientId !== 'cases'

/**
 * Whether a text came as UTF-8 without control characters (MQTT 3.1.1 §1.5.3). Bytes that are none were
 * replaced by U+FFFD when they were read, which nobody sends on purpose.
 */
export const isPlainText = (text: string): boolean => !/[\p{Cc}\u{fffd}]/u.test(text)

/**
 * What a will may say: that its client's gateway is offline, on its own `state`. Anything else would be a
 * publish that nobody stands behind any more.
 * @returns the presence, which tells the boot of the gateway.
 * @throws DecodeError, Error with the reason in words.
 */
export function checkedWill(clientId: string, topic: string, payload: Uint8Array): Presence {
  if (publishChannel(clientId, topic) !== 'state')
    throw new Error(`will on ${JSON.stringify(topic.slice(0, 100))}: expected the client's own state`)
  const presence = decodePresence(payload)
  if (presence.online) throw new Error('will that says online: expected offline')
  return presence
}

/** The channel that a publish of this client goes to, or undefined where it must be refused. */
export function publishChannel(clientId: string, topic: string): 'up' | 'state' | undefined {
  const parsed = parseGatewayTopic(topic)
  if (!parsed || parsed.gateway !== clientId || parsed.channel === 'down') return undefined
  return parsed.channel
}

/** One case or all of them, or the client's own `down`. */
export function maySubscribe(clientId: string, filter: string): boolean {
  return filter === ALL_CASES || mayReceive(clientId, filter)
}

/** Asked again at each delivery: what was stored of a subscription is not trusted. */
export function mayReceive(clientId: string, topic: string): boolean {
  if (topic === gatewayTopic(clientId, 'down')) return true
  const caseId = topic.slice(topic.lastIndexOf('/') + 1)
  return CASE_ID_PATTERN.test(caseId) && topic === caseTopic(caseId)
}
