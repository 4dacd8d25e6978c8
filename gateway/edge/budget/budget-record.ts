import type { DatabaseSync } from 'node:sqlite'

/** What of a data budget outlives a restart. */
export interface BudgetRecord {
  /** Of UTC+8, counted from 1970-01-01; undefined where the time was not known. */
  day: number | undefined
  bytes: number
  thinnedFixes: number
}

/**
 * From a table of one row in the outbox's file.
 * @throws Error of node:sqlite
 */
export function readBudgetRecord(database: DatabaseSync): BudgetRecord | undefined {
  makeTable(database)
  const row = database.prepare('SELECT day, bytes, thinned_fixes FROM data_budget').get() as
    | { day: number | null; bytes: number; thinned_fixes: number }
    | undefined
  return row && { day: row.day ?? undefined, bytes: row.bytes, thinnedFixes: row.thinned_fixes }
}

/** @throws Error of node:sqlite */
export function writeBudgetRecord(database: DatabaseSync, record: BudgetRecord): void {
  makeTable(database)
  database
    .prepare('INSERT OR REPLACE INTO data_budget (one, day, bytes, thinned_fixes) VALUES (1, ?, ?, ?)')
    .run(record.day ?? null, Math.round(record.bytes), record.thinnedFixes)
}

/** At each use: the disk may have refused before. */
function makeTable(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS data_budget (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      day INTEGER,
      bytes INTEGER NOT NULL,
      thinned_fixes INTEGER NOT NULL
    ) STRICT`)
}
