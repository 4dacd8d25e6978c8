import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { transaction } from '../../foundation/database.ts'

/**
 * One register of the district (grids, streets, or components): features by their code, kept as the JSON
 * that is served. In: checked features; out: one feature, or all in order of code, a page at a time.
 */

export interface RegisterEntry {
  code: string
  /** Code of the grid it belongs to, where it has one. */
  grid?: string
  /** A GeoJSON feature. */
  json: string
}

const PAGE = 500

export class FeatureRegister<Feature> {
  readonly #database: DatabaseSync
  readonly #table: string
  readonly #version: StatementSync

  /** @param table a name of this program's own, never of input. */
  constructor(database: DatabaseSync, table: 'grid' | 'street' | 'component') {
    this.#database = database
    this.#table = table
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${table} (code TEXT PRIMARY KEY, grid TEXT, feature TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS ${table}_by_grid ON ${table} (grid, code) WHERE grid IS NOT NULL;
      CREATE TABLE IF NOT EXISTS register_version (register TEXT PRIMARY KEY, version INTEGER NOT NULL);
    `)
    this.#version = database.prepare('SELECT version FROM register_version WHERE register = ?')
  }

  /**
   * Replaces what has the same code; one commit.
   * @returns how many codes were there before.
   */
  put(entries: RegisterEntry[]): number {
    const known = this.#database.prepare(`SELECT 1 FROM ${this.#table} WHERE code = ?`)
    const upsert = this.#database.prepare(`
      INSERT INTO ${this.#table} (code, grid, feature) VALUES (?, ?, ?)
      ON CONFLICT (code) DO UPDATE SET grid = excluded.grid, feature = excluded.feature`)
    return transaction(this.#database, () => {
      let replaced = 0
      for (const { code, grid, json } of entries) {
        if (known.get(code)) replaced++
        upsert.run(code, grid ?? null, json)
      }
      this.#database
        .prepare(`
          INSERT INTO register_version (register, version) VALUES (?, 1)
          ON CONFLICT (register) DO UPDATE SET version = version + 1`)
        .run(this.#table)
      return replaced
    })
  }

  find(code: string): Feature | undefined {
    const row = this.#database.prepare(`SELECT feature FROM ${this.#table} WHERE code = ?`).get(code)
    return row && (JSON.parse(row.feature as string) as Feature)
  }

  count(): number {
    return this.#database.prepare(`SELECT count(*) AS n FROM ${this.#table}`).get()!.n as number
  }

  /** Grows with each change, whichever process makes it: what is built from the features is built anew by it. */
  version(): number {
    return (this.#version.get(this.#table)?.version as number | undefined) ?? 0
  }

  /** All of them in order of code. */
  *all(): Generator<Feature> {
    const next = this.#database.prepare(
      `SELECT code, feature FROM ${this.#table} WHERE code > ? ORDER BY code LIMIT ${PAGE}`,
    )
    for (let rows = next.all(''); rows.length > 0; rows = next.all(rows.at(-1)!.code as string))
      for (const { feature } of rows) yield JSON.parse(feature as string) as Feature
  }

  /** The text of a GeoJSON FeatureCollection in pieces; of one grid where `grid` is given. */
  *collection(grid?: string): Generator<string> {
    // Page by page: an iterator left open by a slow reader would hold back the write-ahead log.
    const next = this.#database.prepare(`
      SELECT code, feature FROM ${this.#table}
      WHERE code > ? ${grid === undefined ? '' : 'AND grid = ?'} ORDER BY code LIMIT ${PAGE}`)
    let after = ''
    let text = '{"type":"FeatureCollection","features":['
    let rows: Record<string, unknown>[]
    do {
      rows = grid === undefined ? next.all(after) : next.all(after, grid)
      if (rows.length > 0) {
        yield text + rows.map(({ feature }) => feature as string).join(',')
        text = ','
        after = rows.at(-1)!.code as string
      }
    } while (rows.length === PAGE)
    yield after === '' ? `${text}]}` : ']}'
  }
}
