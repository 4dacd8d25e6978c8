import type { DatabaseSync } from 'node:sqlite'

/** Of the outbox itself; every other table of its file belongs to others. */
export const isOutboxTable = (name: string): boolean => name.startsWith('outbox')

/**
 * Makes the tables of an outbox, and brings those of an earlier version up to date.
 * `made_ms`: when the record was made, on the gateway's own scale, while its time is not known; NULL once its body
 * holds wall times. `name`: the number by which a record goes that had one before it came into this file; NULL for the
 * others, which go by `sequence`. `thinned`: detail was left out once already.
 */
export function makeOutboxTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS outbox (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      boot TEXT NOT NULL,
      lane INTEGER NOT NULL,
      body BLOB NOT NULL,
      made_ms INTEGER,
      name INTEGER,
      thinned INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS outbox_order ON outbox (lane, sequence);
    CREATE TABLE IF NOT EXISTS outbox_dropped (lane TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS outbox_count (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  `)
  const columns = new Set(
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all('outbox')
      .map(({ name }) => name),
  )
  for (const [column, type] of [
    ['made_ms', 'INTEGER'],
    ['name', 'INTEGER'],
    ['thinned', 'INTEGER NOT NULL DEFAULT 0'],
  ])
    if (!columns.has(column!)) database.exec(`ALTER TABLE outbox ADD COLUMN ${column} ${type}`)
  database.exec(`
    CREATE INDEX IF NOT EXISTS outbox_undated ON outbox (made_ms, sequence) WHERE made_ms IS NOT NULL;
    CREATE INDEX IF NOT EXISTS outbox_named ON outbox (name) WHERE name IS NOT NULL;
  `)
}
