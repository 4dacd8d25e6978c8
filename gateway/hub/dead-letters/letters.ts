import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Lane, RecordName } from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { ASIDE_COUNTS_SCHEMA, countAside } from './aside-counts.ts'
import { trimFairly } from './fair-bound.ts'
import { RefusedPayloads } from './refused-payloads.ts'

/**
 * Dead letters (死信): records that their consumer will never take, in intake.db beside the log. In: records with the
 * reason, from the cursors. A person mends them, asks for a replay or discards them, from another process while the
 * hub runs; the hub's {@link Replayer} offers what was asked for. Every step is one commit and changes nothing when it
 * is done twice.
 *
 *   waiting ─ ask ─> asked ─ the consumer took it ─> taken
 *      ^               └─ refused again, with the new reason
 *      └───────────────┘            waiting, asked ─ discard ─> discarded
 *
 * Bounded: 10,000 open letters, 16 MiB of bodies a gateway, 1000 settled ones. Fails as the disk fails.
 */

export type LetterState = 'waiting' | 'asked' | 'taken' | 'discarded'

/** A record as the intake log gave it. */
export interface LetterRecord extends RecordName {
  /** Of the intake log. */
  id: number
  lane: Lane
  receivedMs: number
  body: Uint8Array
}

/** A letter without its body. */
export interface LetterHead extends RecordName {
  id: number
  /** Whose consumer refused it. */
  cursor: string
  lane: Lane
  state: LetterState
  /** Of the last refusal. */
  reason: string
  receivedMs: number
  /** When it was set aside; absent: by a version that did not keep it. */
  asideMs?: number
  /** Of the body as it came. */
  bytes: number
  mendedMs?: number
  /** When it was taken or discarded. */
  settledMs?: number
  /** Why it was discarded. */
  discardedFor?: string
  /** How often a replay was refused. */
  refusals: number
}

export interface Letter extends LetterHead {
  /** Id of the record in the intake log. */
  record: number
  /** As it came; of a photo no more than its head. */
  body: Uint8Array
  mended?: Uint8Array
}

const MAX_OPEN = 10_000
const MAX_GATEWAY_BYTES = 16 * 1024 ** 2
/** What goes beyond a bound makes so much room at once, since finding the oldest takes its time. */
const OPEN_SLACK = 100
const BYTES_SLACK = 1024 ** 2
const MAX_SETTLED = 1000
/** Anyone can send any number of photos: a refused one leaves no more than its head. */
const PHOTO_HEAD_BYTES = 256

const TABLE = `
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
/** Columns that came later, in the order in which they came. */
const LATER = {
  state: `TEXT NOT NULL DEFAULT 'waiting'`,
  aside_ms: 'INTEGER',
  /** Null: of a version that did not keep it. */
  bytes: 'INTEGER',
  mended: 'BLOB',
  mended_ms: 'INTEGER',
  settled_ms: 'INTEGER',
  discarded_for: 'TEXT',
  refusals: 'INTEGER NOT NULL DEFAULT 0',
}
const OPEN = `state IN ('waiting', 'asked')`
const INDEXES = `
  CREATE INDEX IF NOT EXISTS dead_letter_open ON dead_letter (gateway) WHERE ${OPEN};
  CREATE INDEX IF NOT EXISTS dead_letter_asked ON dead_letter (id) WHERE state = 'asked';
  CREATE INDEX IF NOT EXISTS dead_letter_settled ON dead_letter (settled_ms) WHERE settled_ms IS NOT NULL;
`
/** What the open letters of each gateway come to, kept by triggers: counting them for each new one would take long. */
const ROOM = `
  CREATE TABLE dead_letter_room (
    gateway TEXT PRIMARY KEY,
    letters INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO dead_letter_room
    SELECT gateway, count(*), sum(length(body)) FROM dead_letter WHERE ${OPEN} GROUP BY gateway;
  CREATE TRIGGER dead_letter_comes AFTER INSERT ON dead_letter BEGIN
    INSERT INTO dead_letter_room VALUES (new.gateway, 1, length(new.body)) ON CONFLICT (gateway) DO UPDATE SET
      letters = letters + 1, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER dead_letter_settles AFTER UPDATE OF settled_ms ON dead_letter
    WHEN old.settled_ms IS NULL AND new.settled_ms IS NOT NULL BEGIN
    UPDATE dead_letter_room SET letters = letters - 1, bytes = bytes - length(old.body) WHERE gateway = old.gateway;
  END;
  CREATE TRIGGER dead_letter_goes AFTER DELETE ON dead_letter WHEN old.settled_ms IS NULL BEGIN
    UPDATE dead_letter_room SET letters = letters - 1, bytes = bytes - length(old.body) WHERE gateway = old.gateway;
  END;
`
const HEAD = `id, cursor, gateway, boot, sequence, lane, state, reason, received_ms AS receivedMs, aside_ms AS asideMs,
  coalesce(bytes, length(body)) AS bytes, mended_ms AS mendedMs, settled_ms AS settledMs,
  discarded_for AS discardedFor, refusals`
const WHOLE = `SELECT ${HEAD}, record, body, mended FROM dead_letter`

export class DeadLetters {
  readonly #database: DatabaseSync

  /** @param database intake.db; letters of an older version only gain columns. @throws Error of node:sqlite */
  constructor(database: DatabaseSync) {
    this.#database = database
    transaction(database, () => {
      database.exec(TABLE + ASIDE_COUNTS_SCHEMA)
      const there = database.prepare(`SELECT name FROM pragma_table_info('dead_letter')`).all()
      const known = new Set(there.map(({ name }) => name))
      for (const [column, type] of Object.entries(LATER))
        if (!known.has(column)) database.exec(`ALTER TABLE dead_letter ADD COLUMN ${column} ${type}`)
      database.exec(INDEXES)
      if (!database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'dead_letter_room'`).get())
        database.exec(ROOM)
    })
  }

  /** In the transaction around it; a record that its cursor passed over before changes nothing. */
  bury(cursor: string, record: LetterRecord, reason: string, nowMs = Date.now()): void {
    const { id, gateway, boot, sequence, lane, receivedMs, body } = record
    this.#database
      .prepare(
        `INSERT INTO dead_letter
           (cursor, record, gateway, boot, sequence, lane, received_ms, reason, body, aside_ms, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cursor, record) DO NOTHING`,
      )
      .run(
        ...([cursor, id, gateway, boot, sequence, lane, receivedMs, reason] as const),
        lane === 'photo' ? body.subarray(0, PHOTO_HEAD_BYTES) : body,
        nowMs,
        body.length,
      )
    countAside(this.#database, 'lettersPushedOut', this.#trimLetters() + this.#trimBytes(gateway))
  }

  #trimLetters(): number {
    const { n } = this.#database.prepare('SELECT sum(letters) AS n FROM dead_letter_room').get()!
    if ((n as number) <= MAX_OPEN) return 0
    const rows = { table: 'dead_letter', where: OPEN, mayGo: `state = 'waiting'` } as const
    return trimFairly(this.#database, rows, MAX_OPEN - OPEN_SLACK)
  }

  #trimBytes(gateway: string): number {
    const room = this.#database.prepare('SELECT bytes FROM dead_letter_room WHERE gateway = ?').get(gateway)!
    if ((room.bytes as number) <= MAX_GATEWAY_BYTES) return 0
    const { changes } = this.#database
      .prepare(
        `DELETE FROM dead_letter WHERE state = 'waiting' AND id IN (
           SELECT id FROM (
             SELECT id, sum(length(body)) OVER (ORDER BY id DESC) AS newer FROM dead_letter
             WHERE gateway = ? AND ${OPEN})
           WHERE newer > ?)`,
      )
      .run(gateway, MAX_GATEWAY_BYTES - BYTES_SLACK)
    return Number(changes)
  }

  /** Newest first; settled ones only when asked for. */
  list(options: {
    cursor?: string | undefined
    gateway?: string | undefined
    settled?: boolean | undefined
    limit: number
  }): LetterHead[] {
    const { cursor = null, gateway = null, settled = false, limit } = options
    return this.#database
      .prepare(
        `SELECT ${HEAD} FROM dead_letter
         WHERE (? OR ${OPEN}) AND (? IS NULL OR cursor = ?) AND (? IS NULL OR gateway = ?)
         ORDER BY id DESC LIMIT ?`,
      )
      .all(Number(settled), cursor, cursor, gateway, gateway, limit)
      .map((row) => present<LetterHead>(row))
  }

  find(id: number): Letter | undefined {
    const row = this.#database.prepare(`${WHOLE} WHERE id = ?`).get(id)
    return row && present<Letter>(row)
  }

  /** Those that wait for a person, and those that wait for the hub. */
  open(): { waiting: number; asked: number } {
    const rows = this.#database
      .prepare(`SELECT state, count(*) AS n FROM dead_letter WHERE ${OPEN} GROUP BY state`)
      .all()
    return { waiting: 0, asked: 0, ...Object.fromEntries(rows.map(({ state, n }) => [state, n])) }
  }

  /** The body to offer from now on; the one that came stays beside it. @returns false: it does not wait. */
  mend(id: number, mended: Uint8Array, nowMs = Date.now()): boolean {
    return this.#change(`mended = ?, mended_ms = ? WHERE id = ? AND state = 'waiting'`, mended, nowMs, id)
  }

  /** To be offered to its consumer again. @returns false: it does not wait. */
  ask(id: number): boolean {
    return this.#change(`state = 'asked' WHERE id = ? AND state = 'waiting'`, id)
  }

  /** Ids of what was asked for, oldest first. */
  asked(limit: number): number[] {
    return this.#database
      .prepare(`SELECT id FROM dead_letter WHERE state = 'asked' ORDER BY id LIMIT ?`)
      .all(limit)
      .map(({ id }) => id as number)
  }

  /** Its consumer has it. */
  taken(id: number, nowMs = Date.now()): void {
    transaction(this.#database, () => {
      const was = this.#change(`state = 'taken', settled_ms = ? WHERE id = ? AND state <> 'taken'`, nowMs, id)
      if (was) this.#settled('taken')
    })
  }

  /** @param rest what of it was refused, where the other points were taken: the body to mend from now on. */
  refusedAgain(id: number, reason: string, rest?: Uint8Array, nowMs = Date.now()): void {
    this.#change(
      `state = 'waiting', reason = ?, refusals = refusals + 1, mended = coalesce(?, mended),
       mended_ms = CASE WHEN ? THEN ? ELSE mended_ms END WHERE id = ? AND state = 'asked'`,
      reason,
      rest ?? null,
      Number(rest !== undefined),
      nowMs,
      id,
    )
  }

  /** @returns false: it is settled already. */
  discard(id: number, why: string, nowMs = Date.now()): boolean {
    return transaction(this.#database, () => {
      const was = this.#change(
        `state = 'discarded', settled_ms = ?, discarded_for = ? WHERE id = ? AND ${OPEN}`,
        nowMs,
        why,
        id,
      )
      if (was) this.#settled('discarded')
      return was
    })
  }

  #settled(what: 'taken' | 'discarded'): void {
    countAside(this.#database, what, 1)
    this.#database
      .prepare(
        `DELETE FROM dead_letter WHERE id IN (
           SELECT id FROM dead_letter WHERE settled_ms IS NOT NULL
           ORDER BY settled_ms DESC, id DESC LIMIT -1 OFFSET ${MAX_SETTLED})`,
      )
      .run()
  }

  #change(set: string, ...values: (string | number | Uint8Array | null)[]): boolean {
    return this.#database.prepare(`UPDATE dead_letter SET ${set}`).run(...values).changes > 0
  }
}

/** Is the body that came kept whole? */
export const isWhole = ({ body, bytes, lane }: Letter): boolean =>
  lane === 'photo' ? body.length === bytes && bytes < PHOTO_HEAD_BYTES : true

/** The letters of a hub's data folder, from beside the hub. @throws Error where there is no intake.db */
export function openLetters(folder: string): {
  letters: DeadLetters
  payloads: RefusedPayloads
  close(): void
} {
  const path = join(folder, 'intake.db')
  if (!existsSync(path))
    throw new Error(`${folder}: no intake.db there; expected the data folder of a hub that has run`)
  const database = openDatabase(path)
  return {
    letters: new DeadLetters(database),
    payloads: new RefusedPayloads(database),
    close: () => database.close(),
  }
}

/** What is null in a row is absent. */
function present<Shape>(row: Record<string, unknown>): Shape {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Shape
}
