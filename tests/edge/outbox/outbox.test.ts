import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { LANES, type Lane } from '../../../proto/domain.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (boot = '000000000001', maxBytes = 1e6) =>
  new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), { boot, maxBytes, log: silentLog() })
const body = (text: string, size = text.length) => Buffer.from(text.padEnd(size, '.'))
const names = (outbox: SqliteOutbox) =>
  outbox
    .peek(1000)
    .map((record) => `${record.lane}:${Buffer.from(record.body).toString().replace(/\.+$/, '')}`)

test('cases go first, then health, fixes, readings; within a lane the oldest', async () => {
  const outbox = open()
  await Promise.all(
    (['reading', 'fix', 'case', 'health', 'fix', 'case'] as Lane[]).map((lane, i) =>
      outbox.append(lane, body(`${i}`)),
    ),
  )
  expect(names(outbox)).toEqual(['case:2', 'case:5', 'health:3', 'fix:1', 'fix:4', 'reading:0'])
  outbox.close()
})

test('records keep the name of the boot that made them, and numbers are never used twice', async () => {
  const first = open('00000000000a')
  await Promise.all(['a', 'b', 'c'].map((text) => first.append('fix', body(text))))
  first.remove('00000000000a', [2, 3])
  first.close()
  const second = open('00000000000b')
  await second.append('fix', body('d'))
  expect(second.peek(10).map(({ boot, sequence }) => `${boot}/${sequence}`)).toEqual([
    '00000000000a/1',
    '00000000000b/4',
  ])
  second.close()
})

test('only the boot that a receipt names is deleted', async () => {
  const outbox = open('00000000000a')
  await outbox.append('fix', body('a'))
  outbox.remove('00000000000b', [1])
  await outbox.append('fix', body('b'))
  expect(names(outbox)).toEqual(['fix:a', 'fix:b'])
  outbox.close()
})

test('a full outbox drops readings, then health, then the oldest fixes, never a case, and counts them', async () => {
  const outbox = open('00000000000a', 100_000)
  for (let i = 0; i < 40; i++) await outbox.append('case', body(`c${i}`, 1000))
  await Promise.all(Array.from({ length: 70 }, (_, i) => outbox.append('reading', body(`r${i}`, 500))))
  await Promise.all(Array.from({ length: 200 }, (_, i) => outbox.append('fix', body(`f${i}`, 1000))))
  const { bytes, dropped, records } = outbox.level()
  expect(bytes).toBeLessThanOrEqual(100_000)
  const kept = names(outbox)
  expect(kept.filter((name) => name.startsWith('case:'))).toHaveLength(40)
  expect(kept.filter((name) => name.startsWith('reading:'))).toHaveLength(0)
  expect(kept.at(-1)).toBe('fix:f199')
  expect(dropped.reading).toBe(70)
  expect(40 + 70 + 200 - dropped.reading! - dropped.fix!).toBe(records)
  outbox.close()
  expect(open().level().dropped).toEqual(dropped)
})

test('cases alone may exceed the limit', async () => {
  const outbox = open('00000000000a', 1000)
  for (let i = 0; i < 10; i++) await outbox.append('case', body(`c${i}`, 1000))
  expect(outbox.level()).toMatchObject({ records: 10, bytes: 10_000, dropped: {} })
  outbox.close()
})

test('what fails alongside undoes the record', async () => {
  const outbox = open()
  const failing = outbox.append('case', body('x'), () => {
    throw new Error('disk full')
  })
  await expect(failing).rejects.toThrow('disk full')
  expect(outbox.level()).toMatchObject({ records: 0, bytes: 0 })
  await outbox.append('case', body('y'))
  expect(names(outbox)).toEqual(['case:y'])
  outbox.close()
})

test('any history of appends, receipts and reopenings leaves what a plain list would', async () => {
  const step = fc.oneof(
    fc.record({ append: fc.constantFrom(...LANES) }),
    fc.record({ receipt: fc.nat({ max: 12 }) }),
    fc.constant('reopen' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      rmSync(join(folder, 'outbox.db'), { force: true })
      rmSync(join(folder, 'outbox.db-wal'), { force: true })
      rmSync(join(folder, 'outbox.db-shm'), { force: true })
      let outbox = open('0000000000aa')
      const model = new Map<number, Lane>()
      let next = 1
      for (const action of steps) {
        if (action === 'reopen') {
          outbox.close()
          outbox = open('0000000000aa')
        } else if ('append' in action) {
          await outbox.append(action.append, body(`${next}`))
          model.set(next++, action.append)
        } else {
          outbox.remove('0000000000aa', [action.receipt])
          model.delete(action.receipt)
        }
      }
      outbox.close()
      outbox = open('0000000000aa')
      const expected = [...model].toSorted(
        ([a, laneA], [b, laneB]) => LANES.indexOf(laneA) - LANES.indexOf(laneB) || a - b,
      )
      expect(outbox.peek(1000).map(({ sequence, lane }) => [sequence, lane])).toEqual(expected)
      expect(outbox.level().records).toBe(model.size)
      outbox.close()
    }),
    { numRuns: 30 },
  )
})
