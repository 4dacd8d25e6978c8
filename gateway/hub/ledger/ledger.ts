import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CaseEvent, CaseReport, Evidence, Position } from '../../../proto/domain.ts'
import { openDatabase, transaction } from '../../foundation/database.ts'
import { StoreRefused } from '../stores/track-store.ts'

/**
 * The case ledger (案件台账). In: reports of gateways, in any order and any number of times. Out: cases and
 * their steps. A case is what its report of the highest revision says; every revision is kept as a step, so
 * the ledger depends only on which reports came, not on when.
 */

export interface LedgerCase {
  id: string
  gateway: string
  component: string
  fault: string
  episode: number
  raisedMs: number
  /** Time of the report that the case stands by. */
  updatedMs: number
  /** Absent while the case is open. */
  clearedMs?: number
  revision: number
  position?: Position
  evidence: Evidence
}

export interface LedgerStep {
  step: CaseEvent
  revision: number
  timeMs: number
  by: string
  evidence: Evidence
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS "case" (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    component TEXT NOT NULL,
    fault TEXT NOT NULL,
    episode INTEGER NOT NULL,
    raised_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    cleared_ms INTEGER,
    revision INTEGER NOT NULL,
    position TEXT,
    evidence TEXT NOT NULL,
    -- The revision that was last published over MQTT; 0: none.
    announced INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS case_by_raise ON "case" (raised_ms DESC);
  CREATE INDEX IF NOT EXISTS case_open ON "case" (raised_ms DESC) WHERE cleared_ms IS NULL;
  CREATE INDEX IF NOT EXISTS case_unannounced ON "case" (updated_ms) WHERE announced <> revision;
  CREATE TABLE IF NOT EXISTS step (
    case_id TEXT NOT NULL REFERENCES "case" (id),
    revision INTEGER NOT NULL,
    step TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (case_id, revision)
  ) WITHOUT ROWID;
`

const COLUMNS = `
  SELECT id, gateway, component, fault, episode, raised_ms AS raisedMs, updated_ms AS updatedMs,
         cleared_ms AS clearedMs, revision, position, evidence FROM "case"`

export class Ledger {
  readonly #database: DatabaseSync
  readonly #insertCase: StatementSync
  readonly #replaceCase: StatementSync
  readonly #insertStep: StatementSync

  /** @throws Error of node:sqlite where the file cannot be opened. */
  constructor(dataDir: string) {
    this.#database = openDatabase(join(dataDir, 'ledger.db'))
    this.#database.exec(SCHEMA)
    const columns = 'raised_ms, updated_ms, cleared_ms, revision, position, evidence'
    this.#insertCase = this.#database.prepare(`
      INSERT INTO "case" (id, gateway, component, fault, episode, ${columns})
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#replaceCase = this.#database.prepare(`
      UPDATE "case" SET component = ?, fault = ?, episode = ?, (${columns}) = (?, ?, ?, ?, ?, ?)
      WHERE id = ? AND revision < ?`)
    this.#insertStep = this.#database.prepare(`
      INSERT INTO step (case_id, revision, step, time_ms, by, evidence) VALUES (?, ?, ?, ?, ?, ?)
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
    const { caseId, revision, component, fault, episode, evidence: why } = report
    const owner = this.#database.prepare('SELECT gateway FROM "case" WHERE id = ?').get(caseId)?.gateway
    if (owner !== undefined && owner !== gateway)
      throw new StoreRefused(`case ${caseId} was raised by ${owner}; ${gateway} cannot report on it`)
    const clearedMs = report.event === 'cleared' ? report.timeMs : null
    const position = report.position ? JSON.stringify(report.position) : null
    const evidence = JSON.stringify(why)
    const identity = [component, fault, episode] as const
    const values = [report.raisedMs, report.timeMs, clearedMs, revision, position, evidence] as const
    const { changes } =
      owner === undefined
        ? this.#insertCase.run(caseId, gateway, ...identity, ...values)
        : this.#replaceCase.run(...identity, ...values, caseId, revision)
    this.#insertStep.run(caseId, revision, report.event, report.timeMs, gateway, evidence)
    return changes > 0
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
        'SELECT step, revision, time_ms AS timeMs, by, evidence FROM step WHERE case_id = ? ORDER BY revision',
      )
      .all(id)
      .map((row) => ({ ...row, evidence: JSON.parse(row.evidence as string) }) as unknown as LedgerStep)
  }

  openCount(): number {
    return this.#database.prepare('SELECT count(*) AS n FROM "case" WHERE cleared_ms IS NULL').get()!
      .n as number
  }

  /** Cases that changed since they were last published, the longest unpublished first. */
  unannounced(limit: number): LedgerCase[] {
    return this.#database
      .prepare(`${COLUMNS} WHERE announced <> revision ORDER BY updated_ms LIMIT ?`)
      .all(limit)
      .map(toCase)
  }

  /** These revisions are published. */
  announced(cases: LedgerCase[]): void {
    const update = this.#database.prepare('UPDATE "case" SET announced = ? WHERE id = ?')
    transaction(this.#database, () => {
      for (const { id, revision } of cases) update.run(revision, id)
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
  const { clearedMs, position, evidence, ...rest } = row
  return {
    ...(rest as unknown as Omit<LedgerCase, 'clearedMs' | 'position' | 'evidence'>),
    ...(clearedMs === null ? {} : { clearedMs: clearedMs as number }),
    ...(position === null ? {} : { position: JSON.parse(position as string) as Position }),
    evidence: JSON.parse(evidence as string) as Evidence,
  }
}
