import { CASE_ID_PATTERN, ID_PATTERN } from '../../../proto/domain.ts'
import { ALL_CASES, caseTopic, gatewayTopic, parseGatewayTopic } from '../../../proto/topics.ts'

/**
 * Who may do what at the embedded broker, as pure rules over client id and topic. A client is known by its
 * id: a gateway publishes on its own `up` and `state` and hears its own `down`; every client may follow the
 * cases. Nothing else: no `$SYS`, no `#`, no other gateway's topics.
 */

/** `cases` is the one id that would collide with the topics of the cases. */
export const mayConnect = (clientId: string): boolean => ID_PATTERN.test(clientId) && clientId !== 'cases'

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
