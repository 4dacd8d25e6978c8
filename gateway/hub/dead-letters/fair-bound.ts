import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Rows of one table that count against a bound: SQL, never from outside. */
export interface BoundedRows {
  table: 'dead_letter' | 'refused'
  /** Which of its rows count. */
  where: string
  /** Which of those may go. */
  mayGo: string
}

/**
 * Keeps at most `max` rows. The gateway that holds most gives up its oldest, so that one that sends rubbish without
 * end pushes out nothing but its own.
 * @returns how many rows went.
 */
export function trimFairly(database: DatabaseSync, rows: BoundedRows, max: number): number {
  const { table, where, mayGo } = rows
  const number = (sql: string, ...values: SQLInputValue[]): number =>
    database.prepare(sql).get(...values)!.n as number
  let excess = number(`SELECT count(*) AS n FROM ${table} WHERE ${where}`) - max
  let gone = 0
  while (excess > 0) {
    const [most, next] = database
      .prepare(
        `SELECT gateway, count(*) AS n FROM ${table} WHERE ${where} AND ${mayGo}
         GROUP BY gateway ORDER BY n DESC, min(id) LIMIT 2`,
      )
      .all() as unknown as { gateway: string; n: number }[]
    if (!most) break
    const lead = Math.max(1, most.n - (next?.n ?? 0))
    const { changes } = database
      .prepare(
        `DELETE FROM ${table} WHERE id IN (
           SELECT id FROM ${table} WHERE ${where} AND ${mayGo} AND gateway = ? ORDER BY id LIMIT ?)`,
      )
      .run(most.gateway, Math.min(excess, lead))
    excess -= Number(changes)
    gone += Number(changes)
  }
  return gone
}
