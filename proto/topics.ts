import { CASE_ID_PATTERN, ID_PATTERN } from './domain.ts'

/** MQTT topic names, built and read in this one place. */
const ROOT = 'gridpatrol/v1'

export type GatewayChannel = 'up' | 'down' | 'state'

/** @throws RangeError where the gateway's name would not be safe inside a topic. */
export function gatewayTopic(gateway: string, channel: GatewayChannel): string {
  if (!ID_PATTERN.test(gateway) || gateway === 'cases')
    throw new RangeError(`gateway id ${JSON.stringify(gateway)}: expected ${ID_PATTERN}, and not 'cases'`)
  return `${ROOT}/${gateway}/${channel}`
}

/** @throws RangeError where the case id is not of our own form. */
export function caseTopic(caseId: string): string {
  if (!CASE_ID_PATTERN.test(caseId))
    throw new RangeError(`case id ${JSON.stringify(caseId)}: expected ${CASE_ID_PATTERN}`)
  return `${ROOT}/cases/${caseId}`
}

/** Every gateway's batches; for a hub behind an existing broker. */
export const ALL_UP = `${ROOT}/+/up`
export const ALL_STATE = `${ROOT}/+/state`
export const ALL_CASES = `${ROOT}/cases/+`

/** What a topic names, or undefined where it is none of ours. */
export function parseGatewayTopic(topic: string): { gateway: string; channel: GatewayChannel } | undefined {
  const parts = topic.split('/')
  if (parts.length !== 4 || `${parts[0]}/${parts[1]}` !== ROOT) return undefined
  const [, , gateway, channel] = parts as [string, string, string, string]
  if (gateway === 'cases' || !ID_PATTERN.test(gateway)) return undefined
  if (channel !== 'up' && channel !== 'down' && channel !== 'state') return undefined
  return { gateway, channel }
}
