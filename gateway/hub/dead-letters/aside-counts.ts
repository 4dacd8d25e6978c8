import type { DatabaseSync } from 'node:sqlite'

/** What became of that which was set aside, counted since intake.db was made. */
export type AsideCount = 'lettersPushedOut' | 'payloadsPushedOut' | 'taken' | 'discarded'

export const ASIDE_COUNTS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS aside_count (what TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
`

/** Part of the transaction around it. */
export function countAside(database: DatabaseSync, what: AsideCount, more: number): void {
  if (more === 0) return
  database
    .prepare(
      `INSERT INTO aside_count (what, count) VALUES (?, ?)
       ON CONFLICT (what) DO UPDATE SET count = count + excluded.count`,
    )
    .run(what, more)
}

export function asideCounts(database: DatabaseSync): Record<AsideCount, number> {
  const rows = database.prepare('SELECT what, count FROM aside_count').all()
  return {
    lettersPushedOut: 0,
    payloadsPushedOut: 0,
    taken: 0,
    discarded: 0,
    ...Object.fromEntries(rows.map(({ what, count }) => [what, count])),
  }
}
