import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OutboxFull } from '../../../gateway/edge/outbox/outbox.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeEnvelope } from '../../../proto/codec/codec.ts'
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

test('cases go first, then health, fixes, readings, photos; within a lane the oldest', async () => {
  const outbox = open()
  await Promise.all(
    (['photo', 'reading', 'fix', 'case', 'health', 'fix', 'case'] as Lane[]).map((lane, i) =>
      outbox.append(lane, body(`${i}`)),
    ),
  )
  expect(names(outbox)).toEqual(['case:3', 'case:6', 'health:4', 'fix:2', 'fix:5', 'reading:1', 'photo:0'])
  outbox.close()
})

test('a record is named when it is kept, and waits until its receipt, over a restart too', async () => {
  const first = open('00000000000a')
  const [a, b] = await Promise.all(['a', 'b'].map((text) => first.append('case', body(text))))
  expect([a, b]).toEqual([
    { boot: '00000000000a', sequence: 1 },
    { boot: '00000000000a', sequence: 2 },
  ])
  first.close()
  const second = open('00000000000b')
  const others = [
    { boot: '00000000000b', sequence: 1 },
    { boot: '00000000000a', sequence: 99 },
  ]
  expect(second.waits([a!, b!, ...others])).toEqual([a, b])
  second.remove('00000000000a', [1])
  await second.append('health', body('after'))
  expect(second.waits([a!, b!])).toEqual([b])
  expect(second.waits([])).toEqual([])
  second.close()
})

test('what is handed out at once is limited in bytes, but one record at least', async () => {
  const outbox = open()
  await Promise.all([1000, 500, 500].map((size) => outbox.append('photo', body('p', size))))
  expect(outbox.peek(10, 100).map(({ body }) => body.length)).toEqual([1000])
  expect(outbox.peek(10, 1500).map(({ body }) => body.length)).toEqual([1000, 500])
  expect(outbox.peek(2).map(({ body }) => body.length)).toEqual([1000, 500])
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

test('photos are never dropped: they get half of the outbox, and one that finds no room is refused', async () => {
  const outbox = open('00000000000a', 100_000)
  const photo = () => outbox.append('photo', body('p', 10_000))
  await Promise.all(Array.from({ length: 5 }, photo))
  await expect(photo()).rejects.toThrow(OutboxFull)
  await expect(photo()).rejects.toThrow(/no room for a photo of 10000 bytes: photos of 50000 bytes wait/)
  await Promise.all(Array.from({ length: 100 }, (_, i) => outbox.append('fix', body(`f${i}`, 1000))))
  const kept = names(outbox)
  expect(kept.filter((name) => name.startsWith('photo:'))).toHaveLength(5)
  expect(kept.filter((name) => name.startsWith('fix:')).length).toBeGreaterThan(30)
  expect(kept).toContain('fix:f99')
  expect(Object.keys(outbox.level().dropped)).toEqual(['fix'])
  // A receipt makes room again, and a restart remembers how much is taken.
  outbox.close()
  const reopened = open('00000000000a', 100_000)
  await expect(reopened.append('photo', body('p', 10_000))).rejects.toThrow(OutboxFull)
  reopened.remove('00000000000a', [1])
  await reopened.append('health', body('after'))
  await reopened.append('photo', body('p', 10_000))
  expect(names(reopened).filter((name) => name.startsWith('photo:'))).toHaveLength(5)
  reopened.close()
})

test('photos that come together do not share the same room', async () => {
  const outbox = open('00000000000a', 100_000)
  const photos = Array.from({ length: 8 }, () => outbox.append('photo', body('p', 10_000)))
  const kept = (await Promise.allSettled(photos)).filter(({ status }) => status === 'fulfilled')
  expect(kept).toHaveLength(5)
  expect(outbox.level().bytes).toBe(50_000)
  outbox.close()
})

test('what no envelope can carry is refused when it comes, not met again at each sending', async () => {
  const outbox = open()
  await expect(outbox.append('fix', body('f', 65_536))).rejects.toThrow(RangeError)
  const largest = body('f', 65_536 - 256)
  const { boot, sequence } = await outbox.append('photo', largest)
  const gateway = 'x'.repeat(64)
  expect(encodeEnvelope({ gateway, boot, sequence, lane: 'photo', body: largest }).length).toBeLessThan(
    65_537,
  )
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
