import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { LANES } from '../../../proto/domain.ts'
import { transaction } from '../../foundation/database.ts'
import { laneNumber } from './room.ts'

/** Rows written at a time. */
const GROUP = 256
/** A record's number on the wire has 32 bits; more is no number of ours. */
const LAST_SEQUENCE = 2 ** 32 - 1
const BOOT_PATTERN = /^[0-9a-f]{12}$/

interface Row {
  sequence: number
  boot: string
  lane: number
  body: Uint8Array
  madeMs: number | null
  name: number | null
  thinned: number
}

/**
 * Opens a database for reading where nothing can be written beside it: SQLite itself would make files for its
 * write-ahead log. Nobody else may have it open.
 * @throws Error of node:sqlite.
 */
export function openToRead(path: string): DatabaseSync {
  const wal = `${path}-wal`
  const hasLog = existsSync(wal) && statSync(wal).size > 0
  // https://sqlite.org/uri.html: without a log the file alone is all there is; with one, its index is held in memory.
  const url = pathToFileURL(path)
  url.search = hasLog ? '?mode=ro&vfs=unix-none' : '?mode=ro&immutable=1'
  const database = new DatabaseSync(url, { readOnly: true, defensive: false })
  if (hasLog) database.exec('PRAGMA locking_mode = EXCLUSIVE')
  return database
}

/**
 * Copies the records of a damaged file that can still be read into a fresh one, cases first; they keep their names.
 * @param isGone rows whose receipt has come.
 * @returns how many there were.
 * @throws Error where the fresh file's disk refuses.
 */
export function salvage(
  damaged: DatabaseSync,
  fresh: DatabaseSync,
  isGone: (row: number) => boolean,
): number {
  const insert = fresh.prepare(`
    INSERT OR IGNORE INTO outbox (sequence, boot, lane, body, made_ms, name, thinned) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const keep = (rows: Row[]): void =>
    transaction(fresh, () => {
      for (const { sequence, boot, lane, body, madeMs, name, thinned } of rows)
        insert.run(sequence, boot, lane, body, madeMs, name, thinned)
    })
  let records = 0
  // SQLite then reads a file that is shorter than its header says, too.
  damaged.exec('PRAGMA writable_schema = ON')
  for (const condition of ['=', '<>']) {
    let group: Row[] = []
    for (const row of readableRows(damaged, `lane ${condition} ${laneNumber('case')}`)) {
      if (!isRecord(row) || isGone(row.sequence)) continue
      records++
      group.push(row)
      if (group.length < GROUP) continue
      keep(group)
      group = []
    }
    keep(group)
  }
  return records
}

/** Every row that can be reached: over a page that cannot be read it looks further on, in steps that double. */
function* readableRows(damaged: DatabaseSync, condition: string): Generator<Row> {
  let after = 0
  let step = 1
  while (after < LAST_SEQUENCE) {
    try {
      const rows = damaged
        .prepare(`
          SELECT sequence, boot, lane, body, ${columnOr(damaged, 'made_ms', 'NULL')} AS madeMs,
                 ${columnOr(damaged, 'name', 'NULL')} AS name, ${columnOr(damaged, 'thinned', '0')} AS thinned
          FROM outbox NOT INDEXED WHERE sequence > ? AND ${condition} ORDER BY sequence`)
        .iterate(after)
      for (const row of rows) {
        after = row.sequence as number
        step = 1
        yield row as unknown as Row
      }
      return
    } catch {
      after += step
      step *= 2
    }
  }
}

/** A file of an earlier version lacks some. */
function columnOr(damaged: DatabaseSync, column: string, otherwise: string): string {
  const found = damaged.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get('outbox', column)
  return found ? column : otherwise
}

/** A page of something else may stand in the place of one of ours. */
function isRecord({ sequence, boot, lane, body, madeMs, name }: Row): boolean {
  const isNumber = (value: unknown): boolean => value === null || typeof value === 'number'
  return (
    sequence > 0 &&
    sequence <= LAST_SEQUENCE &&
    typeof boot === 'string' &&
    BOOT_PATTERN.test(boot) &&
    LANES[lane] !== undefined &&
    body instanceof Uint8Array &&
    isNumber(madeMs) &&
    isNumber(name)
  )
}
