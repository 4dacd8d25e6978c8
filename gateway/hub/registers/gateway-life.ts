import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { HealthReport } from './gateway-health.ts'

/**
 * When gateways ran, and how far what they recorded has come. In: the times in records of any kind, and health, in any
 * order, repeated ones too; out: spans of power, one for each boot, by the gateways' own clocks. Estimated times are
 * not given to it and times that no clock in order tells are passed over, so that neither shortens or invents a span.
 */

/** The times that a slice of records of one boot tells. */
export interface RecordTimes {
  gateway: string
  boot: string
  /** When the hub received the last of them. */
  receivedMs: number
  /** By the gateway's clock. */
  firstMs: number
  lastMs: number
  /** Of the newest fix; absent: there was none. */
  fixMs?: number
}

/** A gateway's process, from its start to its last sign. */
export interface BootSpan {
  fromMs: number
  toMs: number
  /** The gateway told how long it had been running; else `fromMs` is only its first sign. */
  isStartKnown: boolean
}

/** Of a gateway, as far as it matters for a range of time. */
export interface KnownLife {
  /** In order of `fromMs`, with the last one before the range and the first one after it. */
  powered: BootSpan[]
  /** From the last fix that came before the outbox dropped fixes, until it had dropped them. */
  lost: { fromMs: number; toMs: number }[]
  /** What was recorded until then has arrived; absent: nothing has. */
  arrivedMs?: number
  /** There is more to come that was recorded after `arrivedMs`. */
  isBehind: boolean
}

/** A clock may run ahead of the hub's a little. */
const MAX_AHEAD_MS = 5 * 60_000
/** No outbox keeps records longer, and spans are not kept longer; a clock that lost its date tells 1970 or 1980. */
const MAX_AGE_MS = 400 * 86_400_000
/** While so many records wait the newest ones are sent before those in between. */
const BACKLOG_RECORDS = 30
/** How well a boot's start is known: by a record's time, by uptime and the machine's clock, by uptime and GPS. */
const START_SOURCES = { record: 0, system: 1, gps: 2 } as const

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS gateway_power (
    gateway TEXT NOT NULL,
    boot TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    start_source INTEGER NOT NULL,
    PRIMARY KEY (gateway, boot)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS gateway_power_by_end ON gateway_power (gateway, to_ms);
  CREATE TABLE IF NOT EXISTS gateway_lost (
    gateway TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    PRIMARY KEY (gateway, from_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS gateway_arrival (
    gateway TEXT PRIMARY KEY,
    fix_ms INTEGER,
    health_ms INTEGER,
    caught_up_ms INTEGER,
    waiting INTEGER NOT NULL,
    dropped INTEGER
  ) STRICT, WITHOUT ROWID;
`

interface Arrival {
  fix_ms: number | null
  health_ms: number | null
  caught_up_ms: number | null
  waiting: number
  dropped: number | null
}

const NOTHING: Arrival = { fix_ms: null, health_ms: null, caught_up_ms: null, waiting: 0, dropped: null }

export class GatewayLifeRegister {
  readonly #statements: Record<keyof typeof SQL, StatementSync>

  constructor(database: DatabaseSync) {
    database.exec(SCHEMA)
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)])
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, StatementSync>
  }

  /** To be called within a transaction. */
  write(times: readonly RecordTimes[], healths: readonly HealthReport[]): void {
    // Healths first: what they say was lost began after the newest fix from before this slice.
    for (const report of healths) this.#writeHealth(report)
    for (const { gateway, boot, receivedMs, firstMs, lastMs, fixMs } of times) {
      if (!isPlausible(firstMs, receivedMs) || !isPlausible(lastMs, receivedMs)) continue
      this.#statements.extend.run(gateway, boot, firstMs, lastMs, START_SOURCES.record)
      if (fixMs !== undefined) this.#statements.putFix.run(gateway, fixMs)
    }
  }

  #writeHealth({ gateway, boot, receivedMs, health }: HealthReport): void {
    const { timeMs, timeSource, uptimeS, outbox } = health
    if (timeSource === 'estimated' || !isPlausible(timeMs, receivedMs)) return
    const startMs = Math.round(timeMs - uptimeS * 1000)
    const { extend, findArrival, putLost, putHealth, forget } = this.#statements
    extend.run(gateway, boot, startMs, timeMs, START_SOURCES[timeSource])

    const known = (findArrival.get(gateway) as Arrival | undefined) ?? NOTHING
    if (timeMs <= (known.health_ms ?? Number.NEGATIVE_INFINITY)) return
    const dropped = outbox.dropped.fix ?? 0
    const isMore = known.dropped !== null && dropped > known.dropped
    if (isMore && known.fix_ms !== null && known.fix_ms < timeMs) putLost.run(gateway, known.fix_ms, timeMs)
    const arrived = outbox.records > BACKLOG_RECORDS ? arrivedUntil(known) : timeMs
    putHealth.run(gateway, known.fix_ms, timeMs, arrived ?? null, outbox.records, dropped)
    forget.run(gateway, receivedMs - MAX_AGE_MS)
  }

  /** @param onlineBoot the boot that is connected now: it runs until `nowMs`; undefined: none is. */
  of(
    gateway: string,
    range: { fromMs: number; toMs: number },
    onlineBoot: string | undefined,
    nowMs: number,
  ): KnownLife {
    const { spansBetween, spanBefore, spanAfter, lostBetween, findArrival } = this.#statements
    const { fromMs, toMs } = range
    const rows = [
      ...spanBefore.all(gateway, fromMs),
      ...spansBetween.all(gateway, fromMs, toMs),
      ...spanAfter.all(gateway, toMs),
    ]
    const powered = rows
      .map((row) => ({
        fromMs: row.from_ms as number,
        toMs: row.boot === onlineBoot ? Math.max(nowMs, row.to_ms as number) : (row.to_ms as number),
        isStartKnown: row.start_source !== START_SOURCES.record,
      }))
      .sort((a, b) => a.fromMs - b.fromMs)
    const arrival = findArrival.get(gateway) as Arrival | undefined
    const arrivedMs = arrival && arrivedUntil(arrival)
    return {
      powered,
      lost: lostBetween.all(gateway, fromMs, toMs).map((row) => ({
        fromMs: row.from_ms as number,
        toMs: row.to_ms as number,
      })),
      ...(arrivedMs === undefined ? {} : { arrivedMs }),
      isBehind: onlineBoot === undefined || hasBacklog(arrival),
    }
  }
}

const hasBacklog = (arrival: Arrival | undefined): boolean => (arrival?.waiting ?? 0) > BACKLOG_RECORDS

function arrivedUntil(arrival: Arrival): number | undefined {
  const { fix_ms, health_ms, caught_up_ms } = arrival
  return (hasBacklog(arrival) ? caught_up_ms : latest(fix_ms, health_ms)) ?? undefined
}

const latest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

const isPlausible = (timeMs: number, receivedMs: number): boolean =>
  timeMs <= receivedMs + MAX_AHEAD_MS && timeMs >= receivedMs - MAX_AGE_MS

const SQL = {
  // A start that is known better replaces one that is not; among equals the earlier one counts.
  extend: `
    INSERT INTO gateway_power (gateway, boot, from_ms, to_ms, start_source) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (gateway, boot) DO UPDATE SET
      from_ms = CASE
        WHEN excluded.start_source > start_source THEN excluded.from_ms
        WHEN excluded.start_source = start_source THEN min(from_ms, excluded.from_ms)
        ELSE from_ms END,
      to_ms = max(to_ms, excluded.to_ms),
      start_source = max(start_source, excluded.start_source)`,
  putLost: `
    INSERT INTO gateway_lost (gateway, from_ms, to_ms) VALUES (?, ?, ?)
    ON CONFLICT (gateway, from_ms) DO UPDATE SET to_ms = max(to_ms, excluded.to_ms)`,
  putFix: `
    INSERT INTO gateway_arrival (gateway, fix_ms, waiting) VALUES (?, ?, 0)
    ON CONFLICT (gateway) DO UPDATE SET fix_ms = max(coalesce(fix_ms, excluded.fix_ms), excluded.fix_ms)`,
  putHealth: `
    INSERT OR REPLACE INTO gateway_arrival (gateway, fix_ms, health_ms, caught_up_ms, waiting, dropped)
    VALUES (?, ?, ?, ?, ?, ?)`,
  findArrival: `
    SELECT fix_ms, health_ms, caught_up_ms, waiting, dropped FROM gateway_arrival WHERE gateway = ?`,
  spansBetween: `
    SELECT boot, from_ms, to_ms, start_source FROM gateway_power WHERE gateway = ? AND to_ms >= ? AND from_ms <= ?`,
  spanBefore: `
    SELECT boot, from_ms, to_ms, start_source FROM gateway_power
    WHERE gateway = ? AND to_ms < ? ORDER BY to_ms DESC LIMIT 1`,
  spanAfter: `
    SELECT boot, from_ms, to_ms, start_source FROM gateway_power
    WHERE gateway = ? AND from_ms > ? ORDER BY from_ms LIMIT 1`,
  forget: 'DELETE FROM gateway_power WHERE gateway = ? AND to_ms < ?',
  lostBetween: 'SELECT from_ms, to_ms FROM gateway_lost WHERE gateway = ? AND to_ms > ? AND from_ms < ?',
} as const
