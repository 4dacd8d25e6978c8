import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { Ledger } from '../../../gateway/hub/ledger/ledger.ts'
import { testFolder } from '../../test-folder.ts'
import { caseReport, handReport, T0 } from '../gateway-messages.ts'

/** The tables as the first version of the hub made them. */
const FIRST = `
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

const { caseId, component, evidence, position } = caseReport('raised', 1)

/** A folder with the ledger of the first version: one open case of two steps, told but for its last revision. */
function oldLedger(): string {
  const folder = testFolder()
  const database = openDatabase(join(folder, 'ledger.db'))
  database.exec(FIRST)
  database
    .prepare('INSERT INTO "case" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      caseId,
      'roadside-01',
      component!,
      'cover_tilted',
      3,
      T0,
      T0 + 9,
      null,
      2,
      JSON.stringify(position),
      JSON.stringify(evidence),
      1,
    )
  for (const [revision, step] of [
    [1, 'raised'],
    [2, 'updated'],
  ] as const)
    database
      .prepare('INSERT INTO step VALUES (?, ?, ?, ?, ?, ?)')
      .run(caseId, revision, step, T0 + revision, 'roadside-01', JSON.stringify(evidence))
  database.close()
  return folder
}

function open(folder: string): Ledger {
  const ledger = new Ledger(folder)
  onTestFinished(() => ledger.close())
  return ledger
}

test('the ledger of an older version is read as it was', () => {
  const ledger = open(oldLedger())
  const entry = {
    id: caseId,
    gateway: 'roadside-01',
    component,
    fault: 'cover_tilted',
    episode: 3,
    raisedMs: T0,
    updatedMs: T0 + 9,
    revision: 2,
    position,
    evidence,
    photosHere: 0,
  }
  expect(ledger.list({ limit: 10 })).toEqual([entry])
  expect(ledger.unannounced(10)).toEqual([entry])
  expect(ledger.steps(caseId)).toEqual([
    { step: 'raised', revision: 1, timeMs: T0 + 1, by: 'roadside-01', evidence },
    { step: 'updated', revision: 2, timeMs: T0 + 2, by: 'roadside-01', evidence },
  ])
})

test('it goes on: old cases move, reports by hand come beside them, and it opens again', () => {
  const folder = oldLedger()
  const ledger = open(folder)
  ledger.apply([
    { gateway: 'roadside-01', report: caseReport('cleared', 3) },
    { gateway: 'ebike-01', report: handReport() },
  ])
  expect(ledger.find(caseId)).toMatchObject({ revision: 3, timeSource: 'gps', clearedMs: T0 + 180_000 })
  const before = ledger.list({ limit: 10 })
  expect(before.map(({ manual }) => manual?.note)).toContain('两袋垃圾')
  expect(open(folder).list({ limit: 10 })).toEqual(before)
})

test('another process may open it at the same time, before and after', () => {
  const folder = oldLedger()
  const [one, two] = [open(folder), open(folder)]
  one.apply([{ gateway: 'ebike-01', report: handReport() }])
  expect(two.list({ limit: 10 })).toEqual(one.list({ limit: 10 }))
})

test('what has to be published is found by its index', () => {
  const folder = oldLedger()
  open(folder)
  const database = openDatabase(join(folder, 'ledger.db'))
  onTestFinished(() => database.close())
  const plan = database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT id FROM "case"
       WHERE (announced <> revision OR photos_announced <> photos_here) ORDER BY updated_ms LIMIT 1`,
    )
    .all()
  expect(JSON.stringify(plan)).toContain('case_to_announce')
})
