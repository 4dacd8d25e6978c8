import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../foundation/database.ts'

/**
 * The tables of the ledger. A ledger of an older version only gains columns, in one transaction: nothing of it is
 * rewritten. `component` and `evidence` have been NOT NULL since the first version, when every case was a sensor's:
 * there '' is no component and the JSON null no evidence.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS "case" (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    component TEXT NOT NULL,
    fault TEXT NOT NULL,
    episode INTEGER NOT NULL,
    raised_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    cleared_ms INTEGER,
    revision INTEGER NOT NULL,
    position TEXT,
    evidence TEXT NOT NULL,
    -- The revision that was last published over MQTT; 0: none.
    announced INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS case_by_raise ON "case" (raised_ms DESC);
  CREATE INDEX IF NOT EXISTS case_open ON "case" (raised_ms DESC) WHERE cleared_ms IS NULL;
  CREATE TABLE IF NOT EXISTS step (
    case_id TEXT NOT NULL REFERENCES "case" (id),
    revision INTEGER NOT NULL,
    step TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (case_id, revision)
  ) WITHOUT ROWID;
`

/** Columns that came later, by table, in the order in which they came. */
const LATER = {
  case: {
    /** JSON of a report by hand; null: a sensor's case. */
    manual: 'TEXT',
    /** Null: of a version that did not keep it. */
    time_source: 'TEXT',
    /** How many photos have come whole, and how many of them were published. */
    photos_here: 'INTEGER NOT NULL DEFAULT 0',
    photos_announced: 'INTEGER NOT NULL DEFAULT 0',
  },
  step: { manual: 'TEXT' },
} as const

/** Over columns that came later. */
const INDEXES = `
  DROP INDEX IF EXISTS case_unannounced;
  CREATE INDEX IF NOT EXISTS case_to_announce ON "case" (updated_ms)
    WHERE announced <> revision OR photos_announced <> photos_here;
  CREATE INDEX IF NOT EXISTS case_closed_with_photos ON "case" (cleared_ms) WHERE photos_here > 0;
`

/** Makes the tables, or brings those of an older version up to date. @throws Error of node:sqlite */
export function prepareTables(database: DatabaseSync): void {
  transaction(database, () => {
    database.exec(TABLES)
    for (const [table, columns] of Object.entries(LATER)) {
      const there = database.prepare('SELECT name FROM pragma_table_info(?)').all(table)
      const known = new Set(there.map(({ name }) => name))
      for (const [column, type] of Object.entries(columns))
        if (!known.has(column)) database.exec(`ALTER TABLE "${table}" ADD COLUMN ${column} ${type}`)
    }
    database.exec(INDEXES)
  })
}
