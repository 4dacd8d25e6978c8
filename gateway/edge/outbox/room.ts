import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LANES, type Lane } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { ThinFixes } from './outbox.ts'
import type { OutboxCounts } from './outbox-counts.ts'

/**
 * The drop policy of a full outbox (决不丢案件: never a case, never a photo). Readings go first, then health; then the
 * oldest tracks lose detail, each once; only then fixes go whole. Within each the oldest first.
 */

export const laneNumber = (lane: Lane): number => LANES.indexOf(lane)

/** Of a row beside its body: boot, header, its places in the indexes, its share of a page (measured, 250-byte bodies). */
export const ROW_BYTES = 64
/** Rows are looked up so many at a time. */
const PAGE = 64

interface Row {
  sequence: number
  bytes: number
}

interface RoomOptions {
  database: DatabaseSync
  maxBytes: number
  thin: ThinFixes | undefined
  counts: OutboxCounts
  log: Log
  /** What all records take now, rows included. */
  usedBytes: () => number
  /** False for a record that the hub has already, which is no loss. */
  remove: (sequence: number) => boolean
  grown: (bytes: number) => void
}

export class Room {
  readonly #options: RoomOptions
  readonly #oldest: StatementSync
  readonly #whole: StatementSync
  readonly #shrink: StatementSync
  /** Fixes up to here have lost their detail: in the order of their making, so none before has to be looked at again. */
  #thinnedUpTo: number
  #thinnedBefore: number

  constructor(options: RoomOptions) {
    this.#options = options
    const { database } = options
    this.#oldest = database.prepare(`
      SELECT sequence, length(body) AS bytes FROM outbox WHERE lane = ? ORDER BY sequence LIMIT ${PAGE}`)
    // Undated bodies hold times that no decoder takes for valid: their turn comes when they are dated.
    this.#whole = database.prepare(`
      SELECT sequence, body FROM outbox
      WHERE lane = ${laneNumber('fix')} AND sequence > ? AND thinned = 0 AND made_ms IS NULL
      ORDER BY sequence LIMIT ${PAGE}`)
    this.#shrink = database.prepare('UPDATE outbox SET body = ?, thinned = 1 WHERE sequence = ?')
    const last = database
      .prepare(
        `SELECT max(sequence) AS sequence FROM outbox WHERE lane = ${laneNumber('fix')} AND thinned = 1`,
      )
      .get() as { sequence: number | null }
    this.#thinnedUpTo = last.sequence ?? 0
    this.#thinnedBefore = this.#thinnedUpTo
  }

  /** Inside the caller's transaction. */
  make(): void {
    this.#thinnedBefore = this.#thinnedUpTo
    if (this.#fits()) return
    this.#drop('reading')
    this.#drop('health')
    this.#thin()
    this.#drop('fix')
  }

  /** The transaction failed. */
  undone(): void {
    this.#thinnedUpTo = this.#thinnedBefore
  }

  #fits(): boolean {
    return this.#options.usedBytes() <= this.#options.maxBytes
  }

  #drop(lane: Lane): void {
    const { counts, log, remove } = this.#options
    let records = 0
    while (!this.#fits()) {
      const rows = this.#oldest.all(laneNumber(lane)) as unknown as Row[]
      if (rows.length === 0) break
      for (const { sequence } of rows) {
        if (this.#fits()) break
        if (!remove(sequence)) continue
        counts.drop(lane)
        records++
      }
    }
    if (records > 0) log.warn({ lane, records }, 'outbox is full: oldest records dropped')
  }

  #thin(): void {
    const { thin, counts, log, grown } = this.#options
    if (!thin) return
    let records = 0
    let fixes = 0
    while (!this.#fits()) {
      const rows = this.#whole.all(this.#thinnedUpTo) as unknown as { sequence: number; body: Uint8Array }[]
      if (rows.length === 0) break
      for (const { sequence, body } of rows) {
        if (this.#fits()) break
        this.#thinnedUpTo = sequence
        const less = this.#less(thin, body, sequence)
        if (!less || less.dropped === 0) continue
        this.#shrink.run(less.body, sequence)
        grown(less.body.length - body.length)
        counts.thin(less.dropped)
        records++
        fixes += less.dropped
      }
    }
    if (records > 0) log.warn({ records, fixes }, 'outbox is full: oldest tracks lost detail')
  }

  #less(thin: ThinFixes, body: Uint8Array, sequence: number): ReturnType<ThinFixes> {
    try {
      return thin(body)
    } catch (error) {
      // What cannot be read is the hub's to refuse.
      this.#options.log.error(
        { err: error, sequence },
        'outbox: a track could not be read, and stays as it is',
      )
      return undefined
    }
  }
}
