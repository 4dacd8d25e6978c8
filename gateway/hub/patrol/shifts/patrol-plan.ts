import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Beat } from '../../../../proto/patrol-http.ts'
import { openDatabase, transaction } from '../../../foundation/database.ts'
import { PlanRefused } from './plan-refused.ts'
import { shiftId } from './shift-id.ts'

/**
 * Who patrols which grids when: the register of beats (定区域) and shifts (班次), `patrol-plan.db` of the data folder.
 * In: beats and shifts, by import or API, also beside a running hub; out: the shifts of a device or of a range. What
 * does not fit the rest of the plan is refused with a PlanRefused; the rest of the same call is kept.
 */

export interface Span {
  fromMs: number
  toMs: number
}

export interface Shift extends Span {
  id: string
  device: string
  inspector?: string
  beat?: string
  /** Those of the beat, or its own: codes of unit grids, or the digits that several begin with. */
  grids: string[]
  /** Planned rests (休息), in order. */
  breaks: Span[]
}

/** A shift as it is planned: exactly one of `beat` and `grids`. */
export interface PlannedShift extends Span {
  device: string
  inspector?: string | undefined
  beat?: string | undefined
  grids?: string[] | undefined
  breaks: Span[]
}

export type Outcome = 'added' | 'replaced' | 'unchanged'

/** What others of the patrol ask. */
export interface ShiftsOf {
  /** Shifts of a device that have a part in the range, in order of time. */
  of(device: string, fromMs: number, toMs: number): Shift[]
  /** The shift that a device is in at that time. */
  at(device: string, timeMs: number): Shift | undefined
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS beat (id TEXT PRIMARY KEY, name TEXT, grids TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS shift (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    inspector TEXT,
    beat TEXT REFERENCES beat (id),
    grids TEXT,
    breaks TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS shift_by_device ON shift (device, from_ms);
  CREATE INDEX IF NOT EXISTS shift_by_time ON shift (from_ms);
  CREATE INDEX IF NOT EXISTS shift_by_beat ON shift (beat) WHERE beat IS NOT NULL;`

const SELECT = `
  SELECT shift.*, coalesce(shift.grids, beat.grids) AS all_grids
  FROM shift LEFT JOIN beat ON beat.id = shift.beat`

/** A shift is no longer than that, so that a look-up by its beginning finds it. */
export const MAX_SHIFT_MS = 24 * 3_600_000

export class PatrolPlan implements ShiftsOf {
  readonly #database: DatabaseSync
  readonly #ofDevice: StatementSync
  readonly #between: StatementSync
  readonly #find: StatementSync
  readonly #upsert: StatementSync
  readonly #findBeat: StatementSync

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(dataDir: string) {
    this.#database = openDatabase(join(dataDir, 'patrol-plan.db'))
    this.#database.exec(SCHEMA)
    const overlapping = `shift.from_ms < ? AND shift.from_ms > ? AND shift.to_ms > ?`
    this.#ofDevice = this.#database.prepare(
      `${SELECT} WHERE shift.device = ? AND ${overlapping} ORDER BY shift.from_ms`,
    )
    this.#between = this.#database.prepare(
      `${SELECT} WHERE ${overlapping} ORDER BY shift.from_ms, shift.device`,
    )
    this.#find = this.#database.prepare(`${SELECT} WHERE shift.id = ?`)
    this.#upsert = this.#database.prepare(`
      INSERT INTO shift (id, device, from_ms, to_ms, inspector, beat, grids, breaks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET to_ms = excluded.to_ms, inspector = excluded.inspector, beat = excluded.beat,
        grids = excluded.grids, breaks = excluded.breaks`)
    this.#findBeat = this.#database.prepare('SELECT * FROM beat WHERE id = ?')
  }

  of(device: string, fromMs: number, toMs: number): Shift[] {
    return this.#ofDevice.all(device, toMs, fromMs - MAX_SHIFT_MS - 1, fromMs).map(toShift)
  }

  at(device: string, timeMs: number): Shift | undefined {
    return this.of(device, timeMs, timeMs + 1)[0]
  }

  /** Shifts of all devices that have a part in the range, in order of time. */
  between(fromMs: number, toMs: number): Shift[] {
    return this.#between.all(toMs, fromMs - MAX_SHIFT_MS - 1, fromMs).map(toShift)
  }

  /** Whether no shift is planned at all. */
  isEmpty(): boolean {
    return this.#database.prepare('SELECT 1 FROM shift LIMIT 1').get() === undefined
  }

  find(id: string): Shift | undefined {
    const row = this.#find.get(id)
    return row && toShift(row)
  }

  /**
   * Keeps one shift; the same again changes nothing, and one of the same device and beginning is replaced.
   * @throws PlanRefused
   */
  put(planned: PlannedShift): { shift: Shift; outcome: Outcome } {
    return transaction(this.#database, () => this.#put(planned))
  }

  /**
   * Puts a shift in the place of another. The id is that of the new one's device and beginning.
   * @returns undefined where there is no such shift.
   * @throws PlanRefused; the old one stays then.
   */
  replace(id: string, planned: PlannedShift): Shift | undefined {
    return transaction(this.#database, () => {
      if (!this.delete(id)) return undefined
      const taken = this.find(shiftId(planned.device, planned.fromMs))
      if (taken) throw overlapOf(planned, taken)
      return this.#put(planned).shift
    })
  }

  /** Keeps those that fit, in one commit; each answer stands at the place of its shift. */
  putAll(planned: readonly PlannedShift[]): (Outcome | PlanRefused)[] {
    return transaction(this.#database, () =>
      planned.map((shift) => {
        try {
          return this.#put(shift).outcome
        } catch (error) {
          if (error instanceof PlanRefused) return error
          throw error
        }
      }),
    )
  }

  /** @returns whether there was such a shift. */
  delete(id: string): boolean {
    return this.#database.prepare('DELETE FROM shift WHERE id = ?').run(id).changes > 0
  }

  /** All beats by their id. */
  beats(): Beat[] {
    return this.#database.prepare('SELECT * FROM beat ORDER BY id').all().map(toBeat)
  }

  beat(id: string): Beat | undefined {
    const row = this.#findBeat.get(id)
    return row && toBeat(row)
  }

  putBeat(beat: Beat): Outcome {
    const { id, name, grids } = beat
    const before = this.beat(id)
    if (JSON.stringify(before) === JSON.stringify(beatOf(id, name, grids))) return 'unchanged'
    this.#database
      .prepare(`
        INSERT INTO beat (id, name, grids) VALUES (?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, grids = excluded.grids`)
      .run(id, name ?? null, JSON.stringify(grids))
    return before ? 'replaced' : 'added'
  }

  /**
   * @returns whether there was such a beat.
   * @throws PlanRefused while shifts are planned on it: they would be without grids.
   */
  deleteBeat(id: string): boolean {
    return transaction(this.#database, () => {
      const used = this.#database
        .prepare('SELECT id, count(*) AS n FROM shift WHERE beat = ? HAVING n > 0')
        .get(id)
      if (used)
        throw new PlanRefused(
          'in-use',
          `beat ${id}: ${used.n} shifts are planned on it, ${used.id} among them`,
        )
      return this.#database.prepare('DELETE FROM beat WHERE id = ?').run(id).changes > 0
    })
  }

  close(): void {
    this.#database.close()
  }

  #put(planned: PlannedShift): { shift: Shift; outcome: Outcome } {
    const { device, fromMs, toMs, inspector, beat, grids } = planned
    this.#checkTimes(planned)
    this.#checkGrids(planned)
    const id = shiftId(device, fromMs)
    const overlapped = this.of(device, fromMs, toMs).find((other) => other.id !== id)
    if (overlapped) throw overlapOf(planned, overlapped)
    const breaks = [...planned.breaks].sort((a, b) => a.fromMs - b.fromMs)
    const before = this.find(id)
    this.#upsert.run(
      id,
      device,
      fromMs,
      toMs,
      inspector ?? null,
      beat ?? null,
      beat === undefined ? JSON.stringify(grids) : null,
      JSON.stringify(breaks.map((rest) => [rest.fromMs, rest.toMs])),
    )
    const shift = this.find(id)!
    const isSame = before !== undefined && JSON.stringify(before) === JSON.stringify(shift)
    return { shift, outcome: isSame ? 'unchanged' : before ? 'replaced' : 'added' }
  }

  #checkTimes({ fromMs, toMs, breaks }: PlannedShift): void {
    if (!(fromMs < toMs)) throw new PlanRefused('times', `from ${iso(fromMs)} is not before to ${iso(toMs)}`)
    if (toMs - fromMs > MAX_SHIFT_MS)
      throw new PlanRefused(
        'times',
        `${iso(fromMs)} to ${iso(toMs)} is ${((toMs - fromMs) / 3_600_000).toFixed(1)} h, expected at most 24 h`,
      )
    for (const rest of breaks)
      if (!(rest.fromMs < rest.toMs && fromMs <= rest.fromMs && rest.toMs <= toMs))
        throw new PlanRefused(
          'times',
          `break ${iso(rest.fromMs)} to ${iso(rest.toMs)}: expected inside the shift, ${iso(fromMs)} to ${iso(toMs)}`,
        )
  }

  #checkGrids({ beat, grids }: PlannedShift): void {
    if ((beat === undefined) === (grids === undefined || grids.length === 0))
      throw new PlanRefused('grids', 'expected exactly one of beat and grids')
    if (beat === undefined || this.beat(beat)) return
    const known = this.beats().map(({ id }) => id)
    throw new PlanRefused(
      'beat',
      `beat ${beat}: not in the plan; ` +
        (known.length > 0 ? `known are ${some(known)}` : 'there are no beats yet'),
    )
  }
}

const overlapOf = ({ device, fromMs, toMs }: PlannedShift, other: Shift): PlanRefused =>
  new PlanRefused(
    'overlap',
    `${device} from ${iso(fromMs)} to ${iso(toMs)} overlaps shift ${other.id} of ` +
      `${iso(other.fromMs)} to ${iso(other.toMs)}`,
  )

const MAX_NAMED = 10
const some = (ids: string[]): string =>
  ids.slice(0, MAX_NAMED).join(', ') + (ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '')

function toShift(row: Record<string, unknown>): Shift {
  return {
    id: row.id as string,
    device: row.device as string,
    ...(row.inspector === null ? {} : { inspector: row.inspector as string }),
    ...(row.beat === null ? {} : { beat: row.beat as string }),
    grids: JSON.parse(row.all_grids as string) as string[],
    fromMs: row.from_ms as number,
    toMs: row.to_ms as number,
    breaks: (JSON.parse(row.breaks as string) as [number, number][]).map(([fromMs, toMs]) => ({
      fromMs,
      toMs,
    })),
  }
}

function toBeat({ id, name, grids }: Record<string, unknown>): Beat {
  return beatOf(
    id as string,
    name === null ? undefined : (name as string),
    JSON.parse(grids as string) as string[],
  )
}

const beatOf = (id: string, name: string | undefined, grids: string[]): Beat => ({
  id,
  ...(name === undefined ? {} : { name }),
  grids,
})

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
