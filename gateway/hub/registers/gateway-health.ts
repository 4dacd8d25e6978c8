import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Health, LANES, type Lane, type RecordName } from '../../../proto/domain.ts'
import { ATTENTION_KEYS, type Attention, type AttentionKey } from '../../../proto/http.ts'
import { judge, silence } from './attention.ts'
import { followTrend, type HealthTrend } from './health-trend.ts'
import type { PresenceRegister } from './presence.ts'

/**
 * The newest health of each gateway. In: health records in any order, repeated ones too; out: the newest by the order
 * of records, and what on it wants a person. Keys of that are worked out once, when the record comes; the records
 * themselves stay in the file.
 */

export interface HealthReport extends RecordName {
  receivedMs: number
  health: Health
}

export interface KnownHealth {
  gateway: string
  receivedMs: number
  health: Health
  attention: Attention[]
}

/** What is at hand of each gateway without asking the file. */
interface Entry {
  boot: string
  sequence: number
  receivedMs: number
  /** Boots that were known before this one, the newest last. */
  earlierBoots: string[]
  trend: HealthTrend
  /** Keys, without `silent`. */
  attention: string[]
  waiting: number
  dropped: Record<string, number>
}

/** Records that are newer than what is known, worked out but not yet kept. */
export type NewerHealth = Map<string, Entry & { health: Health }>

/** A gateway's outbox holds records of a few boots at most. */
const EARLIER_BOOTS = 16

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS gateway_health (
    gateway TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    earlier_boots TEXT NOT NULL,
    trend TEXT NOT NULL,
    health TEXT NOT NULL
  )`

export class GatewayHealthRegister {
  readonly #entries = new Map<string, Entry>()
  readonly #upsert: StatementSync
  readonly #select: StatementSync

  constructor(database: DatabaseSync) {
    database.exec(SCHEMA)
    this.#upsert = database.prepare(`
      INSERT OR REPLACE INTO gateway_health
        (gateway, boot, sequence, received_ms, earlier_boots, trend, health) VALUES (?, ?, ?, ?, ?, ?, ?)`)
    this.#select = database.prepare('SELECT health FROM gateway_health WHERE gateway = ?')
    for (const row of database.prepare('SELECT * FROM gateway_health').iterate())
      this.#entries.set(row.gateway as string, readEntry(row))
  }

  /** Which of these are newer than what is known; changes nothing. */
  newer(reports: HealthReport[], presence: PresenceRegister): NewerHealth {
    const newer: NewerHealth = new Map()
    for (const report of reports) {
      const { gateway } = report
      const known = newer.get(gateway) ?? this.#entries.get(gateway)
      if (!known || isNewer(report, known, presence.find(gateway)?.boot))
        newer.set(gateway, { ...entryOf(report, known), health: report.health })
    }
    return newer
  }

  /** To be called within a transaction. */
  write(newer: NewerHealth): void {
    for (const [gateway, { boot, sequence, receivedMs, earlierBoots, trend, health }] of newer)
      this.#upsert.run(
        gateway,
        boot,
        sequence,
        receivedMs,
        JSON.stringify(earlierBoots),
        JSON.stringify(trend),
        JSON.stringify(health),
      )
  }

  /**
   * Once they are written.
   * @returns the gateways whose keys of attention are others than before, with those keys.
   */
  hold(newer: NewerHealth): Map<string, string[]> {
    const changed = new Map<string, string[]>()
    for (const [gateway, { health, ...entry }] of newer) {
      const before = this.#entries.get(gateway)?.attention ?? []
      if (before.join() !== entry.attention.join()) changed.set(gateway, entry.attention)
      this.#entries.set(gateway, entry)
    }
    return changed
  }

  find(gateway: string, presence: PresenceRegister, nowMs: number): KnownHealth | undefined {
    const entry = this.#entries.get(gateway)
    const row = entry && this.#select.get(gateway)
    if (!row) return undefined
    const health = JSON.parse(row.health as string) as Health
    const silent = silence(entry, presence.find(gateway)?.sinceMs, nowMs)
    const attention = judge({ ...entry, health })
    return {
      gateway,
      receivedMs: entry.receivedMs,
      health,
      attention: silent ? [silent, ...attention] : attention,
    }
  }

  /** Keys of what wants a person at this gateway; empty: nothing, or no health has come. */
  attentionOf(gateway: string, presence: PresenceRegister, nowMs: number): string[] {
    const entry = this.#entries.get(gateway)
    if (!entry) return []
    const silent = silence(entry, presence.find(gateway)?.sinceMs, nowMs)
    return silent ? [silent.key, ...entry.attention] : entry.attention
  }

  /** Over all gateways. */
  totals(presence: PresenceRegister, nowMs: number): HealthTotals {
    const totals: HealthTotals = {
      attention: new Map(ATTENTION_KEYS.map((key) => [key, 0])),
      waiting: 0,
      dropped: new Map(LANES.map((lane) => [lane, 0])),
    }
    for (const [gateway, { waiting, dropped }] of this.#entries) {
      for (const key of this.attentionOf(gateway, presence, nowMs) as AttentionKey[])
        totals.attention.set(key, totals.attention.get(key)! + 1)
      totals.waiting += waiting
      for (const lane of LANES) totals.dropped.set(lane, totals.dropped.get(lane)! + (dropped[lane] ?? 0))
    }
    return totals
  }
}

export interface HealthTotals {
  /** How many gateways each key holds for. */
  attention: Map<AttentionKey, number>
  /** Records in outboxes. */
  waiting: number
  /** Records that outboxes dropped. */
  dropped: Map<Lane, number>
}

/**
 * By the order of records, never by a clock. Sequences count on across the boots of one outbox file but begin anew with a
 * fresh one: a boot that was never heard of is taken for a restart, unless its gateway says that it is another one.
 * @param onlineBoot the boot that says it is online now.
 */
function isNewer(report: RecordName, known: Entry, onlineBoot: string | undefined): boolean {
  if (report.boot === known.boot) return report.sequence > known.sequence
  if (report.boot === onlineBoot) return true
  const counts = report.sequence > known.sequence
  if (known.earlierBoots.includes(report.boot)) return counts && known.boot !== onlineBoot
  return counts || known.boot !== onlineBoot
}

function entryOf({ boot, sequence, receivedMs, health }: HealthReport, known: Entry | undefined): Entry {
  const sameBoot = known?.boot === boot
  const trend = followTrend(known && { trend: known.trend, sameBoot }, health, receivedMs)
  const earlierBoots = known?.earlierBoots ?? []
  return {
    boot,
    sequence,
    receivedMs,
    earlierBoots:
      known && !sameBoot
        ? [...earlierBoots.filter((earlier) => earlier !== boot), known.boot].slice(-EARLIER_BOOTS)
        : earlierBoots,
    trend,
    ...summaryOf(health, trend, receivedMs),
  }
}

function summaryOf(health: Health, trend: HealthTrend, receivedMs: number) {
  const keys = judge({ health, trend, receivedMs }).map(({ key }) => key)
  return { attention: [...new Set(keys)], waiting: health.outbox.records, dropped: health.outbox.dropped }
}

function readEntry(row: Record<string, unknown>): Entry {
  const { boot, sequence } = row as { boot: string; sequence: number }
  const receivedMs = row.received_ms as number
  const trend = JSON.parse(row.trend as string) as HealthTrend
  return {
    boot,
    sequence,
    receivedMs,
    earlierBoots: JSON.parse(row.earlier_boots as string) as string[],
    trend,
    ...summaryOf(JSON.parse(row.health as string) as Health, trend, receivedMs),
  }
}
