import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { PhotoPart, PhotoType } from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { StoreRefused } from '../stores/track-store.ts'
import { beginsAs } from './photo-signature.ts'

/**
 * The photos of reports by hand: `photos.db` of the data folder. In: parts, in any order, any number of times, over
 * days, also before their case is known. Out: whole photos. Only what the gateway of a case sent belongs to the case;
 * parts that come before their case are kept by gateway and settled when the case is there.
 *
 * Bounded: a photo by the wire (64 parts of 48 KiB), a case by 9 photos, a gateway by {@link PhotoBounds}; what goes
 * beyond is refused. What is not whole, or has no case, long after its last part is dropped.
 */

export interface PhotoBounds {
  /** All photos of one gateway. */
  gatewayBytes: number
  /** Those of them whose case is not known: a gateway that makes up case ids gets no further. */
  waitingBytes: number
  /** So long after its last part, a photo that is not whole or has no case is dropped. */
  unfinishedMs: number
}

export const PHOTO_BOUNDS: PhotoBounds = {
  // Some 14,000 photos of 300 kB.
  gatewayBytes: 4 * 1024 ** 3,
  // Two cases as large as the wire allows.
  waitingBytes: 64 * 1024 ** 2,
  unfinishedMs: 30 * 86_400_000,
}

export interface Photo {
  mediaType: PhotoType
  bytes: Uint8Array
}

/** What a part costs beside its bytes: without it, parts of one byte would take far more room than they say. */
const PART_OVERHEAD_BYTES = 512

/** A photo that was given up. */
export interface DroppedPhoto {
  gateway: string
  caseId: string
  photo: number
  why: string
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS photo (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL,
    gateway TEXT NOT NULL,
    number INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    parts INTEGER NOT NULL,
    parts_here INTEGER NOT NULL DEFAULT 0,
    -- Of its parts, with what they cost beside.
    bytes INTEGER NOT NULL DEFAULT 0,
    -- 1: its case is known, and is this gateway's.
    settled INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    UNIQUE (case_id, gateway, number)
  );
  CREATE INDEX IF NOT EXISTS photo_unfinished ON photo (last_ms) WHERE settled = 0 OR parts_here < parts;
  CREATE TABLE IF NOT EXISTS part (
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (photo, number)
  );
  -- Bytes of each gateway, and those of them that wait for their case.
  CREATE TABLE IF NOT EXISTS room (
    gateway TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS photo_begins AFTER INSERT ON photo BEGIN
    INSERT INTO room (gateway) VALUES (new.gateway) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER IF NOT EXISTS photo_grows AFTER UPDATE OF bytes, settled ON photo BEGIN
    UPDATE room SET
      bytes = bytes + new.bytes - old.bytes,
      waiting = waiting + new.bytes * (1 - new.settled) - old.bytes * (1 - old.settled)
    WHERE gateway = new.gateway;
  END;
  CREATE TRIGGER IF NOT EXISTS photo_goes AFTER DELETE ON photo BEGIN
    UPDATE room SET bytes = bytes - old.bytes, waiting = waiting - old.bytes * (1 - old.settled)
    WHERE gateway = old.gateway;
  END;
`

interface Row {
  id: number
  mediaType: PhotoType
  parts: number
  partsHere: number
}

export class Photos {
  readonly #database: DatabaseSync
  readonly #bounds: PhotoBounds

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(dataDir: string, bounds: PhotoBounds = PHOTO_BOUNDS) {
    this.#bounds = bounds
    this.#database = openDatabase(join(dataDir, 'photos.db'))
    this.#database.exec(SCHEMA)
  }

  /** All or nothing. @throws what {@link add} throws */
  addAll(add: () => void): void {
    transaction(this.#database, add)
  }

  /**
   * Keeps a part; one that is there already changes nothing. Durable with the transaction around it.
   * @param settled its case is known and this gateway's.
   * @throws StoreRefused where it contradicts the parts before it, does not begin as its media type says, or goes
   *   beyond a bound.
   */
  add(gateway: string, part: PhotoPart, settled: boolean, receivedMs: number): void {
    const { caseId, photo, mediaType, bytes } = part
    const name = `photo ${photo} of case ${caseId}`
    if (part.part === 1 && !beginsAs(mediaType, bytes))
      throw new StoreRefused(`${name}: does not begin as ${mediaType} does`)
    const row = this.#find(caseId, gateway, photo) ?? this.#begin(gateway, part, settled, receivedMs)
    if (row.mediaType !== mediaType || row.parts !== part.parts)
      throw new StoreRefused(
        `${name}: ${part.parts} parts of ${mediaType}, but ${row.parts} of ${row.mediaType} before`,
      )
    const { changes } = this.#database
      .prepare('INSERT INTO part (photo, number, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(row.id, part.part, bytes)
    if (changes === 0) return
    const more = bytes.length + PART_OVERHEAD_BYTES
    if (this.#room(gateway).bytes + more > this.#bounds.gatewayBytes)
      throw new StoreRefused(
        `${name}: the photos of ${gateway} would take more than ${this.#bounds.gatewayBytes} bytes`,
      )
    if (!settled && !this.mayWait(gateway, bytes.length))
      throw new StoreRefused(
        `${name}: no such case, and photos of ${gateway} that wait for cases would take more than ${this.#bounds.waitingBytes} bytes`,
      )
    this.#database
      .prepare(
        'UPDATE photo SET parts_here = parts_here + 1, bytes = bytes + ?, last_ms = max(last_ms, ?) WHERE id = ?',
      )
      .run(more, receivedMs, row.id)
  }

  /** Is there room for a part of so many bytes whose case is not known? */
  mayWait(gateway: string, bytes: number): boolean {
    return this.#room(gateway).waiting + bytes + PART_OVERHEAD_BYTES <= this.#bounds.waitingBytes
  }

  #room(gateway: string): { bytes: number; waiting: number } {
    const row = this.#database.prepare('SELECT bytes, waiting FROM room WHERE gateway = ?').get(gateway)
    return (row as { bytes: number; waiting: number } | undefined) ?? { bytes: 0, waiting: 0 }
  }

  #find(caseId: string, gateway: string, photo: number): Row | undefined {
    return this.#database
      .prepare(
        `SELECT id, media_type AS mediaType, parts, parts_here AS partsHere FROM photo
         WHERE case_id = ? AND gateway = ? AND number = ?`,
      )
      .get(caseId, gateway, photo) as Row | undefined
  }

  #begin(gateway: string, part: PhotoPart, settled: boolean, receivedMs: number): Row {
    const { caseId, photo, mediaType, parts } = part
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO photo (case_id, gateway, number, media_type, parts, settled, last_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(caseId, gateway, photo, mediaType, parts, Number(settled), receivedMs)
    return { id: Number(lastInsertRowid), mediaType, parts, partsHere: 0 }
  }

  /**
   * The case is known: what its gateway sent before belongs to it, what others sent is dropped.
   * @param owner the gateway that reported it; absent for a sensor's case, which has no photos.
   * @returns what was dropped.
   */
  settle(caseId: string, owner?: string): DroppedPhoto[] {
    const waiting = this.#database
      .prepare('SELECT id, gateway, number FROM photo WHERE case_id = ? AND settled = 0')
      .all(caseId)
    if (waiting.length === 0) return []
    const why = owner === undefined ? 'it is a sensor’s case' : `the case was raised by ${owner}`
    const accept = this.#database.prepare('UPDATE photo SET settled = 1 WHERE id = ?')
    const drop = this.#database.prepare('DELETE FROM photo WHERE id = ?')
    return transaction(this.#database, () =>
      waiting.flatMap(({ id, gateway, number }) => {
        if (gateway === owner) {
          accept.run(id as number)
          return []
        }
        drop.run(id as number)
        return [{ gateway: gateway as string, caseId, photo: number as number, why }]
      }),
    )
  }

  /** Cases that photos wait for, some hundreds at most, the longest awaited first. */
  awaited(): string[] {
    return this.#database
      .prepare('SELECT DISTINCT case_id AS id FROM photo WHERE settled = 0 ORDER BY last_ms LIMIT 500')
      .all()
      .map(({ id }) => id as string)
  }

  /** Drops what will never be a photo of a case, a hundred at most. @returns what was dropped. */
  sweep(nowMs: number): DroppedPhoto[] {
    const dropped = this.#database
      .prepare(
        `DELETE FROM photo WHERE id IN (
           SELECT id FROM photo WHERE (settled = 0 OR parts_here < parts) AND last_ms < ? LIMIT 100)
         RETURNING case_id AS caseId, gateway, number, parts, parts_here AS partsHere, settled`,
      )
      .all(nowMs - this.#bounds.unfinishedMs)
    return dropped.map(({ caseId, gateway, number, parts, partsHere, settled }) => ({
      gateway: gateway as string,
      caseId: caseId as string,
      photo: number as number,
      why: settled ? `${partsHere} of its ${parts} parts came` : 'its case never came',
    }))
  }

  /** Deletes all photos of a case. The room is used again; the file does not shrink. @returns how many. */
  deleteOf(caseId: string): number {
    return Number(this.#database.prepare('DELETE FROM photo WHERE case_id = ?').run(caseId).changes)
  }

  /** Numbers of the photos of a case that are whole, in order. */
  whole(caseId: string, gateway: string): number[] {
    return this.#database
      .prepare(
        'SELECT number FROM photo WHERE case_id = ? AND gateway = ? AND parts_here = parts ORDER BY number',
      )
      .all(caseId, gateway)
      .map(({ number }) => number as number)
  }

  /** A whole photo; how many of its parts are there where it is not whole; undefined: none of it. */
  read(
    caseId: string,
    gateway: string,
    photo: number,
  ): Photo | { parts: number; partsHere: number } | undefined {
    const row = this.#find(caseId, gateway, photo)
    if (!row) return undefined
    const { id, mediaType, parts, partsHere } = row
    if (partsHere < parts) return { parts, partsHere }
    const pieces = this.#database.prepare('SELECT content FROM part WHERE photo = ? ORDER BY number').all(id)
    return { mediaType, bytes: Buffer.concat(pieces.map(({ content }) => content as Uint8Array)) }
  }

  /** Bytes that all photos take, whole or not. */
  bytes(): number {
    return this.#database.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM room').get()!.bytes as number
  }

  close(): void {
    this.#database.close()
  }
}
