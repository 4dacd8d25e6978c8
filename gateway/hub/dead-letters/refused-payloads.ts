import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ASIDE_COUNTS_SCHEMA, countAside } from './aside-counts.ts'
import { trimFairly } from './fair-bound.ts'

/**
 * Payloads that were no record at all, in intake.db: reason and first bytes, for a person to look at. Their gateways
 * have no receipt and still hold what they meant to send, so that there is nothing to replay.
 */

export interface RefusedPayload {
  gateway: string
  reason: string
  detail: string
  receivedMs: number
  payload: Uint8Array
}

/** A refused payload as it is kept. */
export interface KeptPayload {
  id: number
  gateway: string
  reason: string
  detail: string
  receivedMs: number
  /** Of the whole payload. */
  bytes: number
  /** Its first 256 bytes. */
  head: Uint8Array
}

const MAX_REFUSED = 1000
const HEAD_BYTES = 256

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    head BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS refused_of_gateway ON refused (gateway);
`
const COLUMNS = 'SELECT id, gateway, reason, detail, received_ms AS receivedMs, bytes, head FROM refused'

export class RefusedPayloads {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync

  /** @throws Error of node:sqlite */
  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(SCHEMA + ASIDE_COUNTS_SCHEMA)
    this.#insert = database.prepare(`
      INSERT INTO refused (received_ms, gateway, reason, detail, bytes, head) VALUES (?, ?, ?, ?, ?, ?)`)
  }

  /** Keeps them among the newest 1000, in the transaction around it. @throws Error of node:sqlite */
  keep(payloads: RefusedPayload[]): void {
    if (payloads.length === 0) return
    for (const { receivedMs, gateway, reason, detail, payload } of payloads) {
      const head = payload.subarray(0, HEAD_BYTES)
      this.#insert.run(receivedMs, gateway, reason, detail, payload.length, head)
    }
    const gone = trimFairly(this.#database, { table: 'refused', where: 'true', mayGo: 'true' }, MAX_REFUSED)
    countAside(this.#database, 'payloadsPushedOut', gone)
  }

  count(): number {
    return this.#database.prepare('SELECT count(*) AS n FROM refused').get()!.n as number
  }

  /** Newest first. */
  list({ gateway, limit }: { gateway?: string | undefined; limit: number }): KeptPayload[] {
    return this.#database
      .prepare(`${COLUMNS} WHERE ? IS NULL OR gateway = ? ORDER BY id DESC LIMIT ?`)
      .all(gateway ?? null, gateway ?? null, limit) as unknown as KeptPayload[]
  }

  find(id: number): KeptPayload | undefined {
    return this.#database.prepare(`${COLUMNS} WHERE id = ?`).get(id) as KeptPayload | undefined
  }

  /** @returns whether it was there. */
  discard(id: number): boolean {
    const { changes } = this.#database.prepare('DELETE FROM refused WHERE id = ?').run(id)
    countAside(this.#database, 'discarded', Number(changes))
    return changes > 0
  }
}
