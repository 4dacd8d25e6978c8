import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MAX_PAYLOAD_BYTES } from '../../../proto/codec/codec.ts'
import { LANES, type Lane } from '../../../proto/domain.ts'
import { transaction } from '../../foundation/database.ts'
import { GroupedCommit } from '../../foundation/grouped-commit.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import { dateBody } from './date-body.ts'
import { diskFailure } from './disk-error.ts'
import {
  type Outbox,
  OutboxFull,
  type OutboxLevel,
  type OutboxRecord,
  type RecordKey,
  type ThinFixes,
} from './outbox.ts'
import { OutboxCounts } from './outbox-counts.ts'
import { makeOutboxTables } from './outbox-tables.ts'
import { laneNumber, ROW_BYTES, Room } from './room.ts'
import { Undated } from './undated.ts'

/** Group size and wait: a power cut loses at most the last 100 ms, and a flash disk syncs at most ten times a second. */
const MAX_GROUP = 50
const MAX_DELAY_MS = 100
/** An envelope says some hundred bytes about its body; one that is too large for the wire would wait for ever. */
const MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - 256
/** Photos leave the rest to tracks and cases. */
const PHOTO_SHARE = 0.5
/** A disk that refused to keep the dates is asked again after this long. */
const DATE_AGAIN_MS = 5000
/** Empty pages stay for the next records; more than this goes back to the disk, in steps that delay nobody. */
const SPARE_PAGES = 256
const PAGES_GIVEN_BACK = 512
/** Receipted rows that the disk did not delete, with one commit. */
const HIDDEN_AT_ONCE = 2000

export interface SqliteOutboxOptions {
  boot: string
  /** Of records that come in from elsewhere, where they were made by this process too. */
  otherBoot?: string
  maxBytes: number
  log: Log
  /** Absent: fixes of a full outbox are dropped whole. */
  thin?: ThinFixes | undefined
  /** How long the first record of a commit waits for company. Default: 100 ms. */
  maxDelayMs?: number
  /** What is kept in the same transactions. */
  beside?: { write: (database: DatabaseSync) => void; written: () => void } | undefined
  /** Rows whose receipt has come, but which the disk did not delete yet; the set is kept up to date. */
  hidden?: Set<number> | undefined
  /** Told when a deletion was refused: the records are handed out no more, and deleted with the next commit. */
  onRefused?: ((error: Error) => void) | undefined
}

/** A record with everything that its row says, to be moved from one outbox into another. */
export interface StoredRecord extends OutboxRecord {
  madeMs: number | null
  thinned: boolean
}

/** An outbox in one SQLite database (a file: write-ahead log, synchronous=FULL), one writer with grouped commits. */
export class SqliteOutbox implements Outbox {
  onAppended: () => void = () => {}
  readonly #database: DatabaseSync
  readonly #options: SqliteOutboxOptions
  readonly #writes: GroupedCommit<() => void>
  readonly #undated: Undated
  readonly #counts: OutboxCounts
  readonly #room: Room
  readonly #insert: StatementSync
  readonly #take: StatementSync
  readonly #delete: StatementSync
  readonly #select: StatementSync
  readonly #newest: StatementSync
  readonly #stored: StatementSync
  readonly #find: StatementSync
  readonly #freePages: StatementSync
  readonly #hidden: Set<number>
  #records: number
  #bytes: number
  #photoBytes: number
  /** Of the hidden rows, those that the commit under way deletes. */
  #deletedHidden: number[] = []
  /** Photos on their way to the next commit. */
  #comingPhotoBytes = 0
  /** By lane: rows up to here are hidden, so that a long backlog that cannot be deleted is not read again and again. */
  #skip: number[] = LANES.map(() => 0)
  #clock: EdgeClock | undefined
  /** This boot may still meet times from before the time was known. */
  #hadNoTime = false
  /** The dates are known, but the disk does not take them: records are dated as they are handed out. */
  #datesUnkept = false
  #dateAgain: NodeJS.Timeout | undefined

  constructor(database: DatabaseSync, options: SqliteOutboxOptions) {
    this.#database = database
    this.#options = options
    this.#hidden = options.hidden ?? new Set()
    makeOutboxTables(database)
    this.#undated = new Undated(database, [options.boot, options.otherBoot], options.log)
    this.#counts = new OutboxCounts(database)
    this.#insert = database.prepare(
      'INSERT INTO outbox (boot, lane, body, made_ms) VALUES (?, ?, ?, ?) RETURNING sequence',
    )
    this.#take = database.prepare(
      'INSERT INTO outbox (boot, lane, body, made_ms, name, thinned) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#delete = database.prepare(
      'DELETE FROM outbox WHERE sequence = ? RETURNING lane, length(body) AS bytes',
    )
    this.#select = database.prepare(`
      SELECT boot, sequence AS row, coalesce(name, sequence) AS sequence, lane, body, made_ms AS madeMs FROM outbox
      WHERE lane = ? AND outbox.sequence > ? AND (made_ms IS NULL OR ?) ORDER BY outbox.sequence`)
    this.#newest = database.prepare(`
      SELECT boot, sequence AS row, coalesce(name, sequence) AS sequence, body FROM outbox
      WHERE lane = ? AND made_ms IS NULL ORDER BY outbox.sequence DESC`)
    this.#stored = database.prepare(`
      SELECT boot, coalesce(name, sequence) AS sequence, lane, body, made_ms AS madeMs, thinned FROM outbox
      ORDER BY outbox.sequence LIMIT ?`)
    this.#find = database.prepare(`
      SELECT sequence FROM outbox WHERE sequence = ?1 AND boot = ?2 AND name IS NULL
      UNION ALL SELECT sequence FROM outbox WHERE name = ?1 AND boot = ?2`)
    this.#freePages = database.prepare('PRAGMA freelist_count')
    const kept = database
      .prepare(`
        SELECT count(*) AS records, coalesce(sum(length(body)), 0) AS bytes,
               coalesce(sum(length(body)) FILTER (WHERE lane = ?), 0) AS photoBytes FROM outbox`)
      .get(laneNumber('photo')) as { records: number; bytes: number; photoBytes: number }
    this.#records = kept.records
    this.#bytes = kept.bytes
    this.#photoBytes = kept.photoBytes
    this.#room = new Room({
      database,
      maxBytes: options.maxBytes,
      thin: options.thin,
      counts: this.#counts,
      log: options.log,
      usedBytes: () => this.#bytes + this.#records * ROW_BYTES,
      remove: (row) => this.#deleteRow(row),
      grown: (bytes) => {
        this.#bytes += bytes
      },
    })
    this.#writes = new GroupedCommit({
      maxItems: MAX_GROUP,
      maxDelayMs: options.maxDelayMs ?? MAX_DELAY_MS,
      commit: (writes) =>
        this.#commit(() => {
          for (const write of writes) write()
        }),
    })
  }

  async append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<RecordKey> {
    if (body.length > MAX_BODY_BYTES)
      throw new RangeError(`record of ${body.length} bytes, at most ${MAX_BODY_BYTES}`)
    const photoBytes = lane === 'photo' ? body.length : 0
    this.#assertRoom(photoBytes)
    const clock = this.#clock
    const madeMs = !clock || clock.known ? null : clock.nowMs()
    const dated = clock && madeMs === null && this.#hadNoTime ? this.#dated(lane, body, clock) : body
    const { boot } = this.#options
    let sequence = 0
    let failure: Error | undefined
    this.#comingPhotoBytes += photoBytes
    try {
      await this.#write(() => {
        const insert = (): void => {
          const row = this.#insert.get(boot, laneNumber(lane), dated, madeMs) as { sequence: number }
          sequence = row.sequence
        }
        if (alongside) failure = this.#together(insert, alongside)
        else insert()
        if (!failure) this.#count(1, dated.length, photoBytes)
      })
    } finally {
      this.#comingPhotoBytes -= photoBytes
    }
    if (failure) throw failure
    return { boot, sequence }
  }

  peek(limit: number, maxBytes = Number.POSITIVE_INFINITY, lanes: readonly Lane[] = LANES): OutboxRecord[] {
    const records: OutboxRecord[] = []
    let bytes = 0
    for (const [number, lane] of LANES.entries()) {
      if (!lanes.includes(lane)) continue
      let first = true
      for (const row of this.#select.iterate(number, this.#skip[number]!, this.#datesUnkept ? 1 : 0)) {
        if (this.#hidden.has(row.row as number)) {
          if (first) this.#skip[number] = row.row as number
          continue
        }
        first = false
        const body = this.#datesUnkept ? this.#undated.bodyOf(row, this.#clock!) : (row.body as Uint8Array)
        if (records.length >= limit) return records
        bytes += body.length
        if (records.length > 0 && bytes > maxBytes) return records
        records.push({ boot: row.boot as string, sequence: row.sequence as number, lane, body })
      }
    }
    return records
  }

  newest(lane: Lane): OutboxRecord | undefined {
    for (const row of this.#newest.iterate(laneNumber(lane))) {
      if (this.#hidden.has(row.row as number)) continue
      const { boot, sequence, body } = row
      return { boot: boot as string, sequence: sequence as number, lane, body: body as Uint8Array }
    }
    return undefined
  }

  remove(boot: string, sequences: number[]): void {
    this.#write(() => {
      for (const sequence of sequences) {
        const row = this.#rowOf(boot, sequence)
        if (row !== undefined) this.#deleteRow(row)
      }
    }).catch((error: Error) => {
      this.#options.log.error({ err: error }, 'outbox: receipted records could not be deleted, trying again')
      try {
        this.hide(boot, sequences)
      } catch {
        // They are sent again: the hub drops repeats.
      }
      this.#options.onRefused?.(error)
    })
  }

  /** Their receipt has come, and the disk does not take deletions now: handed out no more, deleted with a later commit. */
  hide(boot: string, sequences: number[]): void {
    for (const sequence of sequences) {
      const row = this.#rowOf(boot, sequence)
      if (row !== undefined) this.#hidden.add(row)
    }
    setImmediate(() => this.onAppended())
  }

  waits(records: readonly RecordKey[]): RecordKey[] {
    return records.filter(({ boot, sequence }) => this.#rowOf(boot, sequence) !== undefined)
  }

  dateBy(clock: EdgeClock, alongside: (shiftMs: number) => void = () => {}): void {
    const { lastMs } = this.undated()
    if (lastMs !== null) clock.continueAfter(lastMs)
    if (!this.follow(clock)) return
    const date = (): void => {
      this.date(alongside).catch((error: Error) => {
        this.#options.log.error({ err: error }, 'outbox: dates could not be kept, trying again: disk full?')
        this.#dateAgain = setTimeout(date, DATE_AGAIN_MS).unref()
      })
    }
    if (clock.known) date()
    else clock.onKnown = date
  }

  /** How many records wait for the time, and when the last of them was made, on the own scale. */
  undated(): { records: number; lastMs: number | null } {
    return this.#undated.waiting()
  }

  /** Records are dated by this clock from now on. @returns whether there is, or will be, anything to date. */
  follow(clock: EdgeClock): boolean {
    this.#clock = clock
    this.#hadNoTime = this.undated().records > 0 || !clock.known
    return this.#hadNoTime
  }

  /** The time is known: dates what waits for it. @throws Error where the disk refuses. */
  async date(alongside: (shiftMs: number) => void = () => {}): Promise<void> {
    const clock = this.#clock!
    try {
      await this.#write(() => {
        this.#bytes += this.#undated.date(clock)
        alongside(clock.ownScaleShiftMs!)
      })
      this.#datesUnkept = false
    } catch (error) {
      this.#datesUnkept = diskFailure(error) !== undefined
      throw error
    } finally {
      this.#skip.fill(0)
    }
  }

  level(): OutboxLevel {
    const { dropped, thinnedFixes } = this.#counts.now
    return { records: this.#records - this.#hidden.size, bytes: this.#bytes, dropped, thinnedFixes }
  }

  /** The oldest records, of every lane, undated ones too. */
  stored(limit: number): StoredRecord[] {
    return this.#stored.all(limit).map((row) => ({
      boot: row.boot as string,
      sequence: row.sequence as number,
      lane: LANES[row.lane as number]!,
      body: row.body as Uint8Array,
      madeMs: row.madeMs as number | null,
      thinned: row.thinned === 1,
    }))
  }

  /**
   * Takes records under the names that they have, what was counted where they were before, and what others want to
   * keep, in one transaction. It always writes: a disk that takes nothing shows it here.
   * @throws Error where the disk refuses.
   */
  takeIn(records: readonly StoredRecord[], counted: Pick<OutboxLevel, 'dropped' | 'thinnedFixes'>): void {
    this.#commit(() => {
      for (const { boot, sequence, lane, body, madeMs, thinned } of records) {
        this.#take.run(boot, laneNumber(lane), body, madeMs, sequence, thinned ? 1 : 0)
        this.#count(1, body.length, lane === 'photo' ? body.length : 0)
      }
      this.#counts.add(counted)
      this.#counts.save()
    })
  }

  /** They are kept elsewhere now, with all that was counted here. @throws Error of SQLite. */
  handedOver(records: readonly StoredRecord[]): void {
    this.#commit(() => {
      for (const { sequence } of records) this.#deleteRow(sequence)
    })
    this.#counts.clear()
  }

  /** Commits what waits, and what others want to keep. @throws Error where the disk refuses. */
  settle(): void {
    this.#writes.flush()
    this.#commit(() => {})
  }

  close(): void {
    clearTimeout(this.#dateAgain)
    this.#writes.flush()
    this.#database.close()
  }

  #write(write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#writes.add(write, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }

  /** Both or neither, whatever else is in the commit. @returns what went wrong with these two alone. */
  #together(insert: () => void, alongside: () => void): Error | undefined {
    this.#database.exec('SAVEPOINT record')
    try {
      insert()
      alongside()
      this.#database.exec('RELEASE record')
      return undefined
    } catch (error) {
      if (diskFailure(error)) throw error
      this.#database.exec('ROLLBACK TO record; RELEASE record')
      return error as Error
    }
  }

  #commit(write: () => void): void {
    const before = { records: this.#records, bytes: this.#bytes, photoBytes: this.#photoBytes }
    const counts = this.#counts.now
    this.#deletedHidden = []
    try {
      transaction(this.#database, () => {
        write()
        for (const row of [...this.#hidden].slice(0, HIDDEN_AT_ONCE)) this.#deleteRow(row)
        this.#room.make()
        if (this.#counts.now !== counts) this.#counts.save()
        this.#options.beside?.write(this.#database)
        this.#giveBackSpace()
      })
    } catch (error) {
      this.#records = before.records
      this.#bytes = before.bytes
      this.#photoBytes = before.photoBytes
      this.#counts.restore(counts)
      this.#room.undone()
      throw error
    }
    for (const row of this.#deletedHidden) this.#hidden.delete(row)
    this.#options.beside?.written()
    // Out of the commit's call stack: sending may add records again.
    setImmediate(() => this.onAppended())
  }

  #giveBackSpace(): void {
    const { freelist_count: pages } = this.#freePages.get() as { freelist_count: number }
    if (pages > SPARE_PAGES) this.#database.exec(`PRAGMA incremental_vacuum(${PAGES_GIVEN_BACK})`)
  }

  /** A body that was begun before the time was known, and is appended after. */
  #dated(lane: Lane, body: Uint8Array, clock: EdgeClock): Uint8Array {
    const dating = { shiftMs: clock.ownScaleShiftMs!, madeMs: clock.nowMs(), source: clock.source }
    try {
      return dateBody(lane, body, dating)
    } catch {
      // What cannot be read is the hub's to refuse.
      return body
    }
  }

  #assertRoom(photoBytes: number): void {
    const waitingBytes = this.#photoBytes + this.#comingPhotoBytes
    const mostBytes = this.#options.maxBytes * PHOTO_SHARE
    if (photoBytes === 0 || waitingBytes + photoBytes <= mostBytes) return
    throw new OutboxFull(
      `no room for a photo of ${photoBytes} bytes: photos of ${waitingBytes} bytes wait to be sent, at most ${mostBytes} may`,
    )
  }

  /** Where a record that still waits is. */
  #rowOf(boot: string, sequence: number): number | undefined {
    const row = this.#find.get(sequence, boot) as { sequence: number } | undefined
    return row && !this.#hidden.has(row.sequence) ? row.sequence : undefined
  }

  /** @returns false for a record that the hub has already. */
  #deleteRow(row: number): boolean {
    const hidden = this.#hidden.has(row)
    if (hidden) this.#deletedHidden.push(row)
    const deleted = this.#delete.get(row) as { lane: number; bytes: number } | undefined
    if (deleted) this.#count(-1, -deleted.bytes, deleted.lane === laneNumber('photo') ? -deleted.bytes : 0)
    return !hidden
  }

  #count(records: number, bytes: number, photoBytes: number): void {
    this.#records += records
    this.#bytes += bytes
    this.#photoBytes += photoBytes
  }
}
