import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { GridFeature } from '../../../../proto/district.ts'
import { openDatabase, transaction } from '../../../foundation/database.ts'
import type { CellFrame } from '../grids/cell-frame.ts'
import { seenSince, stepsBetween, stepsOf } from '../ground/road-steps.ts'
import type { Ridden, StreetNetwork, StreetPart } from '../streets/street-network.ts'
import { CellTimes } from './last-seen-cells.ts'
import type { Way } from './ways.ts'

/**
 * When each street part, component and cell was last seen (距上次巡查时间): `patrol.db` of the data folder. In: rides,
 * passes and ways of good fixes, in any order; out: times. A time never goes back: what is told again, or late, changes
 * nothing that was seen after it. Everything in it can be rebuilt from the track store. Fails where the file cannot be
 * opened or written.
 */
export interface LastSeen {
  /** ms of the first fix that was ever told; undefined: none yet. */
  readonly sinceMs: number | undefined
  /** ms of the latest time since which most of the part was ridden; undefined: it never was. */
  streetPart(id: string): number | undefined
  /** ms */
  component(code: string): number | undefined
  /** Undefined for a grid that is not in the register. */
  cells(gridCode: string): SeenCellTimes | undefined
}

export interface SeenCellTimes {
  frame: CellFrame
  /** One byte a cell of the frame, 1 inside the grid. */
  inside: Uint8Array
  /** One a cell; NaN: never. */
  lastSeenMs: Float64Array
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS street_part (part TEXT PRIMARY KEY, seen_s BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS component (code TEXT PRIMARY KEY, seen_s INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS grid_cells (grid TEXT PRIMARY KEY, frame TEXT NOT NULL, seen_s BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS moment (name TEXT PRIMARY KEY, ms INTEGER NOT NULL) WITHOUT ROWID;`

/** Grids whose cells stay in memory after they were written. */
const GRIDS_KEPT = 300

export class LastSeenRegister implements LastSeen {
  readonly #database: DatabaseSync
  readonly #gridOf: (code: string) => GridFeature | undefined
  /** By step of the part, seconds since 1970; 0: never. */
  readonly #parts = new Map<string, Uint32Array>()
  readonly #components = new Map<string, number>()
  /** The one used last comes last. */
  readonly #cells = new Map<string, CellTimes>()
  readonly #changed = { parts: new Set<string>(), components: new Set<string>(), grids: new Set<string>() }
  #sinceMs: number | undefined

  /**
   * @param gridOf looks a unit grid up in the register.
   * @throws Error of node:sqlite where the file cannot be opened.
   */
  constructor(dataDir: string, gridOf: (code: string) => GridFeature | undefined) {
    this.#gridOf = gridOf
    this.#database = openDatabase(join(dataDir, 'patrol.db'))
    this.#database.exec(SCHEMA)
    for (const { part, seen_s } of this.#database.prepare('SELECT * FROM street_part').all())
      this.#parts.set(part as string, secondsOf(seen_s))
    for (const { code, seen_s } of this.#database.prepare('SELECT * FROM component').all())
      this.#components.set(code as string, seen_s as number)
    this.#sinceMs = this.#moment('since')
  }

  get sinceMs(): number | undefined {
    return this.#sinceMs
  }

  streetPart(id: string): number | undefined {
    const steps = this.#parts.get(id)
    const seconds = steps && seenSince(steps)
    return seconds === undefined ? undefined : seconds * 1000
  }

  component(code: string): number | undefined {
    const seconds = this.#components.get(code)
    return seconds === undefined ? undefined : seconds * 1000
  }

  cells(gridCode: string): SeenCellTimes | undefined {
    const cells = this.#cellsOf(gridCode)
    return (
      cells && {
        frame: cells.frame,
        inside: cells.inside,
        lastSeenMs: Float64Array.from(cells.seenS, (seconds) =>
          seconds === 0 ? Number.NaN : seconds * 1000,
        ),
      }
    )
  }

  /** There was a fix then: from the earliest of them on is told what was not seen. */
  told(timeMs: number): void {
    if (this.#sinceMs !== undefined && timeMs >= this.#sinceMs) return
    this.#sinceMs = timeMs
  }

  rode(part: StreetPart, piece: Ridden): void {
    const steps = stepsOf(part)
    let seen = this.#parts.get(part.id)
    if (seen?.length !== steps.count) {
      seen = new Uint32Array(steps.count)
      this.#parts.set(part.id, seen)
    }
    const lengthM = piece.toM - piece.fromM
    const [first, end] = stepsBetween(steps, piece.fromM, piece.toM)
    for (let step = first; step < end; step++) {
      const share = lengthM === 0 ? 1 : ((step + 0.5) * steps.lengthM - piece.fromM) / lengthM
      const timeMs = piece.startMs + share * (piece.endMs - piece.startMs)
      seen[step] = Math.max(seen[step]!, Math.floor(timeMs / 1000))
    }
    this.#changed.parts.add(part.id)
  }

  passed(componentCode: string, timeMs: number): void {
    const seconds = Math.floor(timeMs / 1000)
    if ((this.#components.get(componentCode) ?? -1) >= seconds) return
    this.#components.set(componentCode, seconds)
    this.#changed.components.add(componentCode)
  }

  saw(gridCode: string, way: Way): void {
    const cells = this.#cellsOf(gridCode)
    if (!cells) return
    cells.see(way, Math.floor(way.msB / 1000))
    this.#changed.grids.add(gridCode)
  }

  /** Forgets parts that the streets no longer have: their numbers may mean other ones now. */
  fit(network: StreetNetwork): void {
    const lengths = new Map(network.parts.map((part) => [part.id, stepsOf(part).count]))
    const remove = this.#database.prepare('DELETE FROM street_part WHERE part = ?')
    transaction(this.#database, () => {
      for (const [id, steps] of this.#parts) {
        if (lengths.get(id) === steps.length) continue
        this.#parts.delete(id)
        this.#changed.parts.delete(id)
        remove.run(id)
      }
    })
  }

  /**
   * Writes what changed, in one commit; later times that another process wrote meanwhile stay.
   * @throws Error of node:sqlite; everything is written the next time then.
   */
  flush(): void {
    const { parts, components, grids } = this.#changed
    if (parts.size + components.size + grids.size === 0) return
    transaction(this.#database, () => {
      this.#writeParts(parts)
      this.#writeCells(grids)
      const component = this.#database.prepare(`
        INSERT INTO component (code, seen_s) VALUES (?, ?)
        ON CONFLICT (code) DO UPDATE SET seen_s = max(seen_s, excluded.seen_s)`)
      for (const code of components) component.run(code, this.#components.get(code)!)
      if (this.#sinceMs !== undefined) this.#writeMoment('since', this.#sinceMs, 'min')
      this.#writeMoment('flushed', Date.now(), 'max')
    })
    parts.clear()
    components.clear()
    grids.clear()
    for (const code of this.#cells.keys()) {
      if (this.#cells.size <= GRIDS_KEPT) break
      this.#cells.delete(code)
    }
  }

  /** ms of the clock when it was last written; undefined: never. What came afterwards may be missing. */
  flushedMs(): number | undefined {
    return this.#moment('flushed')
  }

  close(): void {
    this.flush()
    this.#database.close()
  }

  #writeParts(parts: Set<string>): void {
    const find = this.#database.prepare('SELECT seen_s FROM street_part WHERE part = ?')
    const put = this.#database.prepare('INSERT OR REPLACE INTO street_part (part, seen_s) VALUES (?, ?)')
    for (const part of parts) {
      const seen = this.#parts.get(part)!
      const stored = find.get(part)
      if (stored) takeLater(seen, secondsOf(stored.seen_s))
      put.run(part, bytesOf(seen))
    }
  }

  #writeCells(grids: Set<string>): void {
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO grid_cells (grid, frame, seen_s) VALUES (?, ?, ?)',
    )
    for (const grid of grids) {
      const cells = this.#cells.get(grid)!
      this.#takeStored(grid, cells)
      put.run(grid, JSON.stringify(cells.frame), bytesOf(cells.seenS))
    }
  }

  #cellsOf(gridCode: string): CellTimes | undefined {
    const known = this.#cells.get(gridCode)
    if (known) return known
    const grid = this.#gridOf(gridCode)
    if (!grid) return undefined
    const cells = new CellTimes(grid)
    this.#takeStored(gridCode, cells)
    this.#cells.set(gridCode, cells)
    return cells
  }

  /** Nothing where the grid has another shape since. */
  #takeStored(gridCode: string, cells: CellTimes): void {
    const stored = this.#database.prepare('SELECT * FROM grid_cells WHERE grid = ?').get(gridCode)
    if (stored?.frame === JSON.stringify(cells.frame)) takeLater(cells.seenS, secondsOf(stored.seen_s))
  }

  #moment(name: 'since' | 'flushed'): number | undefined {
    return this.#database.prepare('SELECT ms FROM moment WHERE name = ?').get(name)?.ms as number | undefined
  }

  #writeMoment(name: 'since' | 'flushed', ms: number, which: 'min' | 'max'): void {
    this.#database
      .prepare(`
        INSERT INTO moment (name, ms) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET ms = ${which}(ms, excluded.ms)`)
      .run(name, ms)
  }
}

function takeLater(seen: Uint32Array, stored: Uint32Array): void {
  if (stored.length !== seen.length) return
  for (let i = 0; i < seen.length; i++) if (stored[i]! > seen[i]!) seen[i] = stored[i]!
}

/** Little-endian, as every machine is that Node 24 runs on. */
const bytesOf = (seconds: Uint32Array): Uint8Array => new Uint8Array(seconds.buffer)

function secondsOf(blob: unknown): Uint32Array {
  // A copy: a blob need not begin at a multiple of 4 bytes.
  return new Uint32Array((blob as Uint8Array).slice().buffer)
}
