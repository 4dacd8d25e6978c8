import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Lane, RecordName } from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { type AsideCount, asideCounts } from '../dead-letters/aside-counts.ts'
import { DeadLetters } from '../dead-letters/letters.ts'
import { type RefusedPayload, RefusedPayloads } from '../dead-letters/refused-payloads.ts'
import { contradict } from './contradiction.ts'
import { RecordNames } from './record-names.ts'

/**
 * The hub's one durable log of everything that gateways sent (reliability: commit before acknowledging).
 * In: records and refused payloads, a group a commit. Out: slices in the order of arrival, for the cursors,
 * whose positions are kept here too. A record that comes again is kept once; where it comes with another body, the
 * first one stays and the other is set aside. The bodies of photos leave the log as soon as they are taken: they are
 * large, and have a store of their own.
 */

export type { RefusedPayload } from '../dead-letters/refused-payloads.ts'

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

/** A record that its consumer will never take. */
export interface DeadLetter {
  record: LoggedRecord
  reason: string
}

/** Bounds of a slice: what fits comfortably into memory once decoded. */
const SLICE_RECORDS = 512
const SLICE_BYTES = 1 << 20
const PRUNE_RECORDS = 1000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY,
    gateway TEXT NOT NULL,
    boot TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    lane TEXT NOT NULL,
    body BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS record_of_case ON record (id) WHERE lane = 'case';
  CREATE INDEX IF NOT EXISTS record_of_photo ON record (id) WHERE lane = 'photo';
  CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
`

/** What a cursor reads: every record, or those of one lane alone. */
export type LogSelection = 'all' | 'case' | 'photo'

export class IntakeLog {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #selectBody: StatementSync
  readonly #names: RecordNames
  /** The last transaction was undone: what the names know in memory may not be so. */
  #undone = false
  readonly #slices: Record<LogSelection, StatementSync>
  readonly #refused: RefusedPayloads
  /** What the consumers will never take, in the same file. */
  readonly deadLetters: DeadLetters
  #lastId: number
  #conflicting = 0

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(path: string) {
    this.#database = openDatabase(path)
    withoutUniqueNames(this.#database)
    this.#database.exec(SCHEMA)
    this.#names = new RecordNames(this.#database)
    this.#refused = new RefusedPayloads(this.#database)
    this.deadLetters = new DeadLetters(this.#database)
    this.#insert = this.#database.prepare(
      'INSERT INTO record (id, gateway, boot, sequence, received_ms, lane, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#selectBody = this.#database.prepare('SELECT body FROM record WHERE id = ?')
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

  /** Records since the start that came under a known name with another body. */
  get conflicting(): number {
    return this.#conflicting
  }

  /**
   * One durable commit of all.
   * @returns how many of the records were new.
   * @throws Error of node:sqlite (disk full, I/O error); then nothing is kept.
   */
  append(records: Arrival[], refused: RefusedPayload[]): number {
    let lastId = this.#lastId
    const conflicts: RefusedPayload[] = []
    if (this.#undone) this.#names.reload()
    this.#undone = false
    try {
      transaction(this.#database, () => {
        for (const record of records) {
          const known = this.#bodyOf(record)
          if (known) {
            if (contradict(record.lane, known, record.body)) conflicts.push(conflictOf(record))
            continue
          }
          const { gateway, boot, sequence, receivedMs, lane, body } = record
          this.#insert.run(++lastId, gateway, boot, sequence, receivedMs, lane, body)
          this.#names.add(record, lastId)
        }
        this.#names.settle()
        this.#refused.keep([...refused, ...conflicts])
      })
    } catch (error) {
      this.#undone = true
      throw error
    }
    const kept = lastId - this.#lastId
    this.#lastId = lastId
    this.#conflicting += conflicts.length
    return kept
  }

  /** Of the record of this name; undefined: there is none, or it is there no more. */
  #bodyOf(record: Arrival): Uint8Array | undefined {
    const id = this.#names.find(record)
    return id === undefined ? undefined : (this.#selectBody.get(id)?.body as Uint8Array | undefined)
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
      if (dead) this.deadLetters.bury(cursor, dead.record, dead.reason)
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

  /** Set aside and not yet settled; for operators. */
  setAside(): { refused: number; deadLetters: number } {
    const { waiting, asked } = this.deadLetters.open()
    return { refused: this.#refused.count(), deadLetters: waiting + asked }
  }

  /** What became of the rest of it, since the file was made. */
  asideCounts(): Record<AsideCount, number> {
    return asideCounts(this.#database)
  }

  /**
   * Deletes up to 1000 of the oldest records that came before `beforeMs` and have an id below `belowId`.
   * The newest record always stays: SQLite would give its id away again, and cursors stand on ids.
   * @returns whether there may be more of them.
   */
  prune(belowId: number, beforeMs: number): boolean {
    const gone = transaction(this.#database, () => {
      const names = this.#database
        .prepare(
          `DELETE FROM record WHERE id IN (
             SELECT id FROM (SELECT id, received_ms FROM record WHERE id < ? ORDER BY id LIMIT ${PRUNE_RECORDS})
             WHERE received_ms < ?)
           RETURNING gateway, boot, sequence`,
        )
        .all(Math.min(belowId, this.#lastId), beforeMs) as unknown as RecordName[]
      this.#names.forget(names)
      return names.length
    })
    return gone === PRUNE_RECORDS
  }

  close(): void {
    this.#database.close()
  }
}

/** Someone else's words under a name that is taken: a gateway never does that. */
function conflictOf({ gateway, boot, sequence, receivedMs, body }: Arrival): RefusedPayload {
  const detail = `record ${boot}/${sequence} came again with another body; the first one stays`
  return { gateway, reason: 'conflicting', detail, receivedMs, payload: body }
}

/** A log of an older version had its names in an index of the records themselves. */
function withoutUniqueNames(database: DatabaseSync): void {
  const table = database.prepare("SELECT sql FROM sqlite_master WHERE name = 'record'").get()
  if (!String(table?.sql ?? '').includes('UNIQUE')) return
  const columns = 'id, gateway, boot, sequence, received_ms, lane, body'
  transaction(database, () =>
    database.exec(`
      ALTER TABLE record RENAME TO record_before;
      DROP INDEX IF EXISTS record_of_case;
      DROP INDEX IF EXISTS record_of_photo;
      ${SCHEMA}
      INSERT INTO record (${columns}) SELECT ${columns} FROM record_before;
      DROP TABLE record_before;
    `),
  )
}
