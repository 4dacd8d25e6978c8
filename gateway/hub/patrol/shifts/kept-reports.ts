import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { FiguresOfShift, ShiftReport } from '../../../../proto/patrol-http.ts'
import { openDatabase, transaction } from '../../../foundation/database.ts'
import type { Shift, Span } from './patrol-plan.ts'

/**
 * Reports of shifts that are over: `shift-reports.db` of the data folder, one row a shift. In: reports with what they
 * were made on, and fixes that came late; out: the report, or its figures alone. It says nothing about whether a report
 * still holds: who asks compares what it was made on. Everything in it can be made again while the tracks are there.
 * Fails where the file cannot be opened or written.
 */
export interface KeptRow extends Span {
  /** What the report was made on, as a digest: shift, registers, rules. */
  basis: string
  /** What was known of the gateway; absent: nothing that could still change the report. */
  life?: string
  madeMs: number
  /** Since then there are fixes of the shift that the report has not seen. */
  lateMs?: number
  /** The report's; absent: the shift could not be judged. */
  figures?: FiguresOfShift
  /** How many fixes the report rests on. */
  fixes: number
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS report (
    shift TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    basis TEXT NOT NULL,
    life TEXT,
    made_ms INTEGER NOT NULL,
    late_ms INTEGER,
    fixes INTEGER NOT NULL,
    figures TEXT,
    report BLOB
  );
  CREATE INDEX IF NOT EXISTS report_by_device ON report (device, to_ms);`

/** What a report that is about to be kept was made on. */
export interface MadeOn {
  basis: string
  life: string | undefined
  madeMs: number
  fixes: number
}

const PAGE = 500

export class KeptReports {
  readonly #database: DatabaseSync
  readonly #find: StatementSync
  readonly #report: StatementSync
  readonly #put: StatementSync
  readonly #within: StatementSync
  /** End of the last shift that has a row, by device: the newest fixes of all touch none of them. */
  readonly #lastEndMs = new Map<string, number>()
  /** Shifts whose fixes came late, and when the last ones did: the file has the first time alone. */
  readonly #late = new Map<string, number>()
  readonly #unwritten = new Set<string>()
  #isAboutToWrite = false

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(dataDir: string) {
    this.#database = openDatabase(join(dataDir, 'shift-reports.db'))
    this.#database.exec(SCHEMA)
    this.#find = this.#database.prepare(
      'SELECT from_ms, to_ms, basis, life, made_ms, late_ms, fixes, figures FROM report WHERE shift = ?',
    )
    this.#report = this.#database.prepare('SELECT report FROM report WHERE shift = ?')
    this.#put = this.#database.prepare(`
      INSERT OR REPLACE INTO report
        (shift, device, from_ms, to_ms, basis, life, made_ms, late_ms, fixes, figures, report)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#within = this.#database.prepare(
      'SELECT shift, from_ms, to_ms FROM report WHERE device = ? AND to_ms > ? AND from_ms <= ?',
    )
    const ends = this.#database.prepare('SELECT device, max(to_ms) AS end_ms FROM report GROUP BY device')
    for (const { device, end_ms } of ends.all()) this.#lastEndMs.set(device as string, end_ms as number)
  }

  find(shiftId: string): KeptRow | undefined {
    const row = this.#find.get(shiftId)
    if (!row) return undefined
    const lateMs = this.#late.get(shiftId) ?? (row.late_ms as number | null)
    return {
      fromMs: row.from_ms as number,
      toMs: row.to_ms as number,
      basis: row.basis as string,
      ...(row.life === null ? {} : { life: row.life as string }),
      madeMs: row.made_ms as number,
      ...(lateMs === null ? {} : { lateMs }),
      fixes: row.fixes as number,
      ...(row.figures === null ? {} : { figures: JSON.parse(row.figures as string) as FiguresOfShift }),
    }
  }

  report(shiftId: string): ShiftReport | undefined {
    const bytes = this.#report.get(shiftId)?.report as Uint8Array | null | undefined
    return bytes ? (JSON.parse(inflateRawSync(bytes).toString()) as ShiftReport) : undefined
  }

  /**
   * In place of what was kept of that shift.
   * @param report undefined: it could not be judged.
   * @param lateMs fixes came while it was made.
   */
  put(shift: Shift, report: ShiftReport | undefined, made: MadeOn, lateMs?: number): void {
    const { id, device, fromMs, toMs } = shift
    const { basis, life, madeMs, fixes } = made
    this.#put.run(
      id,
      device,
      fromMs,
      toMs,
      basis,
      life ?? null,
      madeMs,
      lateMs ?? null,
      fixes,
      report ? JSON.stringify(figuresOf(report, madeMs)) : null,
      report ? deflateRawSync(JSON.stringify(report)) : null,
    )
    if (lateMs === undefined) this.#late.delete(id)
    else this.#late.set(id, lateMs)
    this.#unwritten.delete(id)
    this.#lastEndMs.set(device, Math.max(this.#lastEndMs.get(device) ?? toMs, toMs))
  }

  /** The report stays, as one that was made on this: there is nothing left to make it anew from. */
  confirm(shiftId: string, { basis, life }: Pick<MadeOn, 'basis' | 'life'>, lateMs?: number): void {
    this.#database
      .prepare('UPDATE report SET basis = ?, life = ?, late_ms = ? WHERE shift = ?')
      .run(basis, life ?? null, lateMs ?? null, shiftId)
    if (lateMs === undefined) this.#late.delete(shiftId)
    this.#unwritten.delete(shiftId)
  }

  /**
   * Fixes of a device that were just stored: reports of shifts that they lie in no longer hold. Nearly free for fixes
   * of now. The file is written before the caller goes on to anything that waits, in one commit for all devices of a
   * slice.
   * @param onFailed the file could not be written: the marks stand in memory, and are written with the next ones.
   */
  noticeLate(
    device: string,
    fixes: readonly { timeMs: number }[],
    nowMs: number,
    onFailed: (error: unknown) => void,
  ): void {
    const lastEndMs = this.#lastEndMs.get(device)
    if (lastEndMs === undefined) return
    let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { timeMs } of fixes) {
      firstMs = Math.min(firstMs, timeMs)
      lastMs = Math.max(lastMs, timeMs)
    }
    if (!(firstMs < lastEndMs)) return
    for (const { shift, from_ms, to_ms } of this.#within.all(device, firstMs, lastMs)) {
      const holds = ({ timeMs }: { timeMs: number }) =>
        timeMs >= (from_ms as number) && timeMs < (to_ms as number)
      if (!fixes.some(holds)) continue
      if (!this.#late.has(shift as string)) this.#writeSoon(shift as string, onFailed)
      this.#late.set(shift as string, nowMs)
    }
  }

  /**
   * Deletes a page of those that are planned no more.
   * @param after '' for the first page.
   * @returns for the next page; undefined: that was the last one.
   */
  deleteGone(isPlanned: (shiftId: string) => boolean, after: string): string | undefined {
    const ids = this.#database
      .prepare(`SELECT shift FROM report WHERE shift > ? ORDER BY shift LIMIT ${PAGE}`)
      .all(after)
      .map(({ shift }) => shift as string)
    const gone = ids.filter((id) => !isPlanned(id))
    const remove = this.#database.prepare('DELETE FROM report WHERE shift = ?')
    if (gone.length > 0)
      transaction(this.#database, () => {
        for (const id of gone) remove.run(id)
      })
    for (const id of gone) this.#late.delete(id)
    return ids.length === PAGE ? ids.at(-1) : undefined
  }

  close(): void {
    this.#database.close()
  }

  #writeSoon(shiftId: string, onFailed: (error: unknown) => void): void {
    this.#unwritten.add(shiftId)
    if (this.#isAboutToWrite) return
    this.#isAboutToWrite = true
    queueMicrotask(() => this.#writeLate(onFailed))
  }

  #writeLate(onFailed: (error: unknown) => void): void {
    this.#isAboutToWrite = false
    const mark = this.#database.prepare('UPDATE report SET late_ms = ? WHERE shift = ?')
    try {
      transaction(this.#database, () => {
        for (const id of this.#unwritten) mark.run(this.#late.get(id) ?? null, id)
      })
      this.#unwritten.clear()
    } catch (error) {
      onFailed(error)
    }
  }
}

function figuresOf(report: ShiftReport, madeMs: number): FiguresOfShift {
  const { attendance, onDutyS, effectiveM, inArea, coverage, findings, integrity } = report
  return {
    madeAt: new Date(madeMs).toISOString(),
    attendance,
    onDutyS,
    effectiveM,
    inArea,
    ...(coverage ? { coverage } : {}),
    findings: { count: findings.length, kinds: [...new Set(findings.map(({ kind }) => kind))] },
    integrity: { score: integrity.score },
  }
}
