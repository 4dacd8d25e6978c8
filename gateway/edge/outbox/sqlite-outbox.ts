import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MAX_PAYLOAD_BYTES } from '../../../proto/codec/codec.ts'
import { LANES, type Lane } from '../../../proto/domain.ts'
import { transaction } from '../../foundation/database.ts'
import { GroupedCommit } from '../../foundation/grouped-commit.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import { dateBody } from './date-body.ts'
import { type Outbox, OutboxFull, type OutboxLevel, type OutboxRecord, type RecordKey } from './outbox.ts'
import { makeOutboxTables } from './outbox-tables.ts'
import { Undated } from './undated.ts'

/** Group size and wait: a power cut loses at most the last 100 ms, and a flash disk syncs at most ten times a second. */
const MAX_GROUP = 50
const MAX_DELAY_MS = 100
/** What goes first when the outbox is full; cases and photos never. */
const DROP_ORDER: Lane[] = ['reading', 'health', 'fix']
/** A full outbox makes room for more than one record at a time. */
const DROP_AT_ONCE = 64
/** An envelope says some hundred bytes about its body; one that is too large for the wire would wait for ever. */
const MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - 256
/** Photos leave the rest to tracks and cases. */
const PHOTO_SHARE = 0.5
/** A disk that refused to keep the dates is asked again after this long. */
const DATE_AGAIN_MS = 5000

const laneNumber = (lane: Lane): number => LANES.indexOf(lane)

/** The outbox in SQLite (write-ahead log, synchronous=FULL), through one writer with grouped commits. */
export class SqliteOutbox implements Outbox {
  onAppended: () => void = () => {}
  readonly #database: DatabaseSync
  readonly #boot: string
  readonly #maxBytes: number
  readonly #log: Log
  readonly #writes: GroupedCommit<() => void>
  readonly #undated: Undated
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #select: StatementSync
  readonly #find: StatementSync
  readonly #oldest: StatementSync
  readonly #countDrop: StatementSync
  #records: number
  #bytes: number
  #photoBytes: number
  #dropped: Record<string, number>
  /** Photos on their way to the next commit. */
  #comingPhotoBytes = 0
  #clock: EdgeClock | undefined
  /** This boot may still meet times from before the time was known. */
  #hadNoTime = false
  #dateAgain: NodeJS.Timeout | undefined

  constructor(database: DatabaseSync, options: { boot: string; maxBytes: number; log: Log }) {
    this.#database = database
    this.#boot = options.boot
    this.#maxBytes = options.maxBytes
    this.#log = options.log
    makeOutboxTables(database)
    this.#undated = new Undated(database, options.boot, options.log)
    this.#insert = database.prepare(
      'INSERT INTO outbox (boot, lane, body, made_ms) VALUES (?, ?, ?, ?) RETURNING sequence',
    )
    this.#delete = database.prepare(
      'DELETE FROM outbox WHERE sequence = ? AND boot = ? RETURNING lane, length(body) AS bytes',
    )
    this.#select = database.prepare(`
      SELECT boot, sequence, lane, body FROM outbox WHERE made_ms IS NULL ORDER BY lane, sequence LIMIT ?`)
    this.#find = database.prepare('SELECT 1 FROM outbox WHERE sequence = ? AND boot = ?')
    this.#oldest = database.prepare(
      'SELECT boot, sequence FROM outbox WHERE lane = ? ORDER BY sequence LIMIT ?',
    )
    this.#countDrop = database.prepare(`
      INSERT INTO outbox_dropped VALUES (?, ?)
      ON CONFLICT (lane) DO UPDATE SET records = records + excluded.records`)
    const kept = database
      .prepare(`
        SELECT count(*) AS records, coalesce(sum(length(body)), 0) AS bytes,
               coalesce(sum(length(body)) FILTER (WHERE lane = ?), 0) AS photoBytes FROM outbox`)
      .get(laneNumber('photo')) as { records: number; bytes: number; photoBytes: number }
    this.#records = kept.records
    this.#bytes = kept.bytes
    this.#photoBytes = kept.photoBytes
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

  async append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<RecordKey> {
    if (body.length > MAX_BODY_BYTES)
      throw new RangeError(`record of ${body.length} bytes, at most ${MAX_BODY_BYTES}`)
    const photoBytes = lane === 'photo' ? body.length : 0
    this.#assertRoom(photoBytes)
    const clock = this.#clock
    const madeMs = !clock || clock.known ? null : clock.nowMs()
    const dated = clock && madeMs === null && this.#hadNoTime ? this.#dated(lane, body, clock) : body
    let sequence = 0
    this.#comingPhotoBytes += photoBytes
    try {
      await this.#write(() => {
        sequence = (this.#insert.get(this.#boot, laneNumber(lane), dated, madeMs) as { sequence: number })
          .sequence
        this.#records++
        this.#bytes += dated.length
        this.#photoBytes += photoBytes
        alongside?.()
      })
    } finally {
      this.#comingPhotoBytes -= photoBytes
    }
    return { boot: this.#boot, sequence }
  }

  peek(limit: number, maxBytes = Number.POSITIVE_INFINITY): OutboxRecord[] {
    const records: OutboxRecord[] = []
    let bytes = 0
    for (const row of this.#select.iterate(limit)) {
      const body = row.body as Uint8Array
      bytes += body.length
      if (records.length > 0 && bytes > maxBytes) break
      records.push({
        boot: row.boot as string,
        sequence: row.sequence as number,
        lane: LANES[row.lane as number]!,
        body,
      })
    }
    return records
  }

  remove(boot: string, sequences: number[]): void {
    this.#write(() => {
      for (const sequence of sequences) this.#removeOne(boot, sequence)
    }).catch((error: Error) => {
      // The records stay and are sent again: the hub drops repeats.
      this.#log.error({ err: error }, 'outbox: receipted records could not be deleted')
    })
  }

  waits(records: readonly RecordKey[]): RecordKey[] {
    return records.filter(({ boot, sequence }) => this.#find.get(sequence, boot) !== undefined)
  }

  dateBy(clock: EdgeClock, alongside: (shiftMs: number) => void = () => {}): void {
    const { records, lastMs } = this.#undated.waiting()
    if (lastMs !== null) clock.continueAfter(lastMs)
    this.#clock = clock
    this.#hadNoTime = records > 0 || !clock.known
    if (!this.#hadNoTime) return
    const date = (): void => {
      this.#write(() => {
        this.#bytes += this.#undated.date(clock)
        alongside(clock.ownScaleShiftMs!)
      }).catch((error: Error) => {
        this.#log.error({ err: error }, 'outbox: dates could not be kept, trying again: disk full?')
        this.#dateAgain = setTimeout(date, DATE_AGAIN_MS).unref()
      })
    }
    if (clock.known) date()
    else clock.onKnown = date
  }

  level(): OutboxLevel {
    return { records: this.#records, bytes: this.#bytes, dropped: { ...this.#dropped } }
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

  #commit(writes: (() => void)[]): void {
    const before = {
      records: this.#records,
      bytes: this.#bytes,
      photoBytes: this.#photoBytes,
      dropped: { ...this.#dropped },
    }
    try {
      transaction(this.#database, () => {
        for (const write of writes) write()
        this.#makeRoom()
      })
    } catch (error) {
      this.#records = before.records
      this.#bytes = before.bytes
      this.#photoBytes = before.photoBytes
      this.#dropped = before.dropped
      throw error
    }
    // Out of the commit's call stack: sending may add records again.
    setImmediate(() => this.onAppended())
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
    if (photoBytes === 0 || waitingBytes + photoBytes <= this.#maxBytes * PHOTO_SHARE) return
    throw new OutboxFull(
      `no room for a photo of ${photoBytes} bytes: photos of ${waitingBytes} bytes wait to be sent, at most ${this.#maxBytes * PHOTO_SHARE} may`,
    )
  }

  #removeOne(boot: string, sequence: number): boolean {
    const row = this.#delete.get(sequence, boot) as { lane: number; bytes: number } | undefined
    if (!row) return false
    this.#records--
    this.#bytes -= row.bytes
    if (row.lane === laneNumber('photo')) this.#photoBytes -= row.bytes
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
