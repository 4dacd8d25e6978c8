import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LANES } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import { dateBody } from './date-body.ts'

/** Rows held in memory at a time; all of them are dated in one transaction. */
const PAGE = 256

interface UndatedRow {
  sequence: number
  boot: string
  lane: number
  body: Uint8Array
  madeMs: number
}

/**
 * The records of an outbox that were made before the time was known. Those of this boot are dated exactly: monotonic
 * time tells how long ago they were made. Those of earlier boots get the latest times possible, just before this boot
 * began, in their order and with their distances; their time source says `estimated`.
 */
export class Undated {
  readonly #boots: readonly (string | undefined)[]
  readonly #log: Log
  readonly #page: StatementSync
  readonly #update: StatementSync
  readonly #count: StatementSync

  constructor(database: DatabaseSync, boots: readonly (string | undefined)[], log: Log) {
    this.#boots = boots
    this.#log = log
    this.#page = database.prepare(`
      SELECT sequence, boot, lane, body, made_ms AS madeMs FROM outbox
      WHERE made_ms IS NOT NULL ORDER BY made_ms, sequence LIMIT ${PAGE}`)
    this.#update = database.prepare('UPDATE outbox SET body = ?, made_ms = NULL WHERE sequence = ?')
    this.#count = database.prepare(`
      SELECT count(*) AS records, max(made_ms) AS lastMs FROM outbox WHERE made_ms IS NOT NULL`)
  }

  /** How many wait for the time, and when the last of them was made, on the own scale. */
  waiting(): { records: number; lastMs: number | null } {
    return this.#count.get() as { records: number; lastMs: number | null }
  }

  /** Dates all of them, inside the caller's transaction. @returns by how many bytes they grew. */
  date(clock: EdgeClock): number {
    const lateMs = this.#lateMs(clock)
    let grownBytes = 0
    let records = 0
    let estimated = 0
    for (;;) {
      const rows = this.#page.all() as unknown as UndatedRow[]
      for (const row of rows) {
        const body = this.#dated(row, clock, lateMs)
        this.#update.run(body, row.sequence)
        grownBytes += body.length - row.body.length
        records++
        if (!this.#boots.includes(row.boot)) estimated++
      }
      if (rows.length < PAGE) break
    }
    if (records > 0)
      this.#log.info({ records, estimated }, 'outbox: records from before the time was known are dated')
    return grownBytes
  }

  /** The body of a row as it is sent while the disk does not take its date. */
  bodyOf(row: Record<string, unknown>, clock: EdgeClock): Uint8Array {
    if (row.madeMs === null) return row.body as Uint8Array
    return this.#dated(row as unknown as UndatedRow, clock, this.#lateMs(clock))
  }

  /** Records of an earlier boot that were found only after this boot's own scale had begun would lie after now. */
  #lateMs(clock: EdgeClock): number {
    const { lastMs } = this.waiting()
    return lastMs === null ? 0 : Math.max(0, clock.dated(lastMs) - clock.nowMs())
  }

  #dated({ sequence, boot, lane, body, madeMs }: UndatedRow, clock: EdgeClock, lateMs: number): Uint8Array {
    const own = this.#boots.includes(boot)
    const earlierMs = own ? 0 : lateMs
    const dating = {
      shiftMs: clock.ownScaleShiftMs! - earlierMs,
      madeMs: clock.dated(madeMs) - earlierMs,
      source: own ? clock.source : 'estimated',
    }
    try {
      return dateBody(LANES[lane]!, body, dating)
    } catch (error) {
      this.#log.error({ err: error, sequence }, 'outbox: a record could not be read, and is sent as it is')
      return body
    }
  }
}
