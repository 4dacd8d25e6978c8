import { DatabaseSync, type Session, type SQLInputValue } from 'node:sqlite'
import { isOutboxTable } from './outbox-tables.ts'

interface Table {
  name: string
  sql: string
}

/** What is in the copy already is older: the tables in memory are always right. */
const REPLACE = 2
const LEAVE_OUT = 0
const CHANGESET_DATA = 1
const CHANGESET_CONFLICT = 3

/**
 * The tables that share the outbox's file (episodes, what detectors learnt, reports by hand). They live in memory, so
 * that they can be read and written whatever the disk does, and are copied onto the disk in the commits of the outbox:
 * what is written beside a record is on the disk if and only if the record is. A file that was away, or was made anew,
 * gets all of them again. Each table needs a primary key.
 */
export class MirroredTables {
  /** To be used by those whose tables these are. */
  readonly database = new DatabaseSync(':memory:')
  #session: Session = this.database.createSession()
  /** The disk is known to hold all but what the session has recorded. */
  #same = false
  #schema = 0

  /** Takes over what a file has and memory has not, as far as it can be read. The next commit writes everything. */
  load(file: DatabaseSync): void {
    this.#same = false
    const here = new Set(tablesOf(this.database).map(({ name }) => name))
    for (const { name, sql } of tablesOf(file)) {
      if (!here.has(name)) this.database.exec(sql)
      for (const { rowid: _, ...row } of rowsOf(file, name))
        this.#insertInto(this.database, name, row, 'IGNORE')
    }
  }

  /** The file is another one from now on: the next commit writes everything. */
  rewrite(): void {
    this.#same = false
  }

  /** Something is to be written. */
  get changed(): boolean {
    return !this.#same || this.#schema !== this.#schemaVersion() || this.#session.changeset().length > 0
  }

  /** Inside the transaction of the file that the records are in. @throws Error where the disk refuses. */
  write(file: DatabaseSync): void {
    if (!this.#same || this.#schema !== this.#schemaVersion()) {
      this.#writeAll(file)
      return
    }
    const changes = this.#session.changeset()
    if (changes.length === 0) return
    const onConflict = (type: number): number =>
      type === CHANGESET_DATA || type === CHANGESET_CONFLICT ? REPLACE : LEAVE_OUT
    if (!file.applyChangeset(changes, { onConflict })) this.#writeAll(file)
  }

  /** That transaction is committed. */
  written(): void {
    if (!this.changed) return
    this.#session.close()
    this.#session = this.database.createSession()
    this.#same = true
    this.#schema = this.#schemaVersion()
  }

  close(): void {
    this.database.close()
  }

  #writeAll(file: DatabaseSync): void {
    const there = new Map(tablesOf(file).map(({ name, sql }) => [name, sql]))
    for (const { name, sql } of tablesOf(this.database)) {
      if (there.get(name) === sql) file.exec(`DELETE FROM ${quoted(name)}`)
      else {
        file.exec(`DROP TABLE IF EXISTS ${quoted(name)}`)
        file.exec(sql)
      }
      for (const row of rowsOf(this.database, name)) this.#insertInto(file, name, row, 'REPLACE')
    }
  }

  #insertInto(
    database: DatabaseSync,
    table: string,
    row: Record<string, SQLInputValue>,
    or: 'IGNORE' | 'REPLACE',
  ): void {
    const columns = Object.keys(row)
    database
      .prepare(
        `INSERT OR ${or} INTO ${quoted(table)} (${columns.map(quoted)}) VALUES (${columns.map(() => '?')})`,
      )
      .run(...Object.values(row))
  }

  #schemaVersion(): number {
    return (this.database.prepare('PRAGMA schema_version').get() as { schema_version: number }).schema_version
  }
}

function tablesOf(database: DatabaseSync): Table[] {
  const tables = database
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all() as unknown as Table[]
  return tables.filter(({ name }) => !isOutboxTable(name))
}

/** In the order of their coming; a page that cannot be read ends it. */
function* rowsOf(database: DatabaseSync, table: string): Generator<Record<string, SQLInputValue>> {
  try {
    yield* database
      .prepare(`SELECT rowid AS rowid, * FROM ${quoted(table)} ORDER BY rowid`)
      .iterate() as Iterable<Record<string, SQLInputValue>>
  } catch (error) {
    if ((error as { errcode?: number }).errcode === undefined) throw error
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
