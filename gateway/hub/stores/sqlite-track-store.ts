import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Fix } from '../../../proto/domain.ts'
import {
  DIVISORS,
  emptyColumns,
  type FixColumns,
  firstRowAt,
  sliceColumns,
  trackOf,
} from '../../../proto/fix-columns.ts'
import { ChunkDamaged, decodeChunk, encodeChunk } from '../../../proto/track-chunk.ts'
import type { TrackChunk } from '../../../proto/track-columns.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { checkedFixes, checkedReadings } from './checked-records.ts'
import { fixOf, mergeColumns } from './fix-columns.ts'
import {
  type Expiry,
  type StoreRecords,
  StoreUnavailable,
  type Track,
  type TrackStore,
} from './track-store.ts'

/** A device's fixes of ten minutes are one chunk: 600 at 1 Hz, some 5 KB, rewritten with each write into it. */
const BUCKET_MS = 600_000
/** A chunk's row id is device * BUCKETS + bucket, so that a device's chunks lie together in order of time. */
const BUCKETS = 2 ** 24
/** Rows that one step of expiry deletes: some milliseconds, since writers wait for it. */
const EXPIRED_CHUNKS = 200
const EXPIRED_READINGS = 5000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS fix_chunk (
    id INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    columns BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    component TEXT NOT NULL,
    metric TEXT NOT NULL,
    UNIQUE (component, metric)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS reading (
    series INTEGER NOT NULL REFERENCES series,
    time_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, time_ms)
  ) STRICT, WITHOUT ROWID;
`

interface ChunkRow {
  id: number
  count: number
  first_ms: number
  last_ms: number
  columns: Uint8Array
}

/**
 * The default track store: one SQLite file, tracks.db, in the hub's data folder. Commits survive a power cut.
 */
export class SqliteTrackStore implements TrackStore {
  readonly kind = 'sqlite'
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof SQL, StatementSync>
  readonly #deviceIds = new Map<string, number>()
  readonly #seriesIds = new Map<string, number>()
  /** The device and the series that expiry goes on with. */
  readonly #expireFrom = { chunks: 0, readings: 0 }

  /** @throws Error of node:sqlite where the file cannot be opened or is no database. */
  constructor(dataDir: string) {
    this.#path = join(dataDir, 'tracks.db')
    this.#database = openDatabase(this.#path)
    this.#database.exec(SCHEMA)
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, this.#database.prepare(sql)])
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, StatementSync>
  }

  async write(records: StoreRecords): Promise<void> {
    const devices = checkedFixes(records)
    const readings = checkedReadings(records)
    if (devices.size === 0 && readings.length === 0) return
    this.#guarded('write', () =>
      transaction(this.#database, () => {
        for (const [device, fixes] of devices) this.#writeFixes(this.#deviceId(device), fixes)
        for (const { component, metric, timeMs, value } of readings)
          this.#statements.putReading.run(this.#seriesId(component, metric), timeMs, value)
      }),
    )
  }

  async readTrack(device: string, fromMs: number, toMs: number): Promise<Track> {
    return this.#guarded('read', () => {
      const rows = this.#chunksBetween(device, fromMs, toMs)
      const columns = emptyColumns(rows.reduce((sum, row) => sum + row.count, 0))
      for (const row of rows) decodeChunk(row.columns, bucketStartMs(row.id), columns, DIVISORS)
      const start = firstRowAt(columns, fromMs)
      const end = Math.max(start, firstRowAt(columns, toMs))
      return trackOf(device, sliceColumns(columns, start, end))
    })
  }

  async readChunks(device: string, fromMs: number, toMs: number): Promise<TrackChunk[]> {
    return this.#guarded('read', () =>
      this.#chunksBetween(device, fromMs, toMs).flatMap((row) => {
        const startMs = bucketStartMs(row.id)
        const { count, first_ms, last_ms, columns: bytes } = row
        if (first_ms >= fromMs && last_ms < toMs) return [{ startMs, count, bytes }]
        const columns = emptyColumns(count)
        decodeChunk(bytes, startMs, columns)
        const cut = sliceColumns(columns, firstRowAt(columns, fromMs), firstRowAt(columns, toMs))
        return cut.count > 0 ? [{ startMs, count: cut.count, bytes: encodeChunk(cut, startMs) }] : []
      }),
    )
  }

  async devicesBetween(fromMs: number, toMs: number): Promise<string[]> {
    return this.#guarded('read', () => {
      const rows = this.#statements.devices.all() as unknown as { id: number; name: string }[]
      const holds = ({ id }: { id: number }) => this.#hasFix(id, fromMs, toMs)
      return rows.filter(holds).map((row) => row.name)
    })
  }

  async lastFix(device: string): Promise<Fix | undefined> {
    return this.#guarded('read', () => {
      const id = this.#statements.deviceId.get(device)?.id as number | undefined
      if (id === undefined) return undefined
      const row = this.#statements.lastChunk.get(id * BUCKETS, (id + 1) * BUCKETS) as ChunkRow | undefined
      if (!row) return undefined
      const columns = emptyColumns(row.count)
      decodeChunk(row.columns, bucketStartMs(row.id), columns, DIVISORS)
      return fixOf(trackOf(device, columns), columns.count - 1)
    })
  }

  async check(): Promise<void> {
    this.#guarded('read', () => this.#statements.devices.get())
  }

  /** A chunk goes when all of its ten minutes are over. The room is used again; the file does not shrink. */
  async expire({ fixesMs, readingsMs }: Expiry): Promise<boolean> {
    const { devicesFrom, seriesFrom, expireChunks, expireReadings } = this.#statements
    return this.#guarded('delete', () =>
      transaction(this.#database, () => {
        const chunks =
          fixesMs !== undefined &&
          this.#expireStep('chunks', devicesFrom, EXPIRED_CHUNKS, (device, room) =>
            expireChunks.run(device * BUCKETS, device * BUCKETS + bucketAt(fixesMs), room),
          )
        const readings =
          readingsMs !== undefined &&
          this.#expireStep('readings', seriesFrom, EXPIRED_READINGS, (series, room) =>
            expireReadings.run(series, series, readingsMs, room),
          )
        return chunks || readings
      }),
    )
  }

  /** Goes on where the step before ended. @returns whether it ended before the last device or series. */
  #expireStep(
    what: 'chunks' | 'readings',
    owners: StatementSync,
    rows: number,
    expire: (owner: number, room: number) => { changes: number | bigint },
  ): boolean {
    let room = rows
    for (const { id } of owners.all(this.#expireFrom[what]) as unknown as { id: number }[]) {
      this.#expireFrom[what] = id
      room -= Number(expire(id, room).changes)
      if (room === 0) return true
    }
    this.#expireFrom[what] = 0
    return false
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  #writeFixes(device: number, fixes: FixColumns): void {
    let start = 0
    while (start < fixes.count) {
      const bucket = Math.floor(fixes.timeMs[start]! / BUCKET_MS)
      const end = firstRowAt(fixes, (bucket + 1) * BUCKET_MS)
      this.#writeChunk(device * BUCKETS + bucket, sliceColumns(fixes, start, end))
      start = end
    }
  }

  #writeChunk(id: number, fixes: FixColumns): void {
    const row = this.#statements.chunk.get(id) as ChunkRow | undefined
    let merged = fixes
    if (row) {
      const kept = emptyColumns(row.count)
      decodeChunk(row.columns, bucketStartMs(row.id), kept)
      merged = mergeColumns(kept, fixes)
    }
    const { count, timeMs } = merged
    const bytes = encodeChunk(merged, bucketStartMs(id))
    this.#statements.putChunk.run(id, count, timeMs[0]!, timeMs[count - 1]!, bytes)
  }

  #chunksBetween(device: string, fromMs: number, toMs: number): ChunkRow[] {
    const id = this.#statements.deviceId.get(device)?.id as number | undefined
    if (id === undefined) return []
    const rows = this.#statements.chunks.all(...chunkIds(id, fromMs, toMs), fromMs, toMs)
    return rows as unknown as ChunkRow[]
  }

  /** Only a chunk that begins before the range and ends after it needs to be looked into. */
  #hasFix(device: number, fromMs: number, toMs: number): boolean {
    const ids = chunkIds(device, fromMs, toMs)
    if (this.#statements.anyBorderIn.get(...ids, fromMs, toMs, fromMs, toMs)) return true
    const around = this.#statements.chunks.all(...ids, fromMs, toMs) as unknown as ChunkRow[]
    return around.some((row) => {
      const columns = emptyColumns(row.count)
      decodeChunk(row.columns, bucketStartMs(row.id), columns)
      return firstRowAt(columns, fromMs) < firstRowAt(columns, toMs)
    })
  }

  #deviceId(name: string): number {
    return known(this.#deviceIds, name, () => this.#statements.addDevice.get(name)!.id as number)
  }

  #seriesId(component: string, metric: string): number {
    const add = () => this.#statements.addSeries.get(component, metric)!.id as number
    return known(this.#seriesIds, `${component} ${metric}`, add)
  }

  /** Runs `work`; a database that cannot do it now is StoreUnavailable, in words for the operator. */
  #guarded<Result>(what: string, work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // What was numbered in a transaction that was undone is forgotten with it.
      this.#deviceIds.clear()
      this.#seriesIds.clear()
      if (error instanceof ChunkDamaged)
        throw new StoreUnavailable(
          `${this.#path}: ${message}; the file is damaged: stop the hub, move the file aside and start it again`,
          { cause: error },
        )
      if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') throw error
      throw new StoreUnavailable(
        `${this.#path}: cannot ${what}: ${message}; check the disk's free space and the file's permissions`,
        { cause: error },
      )
    }
  }
}

const SQL = {
  devices: 'SELECT id, name FROM device ORDER BY name',
  deviceId: 'SELECT id FROM device WHERE name = ?',
  // DO UPDATE, since DO NOTHING would return no row where the name is known already.
  addDevice:
    'INSERT INTO device (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id',
  chunk: 'SELECT id, count, first_ms, last_ms, columns FROM fix_chunk WHERE id = ?',
  chunks: `SELECT id, count, first_ms, last_ms, columns FROM fix_chunk
    WHERE id BETWEEN ? AND ? AND last_ms >= ? AND first_ms < ? ORDER BY id`,
  lastChunk: `SELECT id, count, first_ms, last_ms, columns FROM fix_chunk
    WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1`,
  anyBorderIn: `SELECT 1 FROM fix_chunk
    WHERE id BETWEEN ? AND ? AND (first_ms >= ? AND first_ms < ? OR last_ms >= ? AND last_ms < ?) LIMIT 1`,
  putChunk: `INSERT INTO fix_chunk (id, count, first_ms, last_ms, columns) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET count = excluded.count, first_ms = excluded.first_ms,
      last_ms = excluded.last_ms, columns = excluded.columns`,
  expireChunks: `DELETE FROM fix_chunk WHERE id IN (
    SELECT id FROM fix_chunk WHERE id >= ? AND id < ? ORDER BY id LIMIT ?)`,
  devicesFrom: 'SELECT id FROM device WHERE id >= ? ORDER BY id',
  seriesFrom: 'SELECT id FROM series WHERE id >= ? ORDER BY id',
  expireReadings: `DELETE FROM reading WHERE series = ? AND time_ms IN (
    SELECT time_ms FROM reading WHERE series = ? AND time_ms < ? ORDER BY time_ms LIMIT ?)`,
  addSeries: `INSERT INTO series (component, metric) VALUES (?, ?)
    ON CONFLICT (component, metric) DO UPDATE SET metric = excluded.metric RETURNING id`,
  putReading: `INSERT INTO reading (series, time_ms, value) VALUES (?, ?, ?)
    ON CONFLICT (series, time_ms) DO UPDATE SET value = excluded.value`,
}

const bucketStartMs = (id: number): number => (id % BUCKETS) * BUCKET_MS

const bucketAt = (timeMs: number): number =>
  Math.min(Math.max(Math.floor(timeMs / BUCKET_MS), 0), BUCKETS - 1)

/** First and last id that chunks of the range can have; any range may be asked for, even an endless one. */
function chunkIds(device: number, fromMs: number, toMs: number): [number, number] {
  return [device * BUCKETS + bucketAt(fromMs), device * BUCKETS + bucketAt(toMs)]
}

function known(ids: Map<string, number>, name: string, add: () => number): number {
  let id = ids.get(name)
  if (id === undefined) {
    id = add()
    ids.set(name, id)
  }
  return id
}
