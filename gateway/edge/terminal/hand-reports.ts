import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Catalogue } from '../../../proto/catalogue/catalogue.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { CaseReport, PhotoPart } from '../../../proto/domain.ts'
import type { NewReport, SentReport } from '../../../proto/terminal-http.ts'
import { type EdgeClock, WALL_TIME_BEGINS_MS } from '../clock.ts'
import { caseId } from '../faults/case-id.ts'
import { type Outbox, OutboxFull, type RecordKey } from '../outbox/outbox.ts'
import { photoParts } from './photo.ts'
import { ReportRefused } from './report-refused.ts'

/**
 * Reports by hand (人工上报): what a person says at the terminal in, a case and its photos into the outbox. A report
 * that comes again with the same key, because its answer got lost, is the same case.
 */

interface HandReportsOptions {
  gateway: string
  by?: string | undefined
  /** The outbox's own database: a report and its case are kept in one transaction. */
  database: DatabaseSync
  outbox: Outbox
  clock: EdgeClock
  catalogue: Catalogue
}

interface Row {
  key: string
  caseId: string
  timeMs: number
  kind: string
  note: string
  photos: number
  /** JSON of RecordKey[]; null until case and photos are all on disk. */
  records: string | null
}

/** As many as a shift has; older ones leave the list, not the outbox. */
const REMEMBERED = 200

export class HandReports {
  readonly #options: HandReportsOptions
  readonly #insert: StatementSync
  readonly #settle: StatementSync
  readonly #forget: StatementSync
  readonly #find: StatementSync
  readonly #recent: StatementSync
  readonly #date: StatementSync
  /** Reports that are being kept just now: a second try meanwhile gets the same answer. */
  readonly #underWay = new Map<string, Promise<SentReport>>()

  constructor(options: HandReportsOptions) {
    this.#options = options
    const { database } = options
    database.exec(`
      CREATE TABLE IF NOT EXISTS hand_report (
        key TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        time_ms REAL NOT NULL,
        kind TEXT NOT NULL,
        note TEXT NOT NULL,
        photos INTEGER NOT NULL,
        records TEXT
      ) STRICT;
    `)
    const columns = 'key, case_id AS caseId, time_ms AS timeMs, kind, note, photos, records'
    this.#insert = database.prepare(
      `INSERT INTO hand_report (key, case_id, time_ms, kind, note, photos) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO NOTHING`,
    )
    this.#settle = database.prepare('UPDATE hand_report SET records = ? WHERE key = ?')
    this.#forget = database.prepare(
      'DELETE FROM hand_report WHERE rowid <= (SELECT max(rowid) FROM hand_report) - ?',
    )
    this.#find = database.prepare(`SELECT ${columns} FROM hand_report WHERE key = ?`)
    this.#date = database.prepare('UPDATE hand_report SET time_ms = time_ms + ? WHERE time_ms < ?')
    this.#recent = database.prepare(`SELECT ${columns} FROM hand_report ORDER BY rowid DESC LIMIT ?`)
  }

  /**
   * Resolves when the report and its photos survive a power cut.
   * @throws ReportRefused for what the centre would not take; Error where the disk refuses.
   */
  async take(report: NewReport): Promise<SentReport> {
    const underWay = this.#underWay.get(report.key) ?? this.#keep(report)
    this.#underWay.set(report.key, underWay)
    try {
      return await underWay
    } finally {
      this.#underWay.delete(report.key)
    }
  }

  /** Times on the gateway's own scale become wall times; to be called in a transaction. */
  date(shiftMs: number): void {
    this.#date.run(shiftMs, WALL_TIME_BEGINS_MS)
  }

  /** The newest first. */
  recent(): SentReport[] {
    return (this.#recent.all(REMEMBERED) as unknown as Row[]).map((row) => this.#sent(row))
  }

  async #keep(report: NewReport): Promise<SentReport> {
    const known = this.#row(report.key)
    if (known?.records) return this.#sent(known)
    if (!Object.hasOwn(this.#options.catalogue.problemKinds, report.kind))
      throw new ReportRefused(`kind '${report.kind}' is not in the catalogue: expected one of the list`)
    const { gateway, clock } = this.#options
    const timeMs = known?.timeMs ?? clock.nowMs()
    const id = known?.caseId ?? caseId(gateway, report.key, report.kind, 1, timeMs)
    const parts = photoParts(id, report.photos)
    // Also where an earlier try kept a part of it: the hub takes a case and a photo twice without doubling them.
    const outcomes = await Promise.allSettled([
      this.#keepCase(report, id, timeMs),
      ...parts.map((part) => this.#keepPart(part)),
    ])
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    const failure = failures.find((reason) => !(reason instanceof OutboxFull))
    if (failure) throw failure
    // Not settled: it is not told as arrived, and the same report sent again brings its photos again.
    if (failures.length > 0)
      throw new ReportRefused(
        'the report is kept, but not all of its photos: there is no room until the terminal has been online',
      )
    const records = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    this.#settle.run(JSON.stringify(records), report.key)
    this.#forget.run(REMEMBERED)
    return this.#sent(this.#row(report.key)!)
  }

  #keepCase(report: NewReport, id: string, timeMs: number): Promise<RecordKey> {
    const { key, kind, note, photos, component, position } = report
    const { outbox, clock, by } = this.#options
    const body: CaseReport = {
      caseId: id,
      event: 'raised',
      revision: 1,
      fault: kind,
      episode: 1,
      timeMs,
      raisedMs: timeMs,
      timeSource: clock.source,
      manual: { note, photos: photos.length, ...(by === undefined ? {} : { by }) },
      ...(component === undefined ? {} : { component }),
      ...(position === undefined ? {} : { position }),
    }
    return outbox.append('case', encodeBody({ lane: 'case', report: body }), () =>
      this.#insert.run(key, id, timeMs, kind, note, photos.length),
    )
  }

  #keepPart(part: PhotoPart): Promise<RecordKey> {
    return this.#options.outbox.append('photo', encodeBody({ lane: 'photo', part }))
  }

  #row(key: string): Row | undefined {
    return this.#find.get(key) as unknown as Row | undefined
  }

  #sent({ key, caseId: id, timeMs, kind, note, photos, records }: Row): SentReport {
    const waits = records === null || this.#options.outbox.waits(JSON.parse(records)).length > 0
    return {
      key,
      caseId: id,
      kind,
      note,
      photos,
      time: new Date(this.#options.clock.dated(timeMs)).toISOString(),
      state: waits ? 'waiting' : 'arrived',
    }
  }
}
