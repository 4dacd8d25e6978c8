import type { Health } from '../../../proto/domain.ts'
import type { Attention, AttentionKey } from '../../../proto/http.ts'
import { breaksLastHour, type HealthTrend, intervalS, roseBy } from './health-trend.ts'

/**
 * What a person should look at on a gateway. In: its newest health and what came before; out: one entry for each
 * thing, the gravest first. Each rule looks at one thing and knows nothing of the others.
 */

/** Hours of a patrol's track wait: more than a tunnel or a short outage leaves. */
const MANY_RECORDS = 500
const MANY_BYTES = 16e6
const MANY_BREAKS_AN_HOUR = 6
/** The gateway sends again after 15 s. */
const SLOW_RECEIPTS_MS = 10_000
const MUCH_OF_BUDGET = 0.8
/** A gateway that is online and tells nothing of itself for so many of its intervals. */
const SILENT_INTERVALS = 3

interface Watched {
  health: Health
  trend: HealthTrend
  receivedMs: number
}

type Finding = Omit<Attention, 'key'>
type Rule = (watched: Watched) => Finding | Finding[] | undefined | false

const disk: Rule = ({ health: { storage } }) => {
  if (!storage || (storage.state === 'ok' && storage.inMemory === 0)) return
  const { state, detail, inMemory } = storage
  const waiting = inMemory === 0 ? [] : [`${inMemory} records wait in memory alone`]
  return { detail: [state, ...(detail === undefined ? [] : [detail]), ...waiting].join('; ') }
}

const recordsDropped: Rule = ({ trend: { dropped }, receivedMs }) => {
  const by = roseBy(dropped, receivedMs)
  return by > 0 && { detail: `${by} records in the last day, ${dropped.total} in all` }
}

const outboxSetAside: Rule = ({ trend: { setAside }, receivedMs }) => {
  const by = roseBy(setAside, receivedMs)
  return by > 0 && { detail: `${by} outbox files in the last day could not be read` }
}

const portDown: Rule = ({ health: { ports } }) =>
  ports
    .filter(({ state }) => state !== 'open' && state !== 'opening')
    .map(({ name, state, detail }) => ({
      port: name,
      detail: detail === undefined ? state : `${state}: ${detail}`,
    }))

const backlog: Rule = ({ health: { outbox } }) =>
  (outbox.records >= MANY_RECORDS || outbox.bytes >= MANY_BYTES) && {
    detail: `${outbox.records} records, ${outbox.bytes} bytes wait`,
  }

const linkBreaks: Rule = ({ health, trend }) => {
  const breaks = breaksLastHour(trend, health) ?? 0
  return breaks >= MANY_BREAKS_AN_HOUR && { detail: `${breaks} connections broke within the last hour` }
}

const receiptsSlow: Rule = ({ health: { link } }) =>
  link?.receiptedMs !== undefined &&
  link.receiptedMs > SLOW_RECEIPTS_MS && { detail: `${link.receiptedMs} ms from sending to the receipt` }

const trackThinned: Rule = ({ health: { link } }) =>
  link !== undefined &&
  link.thinning > 0 && { detail: `level ${link.thinning}, ${link.thinnedFixes} fixes left out so far` }

const dataBudget: Rule = ({ health: { link } }) =>
  link?.budgetBytes !== undefined &&
  link.dataBytes > MUCH_OF_BUDGET * link.budgetBytes && {
    detail: `${link.dataBytes} of ${link.budgetBytes} bytes of the day`,
  }

const clockEstimated: Rule = ({ health: { timeSource } }) => timeSource === 'estimated' && {}

/** `silent` is no matter of the record: see {@link silence}. */
const RULES: Record<Exclude<AttentionKey, 'silent'>, Rule> = {
  disk,
  'records-dropped': recordsDropped,
  'outbox-set-aside': outboxSetAside,
  'port-down': portDown,
  backlog,
  'link-breaks': linkBreaks,
  'receipts-slow': receiptsSlow,
  'track-thinned': trackThinned,
  'data-budget': dataBudget,
  'clock-estimated': clockEstimated,
}

/** As things stood when the record came. */
export function judge(watched: Watched): Attention[] {
  return Object.entries(RULES).flatMap(([key, rule]) => {
    const found = rule(watched) || []
    return [found].flat().map((finding) => ({ key, ...finding }))
  })
}

/**
 * The gateway is connected and tells nothing of itself.
 * @param onlineSinceMs undefined: it is not connected, which the list of devices says by itself.
 */
export function silence(
  { trend, receivedMs }: Pick<Watched, 'trend' | 'receivedMs'>,
  onlineSinceMs: number | undefined,
  nowMs: number,
): Attention | undefined {
  if (onlineSinceMs === undefined) return
  const silentS = (nowMs - Math.max(receivedMs, onlineSinceMs)) / 1000
  const expectedS = intervalS(trend)
  if (silentS <= SILENT_INTERVALS * expectedS) return
  return {
    key: 'silent' satisfies AttentionKey,
    detail: `no health for ${Math.round(silentS)} s, expected every ${expectedS} s`,
  }
}
