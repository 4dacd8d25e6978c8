import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../../foundation/database.ts'
import type { Log } from '../../foundation/log.ts'
import { CorruptFile, diskFailure } from './disk-error.ts'
import { OutboxCounts, readCounts, saveSetAside } from './outbox-counts.ts'
import { makeOutboxTables } from './outbox-tables.ts'
import { openToRead, salvage } from './salvage.ts'

/** More would fill the disk that they came from. */
const KEPT_ASIDE = 3
/** A file of an earlier version is rebuilt, so that it can give space back, once this little is in it. */
const REBUILT_BYTES = 16e6

/** A database is the file and what SQLite has beside it. */
const ENDS = ['', '-wal', '-shm']

/** What a running gateway knows about the file that it sets aside. */
export interface KnownOfFile {
  /** Rows whose receipt has come; emptied with the file that they were in. */
  hidden: Set<number>
  /** Numbers up to here have been given away. */
  lastSequence: number
  /** Takes over what else is in the file, where the gateway does not have it yet. */
  takeOver: (damaged: DatabaseSync) => void
}

/**
 * The outbox's file on the disk. One that cannot be read is renamed to `outbox.db.corrupt-<UTC time>`, a fresh one is
 * made in its place, and what can still be read is copied there; the last three such files are kept for whoever wants
 * to know why.
 */
export class OutboxFile {
  readonly path: string
  readonly #log: Log
  #setAside = 0
  #checked = false

  constructor(folder: string, log: Log) {
    this.path = join(folder, 'outbox.db')
    this.#log = log
  }

  /** Files set aside since the data folder was made, as far as that is known. */
  get setAside(): number {
    return this.#setAside
  }

  /** @throws Error where the disk refuses; never for a file that cannot be read. */
  open(known: KnownOfFile): DatabaseSync {
    let database: DatabaseSync | undefined
    try {
      database = openDatabase(this.path, { givesBackSpace: true })
      // Once: it reads the whole file, and damage that comes later shows where it is met.
      if (!this.#checked) check(database)
      this.#checked = true
      this.#setAside = readCounts(database).setAside
      this.#makeShrinkable(database)
      return database
    } catch (error) {
      database?.close()
      if (diskFailure(error) !== 'corrupt') throw error
      return this.startAnew(error as Error, known)
    }
  }

  /** For a disk that takes nothing. @throws Error where it cannot be read either. */
  openToRead(): DatabaseSync {
    const database = openToRead(this.path)
    try {
      check(database)
      this.#setAside = readCounts(database).setAside
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** The file, which nobody has open, is not what was written there. @throws Error where the disk refuses. */
  startAnew(reason: Error, known: KnownOfFile): DatabaseSync {
    const before = asideFiles(this.path)
    const aside = this.#freeName()
    moved(this.path, aside)
    for (const old of before.slice(0, Math.max(0, before.length + 1 - KEPT_ASIDE)))
      for (const end of ENDS) rmSync(`${old}${end}`, { force: true })
    let fresh: DatabaseSync | undefined
    try {
      fresh = openDatabase(this.path, { givesBackSpace: true })
      makeOutboxTables(fresh)
      const records = this.#salvaged(aside, fresh, known)
      // Numbers are never given away twice.
      fresh.exec(`
        INSERT INTO sqlite_sequence SELECT 'outbox', 0
          WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox');
        UPDATE sqlite_sequence SET seq = max(seq, ${known.lastSequence}) WHERE name = 'outbox'`)
      this.#setAside = Math.max(this.#setAside, before.length) + 1
      saveSetAside(fresh, this.#setAside)
      known.hidden.clear()
      this.#log.error(
        { err: reason, aside, salvaged: records },
        'outbox: the file could not be read and was set aside; a fresh one is begun with what could be saved',
      )
      return fresh
    } catch (error) {
      // As it was, so that the next try saves as much.
      fresh?.close()
      for (const end of ENDS) rmSync(`${this.path}${end}`, { force: true })
      moved(aside, this.path)
      throw error
    }
  }

  #salvaged(aside: string, fresh: DatabaseSync, known: KnownOfFile): number {
    let damaged: DatabaseSync
    try {
      damaged = openToRead(aside)
    } catch {
      return 0
    }
    try {
      const told = attempt(() => readCounts(damaged))
      if (told) {
        this.#setAside = Math.max(this.#setAside, told.setAside)
        const counts = new OutboxCounts(fresh)
        counts.add(told)
        counts.save()
      }
      const records = salvage(damaged, fresh, (row) => known.hidden.has(row))
      attempt(() => known.takeOver(damaged))
      return records
    } finally {
      damaged.close()
    }
  }

  #freeName(): string {
    const time = new Date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replaceAll(':', '-')
    const name = `${this.path}.corrupt-${time}`
    for (let i = 1; ; i++) {
      const numbered = i === 1 ? name : `${name}-${i}`
      if (!existsSync(numbered)) return numbered
    }
  }

  /** VACUUM writes the whole file anew, which a large one is not worth. */
  #makeShrinkable(database: DatabaseSync): void {
    const read = (pragma: string) => Object.values(database.prepare(`PRAGMA ${pragma}`).get()!)[0] as number
    if (read('auto_vacuum') !== 0 || read('page_count') * read('page_size') > REBUILT_BYTES) return
    attempt(() => database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM'))
  }
}

function moved(from: string, to: string): void {
  for (const end of ENDS) if (existsSync(`${from}${end}`)) renameSync(`${from}${end}`, `${to}${end}`)
}

/** @throws CorruptFile, or the error of a disk that cannot be read. */
function check(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (row.quick_check !== 'ok') throw new CorruptFile(`quick_check: ${row.quick_check}`)
  try {
    makeOutboxTables(database)
  } catch (error) {
    // 1: SQL that does not fit the tables, which are then not those of an outbox.
    if ((error as { errcode?: number }).errcode === 1)
      throw new CorruptFile(`no outbox: ${(error as Error).message}`)
    throw error
  }
}

/** Oldest first: their names tell the time. */
function asideFiles(path: string): string[] {
  const folder = dirname(path)
  return readdirSync(folder)
    .filter((name) => /^outbox\.db\.corrupt-[^.]*Z(-\d+)?$/.test(name))
    .toSorted()
    .map((name) => join(folder, name))
}

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
