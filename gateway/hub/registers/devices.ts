import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Fix } from '../../../proto/domain.ts'
import { transaction } from '../../foundation/database.ts'

/** The register of devices that gave fixes and of gateways that said anything: who, when last, where last. */

export interface DeviceSighting {
  device: string
  /** Whose messages carry the device; itself where the gateway is the device. */
  gateway: string
  /** When the hub received the message. */
  seenMs: number
  lastFix?: Fix
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS device (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    seen_ms INTEGER NOT NULL,
    fix_ms INTEGER,
    fix TEXT
  )`

const COLUMNS = `
  SELECT device.id AS device, device.gateway, coalesce(home.seen_ms, device.seen_ms) AS seenMs, device.fix
  FROM device LEFT JOIN device AS home ON home.id = device.gateway`

export class DeviceRegister {
  readonly #database: DatabaseSync
  readonly #upsert: StatementSync
  readonly #lastFixMs: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    database.exec(SCHEMA)
    // The gateway is the one that brought the newest fix: an old track that comes later changes nothing.
    const newer = 'excluded.fix_ms > coalesce(fix_ms, excluded.fix_ms - 1)'
    this.#upsert = database.prepare(`
      INSERT INTO device (id, gateway, seen_ms, fix_ms, fix) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        seen_ms = max(seen_ms, excluded.seen_ms),
        gateway = CASE WHEN ${newer} THEN excluded.gateway ELSE gateway END,
        fix = CASE WHEN ${newer} THEN excluded.fix ELSE fix END,
        fix_ms = CASE WHEN ${newer} THEN excluded.fix_ms ELSE fix_ms END`)
    this.#lastFixMs = database.prepare('SELECT fix_ms FROM device WHERE id = ?')
  }

  /**
   * One commit.
   * @param alongside writes that belong to the same commit.
   * @returns the devices whose last fix moved on, and the time (ms) of the last fix before; -Infinity: none.
   */
  seen(sightings: DeviceSighting[], alongside?: () => void): Map<string, number> {
    const movedOn = new Map<string, number>()
    transaction(this.#database, () => {
      for (const { device, gateway, seenMs, lastFix } of sightings) {
        const before = this.#lastFixMs.get(device)?.fix_ms as number | null | undefined
        const beforeMs = before ?? Number.NEGATIVE_INFINITY
        if (lastFix && lastFix.timeMs > beforeMs) movedOn.set(device, beforeMs)
        const json = lastFix ? JSON.stringify(lastFix) : null
        this.#upsert.run(device, gateway, seenMs, lastFix?.timeMs ?? null, json)
      }
      alongside?.()
    })
    return movedOn
  }

  /** All, by id. */
  list(): DeviceSighting[] {
    return this.#database.prepare(`${COLUMNS} ORDER BY device.id`).all().map(toSighting)
  }

  find(device: string): DeviceSighting | undefined {
    const row = this.#database.prepare(`${COLUMNS} WHERE device.id = ?`).get(device)
    return row && toSighting(row)
  }
}

function toSighting(row: Record<string, unknown>): DeviceSighting {
  const { device, gateway, seenMs, fix } = row as { fix: string | null } & Omit<DeviceSighting, 'lastFix'>
  return { device, gateway, seenMs, ...(fix === null ? {} : { lastFix: JSON.parse(fix) as Fix }) }
}
