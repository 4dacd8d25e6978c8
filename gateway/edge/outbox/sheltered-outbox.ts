import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Lane, StorageState } from '../../../proto/domain.ts'
import { Backoff } from '../../foundation/backoff.ts'
import { transaction } from '../../foundation/database.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import { diskFailure } from './disk-error.ts'
import type { MirroredTables } from './mirrored-tables.ts'
import type { Outbox, OutboxLevel, OutboxRecord, RecordKey, ThinFixes } from './outbox.ts'
import type { OutboxFile } from './outbox-file.ts'
import { laneNumber } from './room.ts'
import { SqliteOutbox } from './sqlite-outbox.ts'

/** What may wait in memory: a day of one receiver's track in batches, with room for cases. */
const SHELTER_BYTES = 8e6
/** Records that move to the disk in one transaction. */
const MOVED_AT_ONCE = 256
/** A disk that refused is asked again after this long. */
const AGAIN_FIRST_MS = 1000
const AGAIN_MAX_MS = 30_000
/** A disk that refuses again before this long was not well. */
const STEADY_MS = 60_000
/** What is written without a record beside it reaches the disk within this time. */
const TABLES_MS = 1000
const MAX_DETAIL = 300

export interface ShelteredOutboxOptions {
  file: OutboxFile
  tables: MirroredTables
  boot: string
  maxBytes: number
  thin?: ThinFixes | undefined
  log: Log
  /** Default: 8 MB. */
  shelterBytes?: number
  /** Default: from one second to half a minute. */
  againMs?: { first: number; max: number }
  /** Of the disk's commits. Default: 100 ms. */
  maxDelayMs?: number
}

/**
 * The outbox of a gateway whose disk may fail: on the disk while that takes records, in memory while it does not. A
 * full, read-only or failing disk costs what finds no room in memory, by the same drop policy, and nothing else:
 * records from memory are sent and receipted like the others, under a boot name of their own, and those that still
 * wait move to the disk when it is back. A file that turns out to be damaged is set aside and begun anew.
 */
export class ShelteredOutbox implements Outbox {
  onAppended: () => void = () => {}
  /** Told when `storage()` says another state than before. */
  onStorageChange: () => void = () => {}
  readonly #options: ShelteredOutboxOptions
  readonly #shelter: SqliteOutbox
  readonly #shelterBoot = randomBytes(6).toString('hex')
  readonly #backoff: Backoff
  readonly #hidden = new Set<number>()
  readonly #tablesTimer: NodeJS.Timeout
  #disk: SqliteOutbox | undefined
  #failure: { state: Exclude<StorageState['state'], 'ok'>; detail: string } | undefined
  /** What is on the disk cannot be read just now. */
  #unreadable = false
  /** The file was opened for reading, or its handle is not trusted any more. */
  #reopen = false
  #lastSequence = 0
  #movedAtOnce = MOVED_AT_ONCE
  #okSinceMs = 0
  #toldState = ''
  #again: NodeJS.Timeout | undefined
  #clock: EdgeClock | undefined
  #dateAlongside: (shiftMs: number) => void = () => {}
  #closed = false

  /** Never throws for a disk: what is wrong with it is told by {@link storage}. */
  constructor(options: ShelteredOutboxOptions) {
    this.#options = options
    const { againMs, shelterBytes, thin, log } = options
    this.#backoff = new Backoff(againMs?.first ?? AGAIN_FIRST_MS, againMs?.max ?? AGAIN_MAX_MS)
    this.#shelter = new SqliteOutbox(new DatabaseSync(':memory:'), {
      boot: this.#shelterBoot,
      maxBytes: shelterBytes ?? SHELTER_BYTES,
      maxDelayMs: 0,
      thin,
      log,
    })
    this.#shelter.onAppended = () => this.onAppended()
    try {
      this.#open()
    } catch (error) {
      this.#refused(error)
    }
    this.#toldState = this.#told()
    this.#tablesTimer = setInterval(() => this.#keepTables(), TABLES_MS).unref()
  }

  async append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<RecordKey> {
    // Only once, whichever of the two takes the record in the end.
    let done = false
    const once = (): void => {
      if (!done && alongside) transaction(this.#options.tables.database, alongside)
      done = true
    }
    const disk = this.#disk
    if (disk && this.#takes && this.#shelter.level().records === 0)
      try {
        const key = await disk.append(lane, body, alongside && once)
        this.#lastSequence = Math.max(this.#lastSequence, key.sequence)
        return key
      } catch (error) {
        if (!diskFailure(error)) throw error
        this.#refused(error, disk)
      }
    const key = await this.#shelter.append(lane, body, alongside && once)
    if (this.#takes) this.#tryAgainIn(0)
    return key
  }

  peek(limit: number, maxBytes = Number.POSITIVE_INFINITY, lanes?: readonly Lane[]): OutboxRecord[] {
    const sheltered = this.#shelter.peek(limit, maxBytes, lanes)
    const stored = this.#read((disk) => disk.peek(limit, maxBytes, lanes), [])
    if (sheltered.length === 0) return stored
    // Within a lane, what is on the disk is older.
    const all = [...stored, ...sheltered].toSorted((a, b) => laneNumber(a.lane) - laneNumber(b.lane))
    let bytes = 0
    const end = all.findIndex(({ body }, i) => {
      bytes += body.length
      return i > 0 && bytes > maxBytes
    })
    return all.slice(0, Math.min(limit, end < 0 ? all.length : end))
  }

  newest(lane: Lane): OutboxRecord | undefined {
    return this.#shelter.newest(lane) ?? this.#read((disk) => disk.newest(lane), undefined)
  }

  remove(boot: string, sequences: number[]): void {
    const keys = sequences.map((sequence) => ({ boot, sequence }))
    const sheltered = new Set(this.#shelter.waits(keys).map(({ sequence }) => sequence))
    if (sheltered.size > 0) this.#shelter.remove(boot, [...sheltered])
    const stored = sequences.filter((sequence) => !sheltered.has(sequence))
    if (stored.length === 0) return
    if (this.#takes) this.#disk!.remove(boot, stored)
    else this.#read((disk) => disk.hide(boot, stored), undefined)
  }

  waits(records: readonly RecordKey[]): RecordKey[] {
    const sheltered = new Set(this.#shelter.waits(records))
    const stored = new Set(this.#read((disk) => disk.waits(records), []))
    return records.filter((record) => sheltered.has(record) || stored.has(record))
  }

  dateBy(clock: EdgeClock, alongside: (shiftMs: number) => void = () => {}): void {
    const lastMs = this.#read((disk) => disk.undated().lastMs, null)
    if (lastMs !== null) clock.continueAfter(lastMs)
    this.#clock = clock
    this.#dateAlongside = alongside
    this.#shelter.follow(clock)
    const waiting = this.#read((disk) => disk.follow(clock), false)
    if (!clock.known) clock.onKnown = () => this.#date()
    else if (waiting) this.#date()
  }

  level(): OutboxLevel {
    const sheltered = this.#shelter.level()
    const stored = this.#disk?.level()
    if (!stored) return sheltered
    const dropped = { ...stored.dropped }
    for (const [lane, records] of Object.entries(sheltered.dropped))
      dropped[lane] = (dropped[lane] ?? 0) + records
    return {
      records: stored.records + sheltered.records,
      bytes: stored.bytes + sheltered.bytes,
      dropped,
      thinnedFixes: stored.thinnedFixes + sheltered.thinnedFixes,
    }
  }

  /** How the disk is, for the gateway's health. */
  storage(): StorageState {
    return {
      ...(this.#failure ?? { state: 'ok' }),
      inMemory: this.#shelter.level().records,
      setAside: this.#options.file.setAside,
    }
  }

  /** What waits in memory goes to the disk, if that takes it; else it is lost, and told. */
  close(): void {
    this.#closed = true
    clearInterval(this.#tablesTimer)
    clearTimeout(this.#again)
    this.#shelter.settle()
    let reason: unknown
    try {
      this.#disk?.settle()
      while (this.#disk && this.#moveSome()) {}
    } catch (error) {
      reason = error
    }
    const { records } = this.#shelter.level()
    if (records > 0)
      this.#options.log.error(
        { err: reason, records },
        'outbox: these records waited in memory, and the disk did not take them: lost with this stop',
      )
    this.#shelter.close()
    this.#closeDisk()
    this.#options.tables.close()
  }

  get #takes(): boolean {
    return this.#disk !== undefined && this.#failure === undefined
  }

  #open(): void {
    const { file, tables } = this.#options
    const known = {
      hidden: this.#hidden,
      lastSequence: this.#lastSequence,
      takeOver: tables.load.bind(tables),
    }
    this.#closeDisk()
    try {
      this.#use(file.open(known))
      this.#reopen = false
    } catch (error) {
      this.#openToRead()
      throw error
    }
  }

  /** What is there can be sent all the same. */
  #openToRead(): void {
    const { file, log } = this.#options
    try {
      this.#use(file.openToRead())
    } catch (error) {
      log.debug({ err: error }, 'outbox: the disk cannot be read either')
    }
    this.#reopen = true
  }

  #use(database: DatabaseSync): void {
    const { boot, maxBytes, maxDelayMs, thin, tables, log } = this.#options
    try {
      tables.load(database)
      const disk = new SqliteOutbox(database, {
        boot,
        otherBoot: this.#shelterBoot,
        maxBytes,
        thin,
        log,
        ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
        beside: tables,
        hidden: this.#hidden,
        onRefused: (error) => this.#refused(error, disk),
      })
      disk.onAppended = () => this.onAppended()
      if (this.#clock) disk.follow(this.#clock)
      this.#disk = disk
      this.#unreadable = false
    } catch (error) {
      database.close()
      throw error
    }
  }

  #closeDisk(): void {
    const disk = this.#disk
    this.#disk = undefined
    try {
      disk?.close()
    } catch (error) {
      this.#options.log.debug({ err: error }, 'outbox: the file could not be closed')
    }
  }

  #read<Result>(work: (disk: SqliteOutbox) => Result, otherwise: Result): Result {
    if (!this.#disk || this.#unreadable) return otherwise
    try {
      return work(this.#disk)
    } catch (error) {
      this.#unreadable = true
      this.#refused(error)
      return otherwise
    }
  }

  /** The time is known. */
  #date(): void {
    this.#shelter.date().catch((error: Error) => this.#options.log.error({ err: error }, 'outbox: dates'))
    transaction(this.#options.tables.database, () => this.#dateAlongside(this.#clock!.ownScaleShiftMs!))
    this.#dateDisk()
  }

  #dateDisk(): void {
    const disk = this.#disk
    disk?.date().catch((error: Error) => this.#refused(error, disk))
  }

  /** The disk refused something, or is not what it was. One that was replaced meanwhile says nothing any more. */
  #refused(error: unknown, disk = this.#disk): void {
    const { log } = this.#options
    if (this.#closed || disk !== this.#disk) return
    let failure = diskFailure(error) ?? 'failing'
    if (failure === 'corrupt') {
      try {
        this.#startAnew(error as Error)
        return
      } catch (refusal) {
        log.error({ err: error }, 'outbox: the file cannot be read')
        error = refusal
        failure = diskFailure(refusal) ?? 'failing'
        this.#unreadable = true
      }
    }
    if (failure === 'failing') this.#reopen = true
    const state = failure === 'corrupt' ? 'failing' : failure
    const detail = `${this.#options.file.path}: ${(error as Error).message}`.slice(0, MAX_DETAIL)
    if (!this.#failure) {
      if (performance.now() - this.#okSinceMs > STEADY_MS) this.#backoff.reset()
      log.error({ err: error, state }, 'outbox: the disk does not take records, they wait in memory')
    }
    this.#failure = { state, detail }
    this.#tell()
    if (!this.#again) this.#tryAgainIn(this.#backoff.next())
  }

  #startAnew(reason: Error): void {
    const { file, tables } = this.#options
    this.#closeDisk()
    const database = file.startAnew(reason, {
      hidden: this.#hidden,
      lastSequence: this.#lastSequence,
      takeOver: () => {},
    })
    tables.rewrite()
    this.#use(database)
    this.#tell()
    this.#tryAgainIn(0)
  }

  #tryAgainIn(waitMs: number): void {
    if (this.#closed || (this.#again && waitMs > 0)) return
    clearTimeout(this.#again)
    this.#again = setTimeout(() => this.#tryAgain(), waitMs)
    this.#again.unref()
  }

  #tryAgain(): void {
    this.#again = undefined
    try {
      if (!this.#disk || this.#reopen) this.#open()
      const more = this.#moveSome()
      this.#unreadable = false
      if (this.#failure && !more) {
        this.#failure = undefined
        this.#okSinceMs = performance.now()
        this.#options.log.info('outbox: the disk takes records again')
        if (this.#clock?.known && this.#disk!.undated().records > 0) this.#dateDisk()
      }
      this.#tell()
      if (more) this.#tryAgainIn(0)
    } catch (error) {
      this.#refused(error)
    }
  }

  /** From memory to the disk, under the same names. @returns whether there is more. @throws Error where the disk refuses. */
  #moveSome(): boolean {
    const records = this.#shelter.stored(this.#movedAtOnce)
    // Where there is little room, less may fit.
    this.#movedAtOnce = Math.max(1, this.#movedAtOnce >> 1)
    this.#disk!.takeIn(records, this.#shelter.level())
    this.#movedAtOnce = MOVED_AT_ONCE
    this.#shelter.handedOver(records)
    return this.#shelter.level().records > 0
  }

  /** What is written beside no record. */
  #keepTables(): void {
    if (!this.#takes || !this.#options.tables.changed) return
    try {
      this.#disk!.settle()
    } catch (error) {
      this.#refused(error)
    }
  }

  #told(): string {
    const { state, setAside } = this.storage()
    return `${state} ${setAside}`
  }

  #tell(): void {
    const told = this.#told()
    if (told === this.#toldState) return
    this.#toldState = told
    this.onStorageChange()
  }
}
