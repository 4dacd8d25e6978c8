import type { DatabaseSync } from 'node:sqlite'

/**
 * Makes the tables of an outbox, and brings those of an earlier version up to date. `made_ms`: when the record was
 * made, on the gateway's own scale, while its time is not known; NULL once its body holds wall times.
 */
export function makeOutboxTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS outbox (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      boot TEXT NOT NULL,
      lane INTEGER NOT NULL,
      body BLOB NOT NULL,
      made_ms INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS outbox_order ON outbox (lane, sequence);
    CREATE TABLE IF NOT EXISTS outbox_dropped (lane TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT;
  `)
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('outbox')
  if (!columns.some(({ name }) => name === 'made_ms'))
    database.exec('ALTER TABLE outbox ADD COLUMN made_ms INTEGER')
  database.exec(`
    CREATE INDEX IF NOT EXISTS outbox_undated ON outbox (made_ms, sequence) WHERE made_ms IS NOT NULL`)
}
