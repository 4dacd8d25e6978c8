import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Ledger } from '../../../gateway/hub/ledger/ledger.ts'
import { StoreRefused } from '../../../gateway/hub/stores/track-store.ts'
import type { CaseReport } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { caseReport, handReport, T0 } from '../gateway-messages.ts'

function openLedger(folder = testFolder()): Ledger {
  const ledger = new Ledger(folder)
  onTestFinished(() => ledger.close())
  return ledger
}

const from = (gateway: string, ...reports: CaseReport[]) => reports.map((report) => ({ gateway, report }))
const ID = caseReport('raised', 1).caseId

test('raised, updated, cleared: the case follows, the steps stay', () => {
  const ledger = openLedger()
  expect(ledger.apply(from('roadside-01', caseReport('raised', 1)))).toMatchObject([{ id: ID, revision: 1 }])
  expect(ledger.find(ID)).toMatchObject({
    gateway: 'roadside-01',
    fault: 'cover_tilted',
    episode: 1,
    raisedMs: T0 + 60_000,
    position: { lat: 31.2301234, lon: 121.4705678, source: 'survey' },
  })
  expect(ledger.find(ID)).not.toHaveProperty('clearedMs')
  ledger.apply(from('roadside-01', caseReport('updated', 2)))
  ledger.apply(from('roadside-01', caseReport('cleared', 3)))
  expect(ledger.find(ID)).toMatchObject({ clearedMs: T0 + 180_000, updatedMs: T0 + 180_000, revision: 3 })
  expect(ledger.steps(ID)).toMatchObject([
    { step: 'raised', revision: 1, by: 'roadside-01' },
    { step: 'updated', revision: 2 },
    { step: 'cleared', revision: 3, evidence: { samples: [{ value: 2 }] } },
  ])
})

test('cleared before raised ends cleared', () => {
  const ledger = openLedger()
  ledger.apply(from('roadside-01', caseReport('cleared', 2)))
  expect(ledger.apply(from('roadside-01', caseReport('raised', 1)))).toEqual([])
  expect(ledger.find(ID)).toMatchObject({ clearedMs: T0 + 120_000, revision: 2 })
  expect(ledger.steps(ID).map(({ step }) => step)).toEqual(['raised', 'cleared'])
})

test('a report by hand stands beside those of sensors', () => {
  const ledger = openLedger()
  const event = handReport()
  ledger.apply(from('ebike-01', event, caseReport('raised', 1)))
  const found = ledger.find(event.caseId)!
  expect(found).toMatchObject({
    fault: 'exposed_rubbish',
    manual: { note: '两袋垃圾', photos: 2, by: '王' },
    position: { source: 'hand' },
    timeSource: 'gps',
    photosHere: 0,
  })
  expect(found).not.toHaveProperty('component')
  expect(found).not.toHaveProperty('evidence')
  expect(ledger.find(ID)).not.toHaveProperty('manual')
  expect(ledger.steps(event.caseId)).toEqual([
    { step: 'raised', revision: 1, timeMs: event.timeMs, by: 'ebike-01', manual: event.manual },
  ])
  const changed = handReport({ note: '已清理' }, { event: 'cleared', revision: 2 })
  ledger.apply(from('ebike-01', changed))
  expect(ledger.find(event.caseId)).toMatchObject({ manual: { note: '已清理' }, revision: 2 })
  expect(ledger.steps(event.caseId).map(({ manual }) => manual?.note)).toEqual(['两袋垃圾', '已清理'])
})

test('any order, grouping and repetition of reports gives the same ledger', () => {
  const reports = [0, 1, 2].flatMap((n) =>
    (['raised', 'updated', 'updated', 'cleared'] as const).slice(0, 2 + n).map((event, i) =>
      caseReport(event, i + 1, {
        caseId: `0mo7xu80${n}-0a1b2c3d4e`,
        episode: n + 1,
        timeMs: T0 + n * 1000 + i,
        ...(i % 2 ? { timeSource: 'system' as const } : {}),
      }),
    ),
  )
  const state = (groups: CaseReport[][]) => {
    const ledger = new Ledger(testFolder())
    for (const group of groups) ledger.apply(from('roadside-01', ...group))
    const cases = ledger.list({ limit: 100 })
    const found = cases.map((entry) => ({ ...entry, steps: ledger.steps(entry.id) }))
    ledger.close()
    return found
  }
  const expected = state([reports])
  expect(expected.map(({ clearedMs }) => clearedMs !== undefined)).toEqual([true, false, false])
  const shuffled = fc.shuffledSubarray(reports, { minLength: reports.length })
  const repeats = fc.array(fc.constantFrom(...reports), { maxLength: 6 })
  fc.assert(
    fc.property(repeats, shuffled, fc.integer({ min: 1, max: 5 }), (before, all, size) => {
      const sent = [...before, ...all]
      const groups = Array.from({ length: Math.ceil(sent.length / size) }, (_, i) =>
        sent.slice(i * size, (i + 1) * size),
      )
      expect(state(groups)).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('another gateway cannot touch a case, and nothing of its group is kept', () => {
  const ledger = openLedger()
  ledger.apply(from('roadside-01', caseReport('raised', 1)))
  const other = caseReport('raised', 1, { caseId: '0mo7xu800-zzzzzzzzzz' })
  expect(() => ledger.apply(from('ebike-02', other, caseReport('cleared', 2)))).toThrow(StoreRefused)
  expect(ledger.list({ limit: 10 })).toHaveLength(1)
  expect(ledger.find(ID)).toMatchObject({ revision: 1 })
})

describe('lists', () => {
  test('newest first, open or not, limited', () => {
    const ledger = openLedger()
    for (const n of [1, 2, 3, 4])
      ledger.apply(
        from(
          'roadside-01',
          caseReport(n % 2 ? 'raised' : 'cleared', 1, {
            caseId: `0mo7xu80${n}-0a1b2c3d4e`,
            raisedMs: T0 + n,
          }),
        ),
      )
    const raised = (options: { open?: boolean; limit: number }) =>
      ledger.list(options).map(({ raisedMs }) => raisedMs - T0)
    expect(raised({ limit: 10 })).toEqual([4, 3, 2, 1])
    expect(raised({ limit: 2 })).toEqual([4, 3])
    expect(raised({ open: true, limit: 10 })).toEqual([3, 1])
    expect(raised({ open: false, limit: 10 })).toEqual([4, 2])
    expect(ledger.openCount()).toBe(2)
    expect(ledger.find('0mo7xu809-0a1b2c3d4e')).toBeUndefined()
    expect(ledger.steps('0mo7xu809-0a1b2c3d4e')).toEqual([])
  })
})

test('it outlives the process', () => {
  const folder = testFolder()
  const first = new Ledger(folder)
  first.apply(from('roadside-01', caseReport('raised', 1), caseReport('updated', 2)))
  const before = first.find(ID)
  first.close()
  expect(openLedger(folder).find(ID)).toEqual(before)
})
