import type { Health } from '../../../proto/domain.ts'

/**
 * What one health record does not say by itself: how often they come, how often the link broke of late, and when
 * counters that never go back rose last. In: the trend so far and the next health; out: the trend with it. Spans are
 * by the gateway's own uptime, moments by when the hub received the record.
 */
export interface HealthTrend {
  uptimeS: number
  /** Between the last healths of one boot. */
  gapsS: number[]
  /** How far `link.breaks` had counted, over the last hour of this boot; empty: the gateway does not say. */
  breaks: { uptimeS: number; count: number }[]
  dropped: Rise
  setAside: Rise
}

/** A counter that never goes back, but for a gateway whose data folder is made anew. */
interface Rise {
  total: number
  /** When it rose last, and by how much since it began to rise; absent: it never did. */
  last?: { atMs: number; by: number }
}

const GAPS = 5
const HOUR_S = 3600
/** Marks of breaks are at least so far apart, so that a gateway that tells often needs no more room. */
const MARKS_APART_S = 240
const DAY_MS = 24 * 3_600_000
/** The gateway's default; until two healths have come it is taken for the interval, and it never counts as less. */
const DEFAULT_INTERVAL_S = 300

export const totalDropped = ({ outbox }: Pick<Health, 'outbox'>): number =>
  Object.values(outbox.dropped).reduce((sum, records) => sum + records, 0)

/** @param before of the same gateway; undefined: none has come yet. */
export function followTrend(
  before: { trend: HealthTrend; sameBoot: boolean } | undefined,
  health: Health,
  receivedMs: number,
): HealthTrend {
  const { uptimeS, link, storage } = health
  const earlier = before?.trend
  const ofThisBoot = before?.sameBoot ? before.trend : undefined
  const gapS = ofThisBoot ? uptimeS - ofThisBoot.uptimeS : 0
  const gapsS = earlier?.gapsS ?? []
  const marks = (ofThisBoot?.breaks ?? startOf(health)).filter((mark) => mark.uptimeS >= uptimeS - HOUR_S)
  const lastMark = marks.at(-1)
  const isDue = lastMark === undefined || uptimeS - lastMark.uptimeS >= MARKS_APART_S
  return {
    uptimeS,
    gapsS: gapS > 0 ? [...gapsS, gapS].slice(-GAPS) : gapsS,
    breaks: link && isDue ? [...marks, { uptimeS, count: link.breaks }] : marks,
    dropped: rise(earlier?.dropped, totalDropped(health), receivedMs),
    setAside: rise(earlier?.setAside, storage?.setAside ?? earlier?.setAside.total ?? 0, receivedMs),
  }
}

/** A process that is not an hour old has had all its breaks within the hour. */
function startOf({ uptimeS, link }: Health): HealthTrend['breaks'] {
  return link && uptimeS <= HOUR_S ? [{ uptimeS: 0, count: 0 }] : []
}

function rise(before: Rise | undefined, total: number, atMs: number): Rise {
  const from = before && before.total <= total ? before.total : 0
  if (total === from) return { total, ...(before?.last && total > 0 ? { last: before.last } : {}) }
  const sum = before?.last && isRecent(before.last.atMs, atMs) ? before.last.by : 0
  return { total, last: { atMs, by: sum + total - from } }
}

/** By how much the counter rose within the last day, or a little more where it rose again and again. */
export const roseBy = ({ last }: Rise, nowMs: number): number =>
  last && isRecent(last.atMs, nowMs) ? last.by : 0

const isRecent = (atMs: number, nowMs: number): boolean => nowMs - atMs < DAY_MS

/** Connections that broke within the last hour; undefined: not known. */
export function breaksLastHour(trend: HealthTrend, health: Health): number | undefined {
  const [first] = trend.breaks
  return first && health.link && health.link.breaks - first.count
}

/** How often the gateway tells of itself; healths in between, at a change of a port, make it no shorter than the default. */
export const intervalS = ({ gapsS }: HealthTrend): number => Math.max(DEFAULT_INTERVAL_S, ...gapsS)
