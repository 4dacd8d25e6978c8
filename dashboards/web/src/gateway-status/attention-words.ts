import type { Attention, GatewayHealth } from '../../../../proto/http.ts'
import type { Quantities } from '../i18n/quantities.ts'
import type { AttentionFacts, Messages } from '../i18n/zh.ts'

/** What wants a person at a gateway, as a sentence and what to do about it, in the user's language. */

interface Words {
  t: Messages
  q: Quantities
}

export interface AttentionWords {
  what: string
  todo: string | undefined
}

/** A hub newer than this page may know of more: then its own words stand in. */
export function attentionWords(item: Attention, health: GatewayHealth, words: Words): AttentionWords {
  const { gateway } = words.t
  const { key, detail } = item
  const port = health.ports.find(({ name }) => name === item.port)
  const say = own(gateway.attention, key)
  return {
    what: say
      ? say(factsOf(item, port, health, words))
      : `${gateway.unknownAttention(key)}${detail ? ` (${detail})` : ''}`,
    todo:
      (key === 'port-down' ? own(gateway.portTodo, port?.state) : undefined) ??
      (key === 'disk' ? own(gateway.diskTodo, health.storage?.state) : undefined) ??
      own(gateway.todo, key),
  }
}

function factsOf(
  item: Attention,
  port: GatewayHealth['ports'][number] | undefined,
  health: GatewayHealth,
  { t: { gateway }, q }: Words,
): AttentionFacts {
  const { outbox, link, storage } = health
  const budget = link?.budgetBytes
  return {
    port: item.port ?? '',
    portState: port ? gateway.portStates[port.state] : (item.detail ?? ''),
    disk: storage
      ? gateway.diskOf(
          gateway.diskStates[storage.state],
          storage.inMemory > 0 ? q.number(storage.inMemory) : undefined,
        )
      : '',
    waiting: gateway.waitingOf(q.number(outbox.records), q.bytes(outbox.bytes)),
    dropped: q.number(Object.values(outbox.dropped).reduce((sum, records) => sum + records, 0)),
    setAside: q.number(storage?.setAside ?? 0),
    breaks: q.number(link?.breaks ?? 0),
    receipted: q.duration((link?.receiptedMs ?? 0) / 1000),
    thinning: gateway.thinning(link?.thinning ?? 0, q.number(link?.thinnedFixes ?? 0)),
    data: link ? dataWords(link, { gateway, q }) : '',
    share: link && budget ? q.percent(link.dataBytes / budget) : '',
  }
}

/** `12.3 MB of 50.0 MB a day` */
export function dataWords(
  { dataBytes, budgetBytes }: NonNullable<GatewayHealth['link']>,
  { gateway, q }: { gateway: Messages['gateway']; q: Quantities },
): string {
  const used = q.bytes(dataBytes)
  return budgetBytes === undefined ? gateway.noBudget(used) : gateway.dataOf(used, q.bytes(budgetBytes))
}

const DAY_MS = 24 * 3_600_000
const UTC8_MS = 8 * 3_600_000

/** Gateways count data by the day of UTC+8, wherever this browser is. */
export const isSameDataDay = (aMs: number, bMs: number): boolean =>
  Math.floor((aMs + UTC8_MS) / DAY_MS) === Math.floor((bMs + UTC8_MS) / DAY_MS)

/** Keys come from outside: none of them may find what every object has. */
const own = <Value>(record: Record<string, Value>, key: string | undefined): Value | undefined =>
  key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
