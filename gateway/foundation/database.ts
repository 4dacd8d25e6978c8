import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What is kept of the write-ahead log's file after a checkpoint; one long transaction would leave its size for ever. */
const WAL_KEPT_BYTES = 4 * 1024 * 1024

/**
 * Opens (or makes) a SQLite file whose commits survive a power cut: write-ahead log, synchronous=FULL.
 * The folder is made with it, readable by its owner only.
 * @param options.givesBackSpace a file that is made here can be made smaller again, with `PRAGMA incremental_vacuum`.
 * @throws Error of node:sqlite where the file cannot be opened or is no database.
 */
export function openDatabase(path: string, options: { givesBackSpace?: boolean } = {}): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path)
  try {
    // Only a file without any page yet can be told so.
    if (options.givesBackSpace) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 5000;
      PRAGMA foreign_keys = ON;
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
    `)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Runs `work` in one transaction; what it throws undoes all of it. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A ROLLBACK that fails too must not hide why.
    try {
      if (database.isTransaction) database.exec('ROLLBACK')
    } catch {}
    throw error
  }
}
