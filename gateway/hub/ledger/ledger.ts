import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type {
  CaseEvent,
  CaseReport,
  Evidence,
  ManualReport,
  Position,
  TimeSource,
} from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { StoreRefused } from '../stores/track-store.ts'
import { prepareTables } from './ledger-schema.ts'

/**
 * The case ledger (案件台账). In: reports of gateways, in any order and any number of times. Out: cases and
 * their steps. A case is what its report of the highest revision says; every revision is kept as a step, so
 * the ledger depends only on which reports came, not on when.
 */

export interface LedgerCase {
  id: string
  gateway: string
  component?: string
  fault: string
  episode: number
  raisedMs: number
  /** Time of the report that the case stands by. */
  updatedMs: number
  /** Absent while the case is open. */
  clearedMs?: number
  revision: number
  /** Absent: of a version that did not keep it. */
  timeSource?: TimeSource
  position?: Position
  evidence?: Evidence
  manual?: ManualReport
  /** How many of its photos had come whole when it was read. */
  photosHere: number
}

export interface LedgerStep {
  step: CaseEvent
  revision: number
  timeMs: number
  by: string
  evidence?: Evidence
  manual?: ManualReport
}

const COLUMNS = `
  SELECT id, gateway, component, fault, episode, raised_ms AS raisedMs, updated_ms AS updatedMs,
         cleared_ms AS clearedMs, revision, time_source AS timeSource, position, evidence, manual,
         photos_here AS photosHere FROM "case"`

const UNANNOUNCED = '(announced <> revision OR photos_announced <> photos_here)'

export class Ledger {
  readonly #database: DatabaseSync
  readonly #insertCase: StatementSync
  readonly #replaceCase: StatementSync
  readonly #insertStep: StatementSync

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(dataDir: string) {
    this.#database = openDatabase(join(dataDir, 'ledger.db'))
    prepareTables(this.#database)
    const columns = 'raised_ms, updated_ms, cleared_ms, revision, time_source, position, evidence, manual'
    this.#insertCase = this.#database.prepare(`
      INSERT INTO "case" (id, gateway, component, fault, episode, ${columns})
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#replaceCase = this.#database.prepare(`
      UPDATE "case" SET component = ?, fault = ?, episode = ?, (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?)
      WHERE id = ? AND revision < ?`)
    this.#insertStep = this.#database.prepare(`
      INSERT INTO step (case_id, revision, step, time_ms, by, evidence, manual) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (case_id, revision) DO NOTHING`)
  }

  /**
   * One durable commit of all.
   * @returns the cases that now stand by another report than before.
   * @throws StoreRefused where another gateway raised the case.
   */
  apply(reports: { gateway: string; report: CaseReport }[]): LedgerCase[] {
    const changed = new Set<string>()
    transaction(this.#database, () => {
      for (const { gateway, report } of reports) if (this.#apply(gateway, report)) changed.add(report.caseId)
    })
    return [...changed].map((id) => this.find(id)!)
  }

  #apply(gateway: string, report: CaseReport): boolean {
    const { caseId, revision, component = '', fault, episode, timeSource } = report
    const owner = this.#ownerOf(caseId)
    if (owner !== undefined && owner !== gateway)
      throw new StoreRefused(`case ${caseId} was raised by ${owner}; ${gateway} cannot report on it`)
    const clearedMs = report.event === 'cleared' ? report.timeMs : null
    const position = report.position ? JSON.stringify(report.position) : null
    const evidence = JSON.stringify(report.evidence ?? null)
    const manual = report.manual ? JSON.stringify(report.manual) : null
    const identity = [component, fault, episode] as const
    const times = [report.raisedMs, report.timeMs, clearedMs] as const
    const values = [...times, revision, timeSource, position, evidence, manual] as const
    const { changes } =
      owner === undefined
        ? this.#insertCase.run(caseId, gateway, ...identity, ...values)
        : this.#replaceCase.run(...identity, ...values, caseId, revision)
    this.#insertStep.run(caseId, revision, report.event, report.timeMs, gateway, evidence, manual)
    return changes > 0
  }

  #ownerOf(caseId: string): string | undefined {
    const row = this.#database.prepare('SELECT gateway FROM "case" WHERE id = ?').get(caseId)
    return row?.gateway as string | undefined
  }

  find(id: string): LedgerCase | undefined {
    const row = this.#database.prepare(`${COLUMNS} WHERE id = ?`).get(id)
    return row && toCase(row)
  }

  /** Newest first; with `open`, only those that are open or only those that are not. */
  list(options: { open?: boolean | undefined; limit: number }): LedgerCase[] {
    const { open, limit } = options
    const where = open === undefined ? '' : `WHERE cleared_ms IS ${open ? '' : 'NOT'} NULL`
    return this.#database
      .prepare(`${COLUMNS} ${where} ORDER BY raised_ms DESC, id DESC LIMIT ?`)
      .all(limit)
      .map(toCase)
  }

  /** In the order of their revisions; empty where there is no such case. */
  steps(id: string): LedgerStep[] {
    return this.#database
      .prepare(
        `SELECT step, revision, time_ms AS timeMs, by, evidence, manual FROM step
         WHERE case_id = ? ORDER BY revision`,
      )
      .all(id)
      .map(({ evidence, manual, ...rest }) => ({
        ...(rest as unknown as LedgerStep),
        ...reasonIn(evidence, manual),
      }))
  }

  openCount(): number {
    return this.#database.prepare('SELECT count(*) AS n FROM "case" WHERE cleared_ms IS NULL').get()!
      .n as number
  }

  /**
   * So many photos of the case have come whole; where that is news, it will be published again.
   * @returns whether it is news.
   */
  notePhotos(id: string, photosHere: number): boolean {
    const { changes } = this.#database
      .prepare('UPDATE "case" SET photos_here = ? WHERE id = ? AND photos_here <> ?')
      .run(photosHere, id, photosHere)
    return changes > 0
  }

  /** Cases that were cleared before that and have photos, a few at most. */
  closedWithPhotos(beforeMs: number): string[] {
    return this.#database
      .prepare('SELECT id FROM "case" WHERE photos_here > 0 AND cleared_ms < ? ORDER BY cleared_ms LIMIT 20')
      .all(beforeMs)
      .map(({ id }) => id as string)
  }

  /** The photos of a closed case are deleted; that is no news to publish. */
  photosExpired(id: string): void {
    this.#database.prepare('UPDATE "case" SET photos_here = 0, photos_announced = 0 WHERE id = ?').run(id)
  }

  /** Cases that changed since they were last published, the longest unpublished first. */
  unannounced(limit: number): LedgerCase[] {
    return this.#database
      .prepare(`${COLUMNS} WHERE ${UNANNOUNCED} ORDER BY updated_ms LIMIT ?`)
      .all(limit)
      .map(toCase)
  }

  /** These revisions are published, with the photos that they had. */
  announced(cases: LedgerCase[]): void {
    const update = this.#database.prepare(
      'UPDATE "case" SET announced = ?, photos_announced = ? WHERE id = ?',
    )
    transaction(this.#database, () => {
      for (const { id, revision, photosHere } of cases) update.run(revision, photosHere, id)
    })
  }

  /** A broker may have forgotten what it retained: every open case is published again. */
  forgetAnnouncements(): void {
    this.#database.exec('UPDATE "case" SET announced = 0 WHERE cleared_ms IS NULL AND announced <> 0')
  }

  close(): void {
    this.#database.close()
  }
}

function toCase(row: Record<string, unknown>): LedgerCase {
  const { component, clearedMs, timeSource, position, evidence, manual, ...rest } = row
  return {
    ...(rest as unknown as LedgerCase),
    ...(component === '' ? {} : { component: component as string }),
    ...(clearedMs === null ? {} : { clearedMs: clearedMs as number }),
    ...(timeSource === null ? {} : { timeSource: timeSource as TimeSource }),
    ...(position === null ? {} : { position: JSON.parse(position as string) as Position }),
    ...reasonIn(evidence, manual),
  }
}

/** What a sensor measured or a person wrote, from the columns that keep it. */
function reasonIn(evidence: unknown, manual: unknown): Pick<LedgerStep, 'evidence' | 'manual'> {
  const measured = JSON.parse(evidence as string) as Evidence | null
  return {
    ...(measured === null ? {} : { evidence: measured }),
    ...(manual === null ? {} : { manual: JSON.parse(manual as string) as ManualReport }),
  }
}
