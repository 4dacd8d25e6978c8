import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LANES, type Lane } from '../../../proto/domain.ts'
import { transaction } from '../../foundation/database.ts'
import { GroupedCommit } from '../../foundation/grouped-commit.ts'
import type { Log } from '../../foundation/log.ts'
import type { Outbox, OutboxLevel, OutboxRecord } from './outbox.ts'

/** Group size and wait: a power cut loses at most the last 100 ms, and a flash disk syncs at most ten times a second. */
const MAX_GROUP = 50
const MAX_DELAY_MS = 100
/** What goes first when the outbox is full. Cases are not here: they are never dropped. */
const DROP_ORDER: Lane[] = ['reading', 'health', 'fix']
/** A full outbox makes room for more than one record at a time. */
const DROP_AT_ONCE = 64

const laneNumber = (lane: Lane): number => LANES.indexOf(lane)

/** The outbox in SQLite (write-ahead log, synchronous=FULL), through one writer with grouped commits. */
export class SqliteOutbox implements Outbox {
  onAppended: () => void = () => {}
  readonly #database: DatabaseSync
  readonly #boot: string
  readonly #maxBytes: number
  readonly #log: Log
  readonly #writes: GroupedCommit<() => void>
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #select: StatementSync
  readonly #oldest: StatementSync
  readonly #countDrop: StatementSync
  #records: number
  #bytes: number
  #dropped: Record<string, number>

  constructor(database: DatabaseSync, options: { boot: string; maxBytes: number; log: Log }) {
    this.#database = database
    this.#boot = options.boot
    this.#maxBytes = options.maxBytes
    this.#log = options.log
    database.exec(`
      CREATE TABLE IF NOT EXISTS outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        boot TEXT NOT NULL,
        lane INTEGER NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS outbox_order ON outbox (lane, sequence);
      CREATE TABLE IF NOT EXISTS outbox_dropped (lane TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT;
    `)
    this.#insert = database.prepare('INSERT INTO outbox (boot, lane, body) VALUES (?, ?, ?)')
    this.#delete = database.prepare(
      'DELETE FROM outbox WHERE sequence = ? AND boot = ? RETURNING length(body) AS bytes',
    )
    this.#select = database.prepare(
      'SELECT boot, sequence, lane, body FROM outbox ORDER BY lane, sequence LIMIT ?',
    )
    this.#oldest = database.prepare(
      'SELECT boot, sequence FROM outbox WHERE lane = ? ORDER BY sequence LIMIT ?',
    )
    this.#countDrop = database.prepare(`
      INSERT INTO outbox_dropped VALUES (?, ?)
      ON CONFLICT (lane) DO UPDATE SET records = records + excluded.records`)
    const kept = database
      .prepare('SELECT count(*) AS records, coalesce(sum(length(body)), 0) AS bytes FROM outbox')
      .get() as { records: number; bytes: number }
    this.#records = kept.records
    this.#bytes = kept.bytes
    this.#dropped = Object.fromEntries(
      database
        .prepare('SELECT lane, records FROM outbox_dropped')
        .all()
        .map((row) => [row.lane as string, row.records as number]),
    )
    this.#writes = new GroupedCommit({
      maxItems: MAX_GROUP,
      maxDelayMs: MAX_DELAY_MS,
      commit: (writes) => this.#commit(writes),
    })
  }

  append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#writes.add(
        () => {
          this.#insert.run(this.#boot, laneNumber(lane), body)
          this.#records++
          this.#bytes += body.length
          alongside?.()
        },
        (error) => {
          if (error) reject(error)
          else resolve()
        },
      )
    })
  }

  peek(limit: number): OutboxRecord[] {
    return this.#select.all(limit).map((row) => ({
      boot: row.boot as string,
      sequence: row.sequence as number,
      lane: LANES[row.lane as number]!,
      body: row.body as Uint8Array,
    }))
  }

  remove(boot: string, sequences: number[]): void {
    this.#writes.add(
      () => {
        for (const sequence of sequences) this.#removeOne(boot, sequence)
      },
      (error) => {
        // The records stay and are sent again: the hub drops repeats.
        if (error) this.#log.error({ err: error }, 'outbox: receipted records could not be deleted')
      },
    )
  }

  level(): OutboxLevel {
    return { records: this.#records, bytes: this.#bytes, dropped: { ...this.#dropped } }
  }

  close(): void {
    this.#writes.flush()
    this.#database.close()
  }

  #commit(writes: (() => void)[]): void {
    const before = { records: this.#records, bytes: this.#bytes, dropped: { ...this.#dropped } }
    try {
      transaction(this.#database, () => {
        for (const write of writes) write()
        this.#makeRoom()
      })
    } catch (error) {
      this.#records = before.records
      this.#bytes = before.bytes
      this.#dropped = before.dropped
      throw error
    }
    // Out of the commit's call stack: sending may add records again.
    setImmediate(() => this.onAppended())
  }

  #removeOne(boot: string, sequence: number): boolean {
    const row = this.#delete.get(sequence, boot) as { bytes: number } | undefined
    if (!row) return false
    this.#records--
    this.#bytes -= row.bytes
    return true
  }

  #makeRoom(): void {
    for (const lane of DROP_ORDER) {
      while (this.#bytes > this.#maxBytes) {
        const oldest = this.#oldest.all(laneNumber(lane), DROP_AT_ONCE)
        if (oldest.length === 0) break
        for (const row of oldest) this.#removeOne(row.boot as string, row.sequence as number)
        this.#countDrop.run(lane, oldest.length)
        this.#dropped[lane] = (this.#dropped[lane] ?? 0) + oldest.length
        this.#log.warn({ lane, records: oldest.length }, 'outbox is full: oldest records dropped')
      }
    }
  }
}
