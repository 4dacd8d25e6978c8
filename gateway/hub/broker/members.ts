import { z } from 'zod'
import type { Worker } from './worker.ts'

/**
 * Who else works in this worker's group, so that one that is missing is noticed: its part of the gateways
 * would wait without anyone knowing. Each worker keeps a retained message under its own id that says it is
 * there; its will says that it is gone. In: these messages; out: alarms in words. The topics stand outside
 * those of gateways, whose ids could otherwise be taken for theirs.
 */

const ROOT = 'gridpatrol/workers/v1'

export const membersFilter = (group: string): string => `${ROOT}/${group}/+`
export const memberTopic = (group: string, member: string): string => `${ROOT}/${group}/${member}`
/** A message to itself, over a shared subscription of its own. */
export const probeTopic = (group: string, member: string): string => `${ROOT}/${group}/${member}/probe`

const Member = z.object({
  online: z.boolean(),
  role: z.enum(['tracks', 'ledger']),
  index: z.int().min(0).optional(),
  of: z.int().min(1).optional(),
})
type Member = z.infer<typeof Member>

export function memberJson(worker: Worker, online: boolean): string {
  const { role } = worker
  const part = worker.by === 'partition' ? { of: worker.of } : {}
  const index = worker.role === 'tracks' && worker.by === 'partition' ? { index: worker.index } : {}
  return JSON.stringify({ online, role, ...part, ...index } satisfies Member)
}

export class Members {
  readonly #worker: Worker
  readonly #members = new Map<string, Member>()

  /** The worker itself is one of them once its own message comes back. */
  constructor(worker: Worker) {
    this.#worker = worker
  }

  /** @returns false where the topic is none of this group's members. An empty payload: it left for good. */
  note(topic: string, payload: Uint8Array): boolean {
    const prefix = memberTopic(this.#worker.group, '')
    if (!topic.startsWith(prefix)) return false
    const name = topic.slice(prefix.length)
    if (name.includes('/')) return false
    if (payload.length === 0) this.#members.delete(name)
    else {
      const member = readMember(payload)
      if (member) this.#members.set(name, member)
    }
    return true
  }

  /** What is wrong with the group, in words. */
  alarms(): string[] {
    const { group } = this.#worker
    const missing = [...this.#members]
      .filter(([, member]) => !member.online)
      .map(([name]) => `worker ${name} of ${group} is missing: start it, or clear its retained message`)
    return [...missing, ...this.#ledgerAlarms(), ...this.#partAlarms()]
  }

  #ledgerAlarms(): string[] {
    const names = this.#online(({ role }) => role === 'ledger')
    if (names.length === 0)
      return ['no worker has the ledger: cases wait at their gateways until one with role ledger is started']
    return names.length > 1 ? [`${names.join(' and ')} both have the ledger: one must have it alone`] : []
  }

  #partAlarms(): string[] {
    if (this.#worker.by === 'share') return []
    const { of } = this.#worker
    const others = this.#online((member) => member.of !== of)
    if (others.length > 0)
      return [`${others.join(', ')} and this worker do not count the same number of parts`]
    return Array.from({ length: of }, (_, index) => {
      const names = this.#online((member) => member.index === index)
      const part = `part ${index} of ${of}`
      if (names.length === 0) return `${part} has no worker: its gateways keep their records`
      return names.length > 1 ? `${part} is taken by ${names.join(' and ')}: each worker needs its own` : ''
    }).filter((alarm) => alarm !== '')
  }

  #online(suits: (member: Member) => boolean): string[] {
    return [...this.#members].filter(([, member]) => member.online && suits(member)).map(([name]) => name)
  }
}

/** Anyone may write there whom the broker lets: what is no member's message is passed over. */
function readMember(payload: Uint8Array): Member | undefined {
  try {
    return Member.parse(JSON.parse(Buffer.from(payload).toString()))
  } catch {
    return undefined
  }
}
