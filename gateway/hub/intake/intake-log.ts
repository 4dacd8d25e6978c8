import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Lane, RecordName } from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'

/**
 * The hub's one durable log of everything that gateways sent (reliability: commit before acknowledging).
 * In: records and refused payloads, a group a commit. Out: slices in the order of arrival, for the cursors,
 * whose positions are kept here too. A record that comes again is kept once. The bodies of photos leave the log as
 * soon as they are taken: they are large, and have a store of their own.
 */

/** A record as it came: the body is decoded by those who consume it, not before the commit. */
export interface Arrival extends RecordName {
  lane: Lane
  receivedMs: number
  body: Uint8Array
}

export interface LoggedRecord extends Arrival {
  /** Counts up in the order of arrival. */
  id: number
}

/** A payload that was no record at all. */
export interface RefusedPayload {
  gateway: string
  reason: string
  detail: string
  receivedMs: number
  payload: Uint8Array
}

/** A record that its consumer will never take. */
export interface DeadLetter {
  record: LoggedRecord
  reason: string
}

/** Bounds of a slice: what fits comfortably into memory once decoded. */
const SLICE_RECORDS = 512
const SLICE_BYTES = 1 << 20
/** Set aside for a person to look at, not for ever. */
const MAX_REFUSED = 1000
const MAX_DEAD_LETTERS = 10_000
const REFUSED_HEAD_BYTES = 256
const PRUNE_RECORDS = 1000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    boot TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    lane TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (gateway, boot, sequence)
  );
  CREATE INDEX IF NOT EXISTS record_of_case ON record (id) WHERE lane = 'case';
  CREATE INDEX IF NOT EXISTS record_of_photo ON record (id) WHERE lane = 'photo';
  CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    head BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS dead_letter (
    id INTEGER PRIMARY KEY,
    cursor TEXT NOT NULL,
    record INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    boot TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    lane TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (cursor, record)
  );
`

/** What a cursor reads: every record, or those of one lane alone. */
export type LogSelection = 'all' | 'case' | 'photo'

export class IntakeLog {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #insertRefused: StatementSync
  readonly #trimRefused: StatementSync
  readonly #slices: Record<LogSelection, StatementSync>
  #lastId: number

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(path: string) {
    this.#database = openDatabase(path)
    this.#database.exec(SCHEMA)
    this.#insert = this.#database.prepare(`
      INSERT INTO record (gateway, boot, sequence, received_ms, lane, body) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (gateway, boot, sequence) DO NOTHING`)
    this.#insertRefused = this.#database.prepare(`
      INSERT INTO refused (received_ms, gateway, reason, detail, bytes, head) VALUES (?, ?, ?, ?, ?, ?)`)
    this.#trimRefused = this.#database.prepare('DELETE FROM refused WHERE id <= ?')
    const columns = 'SELECT id, gateway, boot, sequence, received_ms AS receivedMs, lane, body FROM record'
    const order = `ORDER BY id LIMIT ${SLICE_RECORDS}`
    this.#slices = {
      all: this.#database.prepare(`${columns} WHERE id > ? ${order}`),
      case: this.#database.prepare(`${columns} WHERE id > ? AND lane = 'case' ${order}`),
      photo: this.#database.prepare(`${columns} WHERE id > ? AND lane = 'photo' ${order}`),
    }
    const last = this.#database.prepare('SELECT max(id) AS id FROM record').get() as { id: number | null }
    this.#lastId = last.id ?? 0
  }

  /** Number of the newest record; 0: none yet. */
  get lastId(): number {
    return this.#lastId
  }

  /**
   * One durable commit of all.
   * @returns how many of the records were new.
   * @throws Error of node:sqlite (disk full, I/O error); then nothing is kept.
   */
  append(records: Arrival[], refused: RefusedPayload[]): number {
    let lastId = this.#lastId
    let kept = 0
    transaction(this.#database, () => {
      for (const { gateway, boot, sequence, receivedMs, lane, body } of records) {
        const { changes, lastInsertRowid } = this.#insert.run(gateway, boot, sequence, receivedMs, lane, body)
        if (changes === 0) continue
        kept++
        lastId = Number(lastInsertRowid)
      }
      for (const { receivedMs, gateway, reason, detail, payload } of refused) {
        const head = payload.subarray(0, REFUSED_HEAD_BYTES)
        const { lastInsertRowid } = this.#insertRefused.run(
          receivedMs,
          gateway,
          reason,
          detail,
          payload.length,
          head,
        )
        this.#trimRefused.run(Number(lastInsertRowid) - MAX_REFUSED)
      }
    })
    this.#lastId = lastId
    return kept
  }

  /**
   * The next records after `position`, in order. `upTo` is how far the log was seen: beyond the last
   * record where those that follow are not selected.
   */
  read(selection: LogSelection, position: number): { records: LoggedRecord[]; upTo: number } {
    const records: LoggedRecord[] = []
    let bytes = 0
    for (const row of this.#slices[selection].iterate(position)) {
      const record = row as unknown as LoggedRecord
      records.push(record)
      bytes += record.body.length
      if (bytes >= SLICE_BYTES) return { records, upTo: record.id }
    }
    return { records, upTo: records.length < SLICE_RECORDS ? this.#lastId : records.at(-1)!.id }
  }

  /** Where a cursor stands: the last record that its consumer took; 0 at first. */
  position(cursor: string): number {
    const row = this.#database.prepare('SELECT position FROM cursor WHERE name = ?').get(cursor)
    return (row?.position as number | undefined) ?? 0
  }

  /**
   * Durable, with the dead letter that explains why its record was passed over.
   * @param spend the bodies of this lane up to here are needed no more: they are emptied, the records stay, so that
   *   repeats are known.
   */
  advance(cursor: string, position: number, dead?: DeadLetter, spend?: 'photo'): void {
    transaction(this.#database, () => {
      if (dead) this.#bury(cursor, dead)
      if (spend)
        this.#database
          .prepare(`UPDATE record SET body = x'' WHERE id > ? AND id <= ? AND lane = '${spend}'`)
          .run(this.position(cursor), position)
      this.#database
        .prepare(
          `INSERT INTO cursor (name, position) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
        )
        .run(cursor, position)
    })
  }

  #bury(cursor: string, { record, reason }: DeadLetter): void {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO dead_letter (cursor, record, gateway, boot, sequence, lane, received_ms, reason, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cursor, record) DO NOTHING`,
      )
      .run(
        cursor,
        record.id,
        record.gateway,
        record.boot,
        record.sequence,
        record.lane,
        record.receivedMs,
        reason,
        // Anyone can send any number of photos: a refused one leaves no more than its head.
        record.lane === 'photo' ? record.body.subarray(0, REFUSED_HEAD_BYTES) : record.body,
      )
    this.#database
      .prepare('DELETE FROM dead_letter WHERE id <= ?')
      .run(Number(lastInsertRowid) - MAX_DEAD_LETTERS)
  }

  /** Set aside and not yet trimmed; for operators. */
  setAside(): { refused: number; deadLetters: number } {
    return this.#database
      .prepare(
        `SELECT (SELECT count(*) FROM refused) AS refused,
                (SELECT count(*) FROM dead_letter) AS deadLetters`,
      )
      .get() as { refused: number; deadLetters: number }
  }

  /**
   * Deletes up to 1000 of the oldest records that came before `beforeMs` and have an id below `belowId`.
   * The newest record always stays: SQLite would give its id away again, and cursors stand on ids.
   * @returns whether there may be more of them.
   */
  prune(belowId: number, beforeMs: number): boolean {
    const { changes } = this.#database
      .prepare(
        `DELETE FROM record WHERE id IN (
           SELECT id FROM (SELECT id, received_ms FROM record WHERE id < ? ORDER BY id LIMIT ${PRUNE_RECORDS})
           WHERE received_ms < ?)`,
      )
      .run(Math.min(belowId, this.#lastId), beforeMs)
    return changes === PRUNE_RECORDS
  }

  close(): void {
    this.#database.close()
  }
}
