import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { type Arrival, IntakeLog } from '../../../gateway/hub/intake/intake-log.ts'
import { testFolder } from '../../test-folder.ts'
import { BOOT, T0 } from '../gateway-messages.ts'

const arrival = (sequence: number, over: Partial<Arrival> = {}): Arrival => ({
  gateway: 'ebike-01',
  boot: BOOT,
  sequence,
  receivedMs: T0 + sequence,
  lane: 'fix',
  body: new Uint8Array([sequence & 0xff]),
  ...over,
})

function openLog(path = join(testFolder(), 'intake.db')): { log: IntakeLog; path: string } {
  const log = new IntakeLog(path)
  onTestFinished(() => log.close())
  return { log, path }
}

const ids = (log: IntakeLog, selection: 'all' | 'case' = 'all', position = 0): number[] =>
  log.read(selection, position).records.map(({ id }) => id)

test('a record that comes again is kept once; another boot or gateway is another record', () => {
  const { log } = openLog()
  expect(log.append([arrival(1), arrival(2)], [])).toBe(2)
  expect(log.append([arrival(2), arrival(1), arrival(3)], [])).toBe(1)
  expect(log.append([arrival(1, { boot: 'ffffffffffff' }), arrival(1, { gateway: 'ebike-02' })], [])).toBe(2)
  expect(log.lastId).toBe(5)
  const { records } = log.read('all', 0)
  expect(records.map(({ gateway, boot, sequence }) => `${gateway} ${boot} ${sequence}`)).toEqual([
    `ebike-01 ${BOOT} 1`,
    `ebike-01 ${BOOT} 2`,
    `ebike-01 ${BOOT} 3`,
    'ebike-01 ffffffffffff 1',
    `ebike-02 ${BOOT} 1`,
  ])
  expect(records[1]).toMatchObject({ id: 2, lane: 'fix', receivedMs: T0 + 2 })
  expect(Buffer.from(records[1]!.body)).toEqual(Buffer.from([2]))
})

test('a commit that fails keeps nothing of its group', () => {
  const { log } = openLog()
  const bad = arrival(2, { body: 'no bytes' as unknown as Uint8Array, gateway: null as unknown as string })
  expect(() => log.append([arrival(1), bad], [])).toThrow()
  expect(log.lastId).toBe(0)
  expect(ids(log)).toEqual([])
})

test('a slice is bounded in records and in bytes', () => {
  const { log } = openLog()
  log.append(
    Array.from({ length: 600 }, (_, i) => arrival(i + 1)),
    [],
  )
  expect(log.read('all', 0)).toMatchObject({ upTo: 512, records: { length: 512 } })
  expect(log.read('all', 512)).toMatchObject({ upTo: 600, records: { length: 88 } })
  const body = new Uint8Array(60_000)
  log.append(
    Array.from({ length: 40 }, (_, i) => arrival(1000 + i, { body })),
    [],
  )
  const { records, upTo } = log.read('all', 600)
  expect(records.length).toBe(18)
  expect(upTo).toBe(618)
})

test('the case selection skips other lanes and says how far it looked', () => {
  const { log } = openLog()
  log.append(
    [arrival(1), arrival(2, { lane: 'case' }), arrival(3), arrival(4, { lane: 'case' }), arrival(5)],
    [],
  )
  expect(ids(log, 'case')).toEqual([2, 4])
  expect(log.read('case', 0).upTo).toBe(5)
  expect(log.read('case', 4)).toEqual({ records: [], upTo: 5 })
})

test('photos that were taken leave their names alone, so that repeats are still known', () => {
  const { log } = openLog()
  const photo = (sequence: number) => arrival(sequence, { lane: 'photo', body: new Uint8Array(1000).fill(7) })
  log.append([photo(1), arrival(2), photo(3), photo(4)], [])
  expect(log.read('photo', 0)).toMatchObject({ upTo: 4, records: [{ id: 1 }, { id: 3 }, { id: 4 }] })
  const [first] = log.read('photo', 0).records
  log.advance('photos', 1, { record: first!, reason: 'no photo' }, 'photo')
  log.advance('photos', 3, undefined, 'photo')
  const bytes = () => log.read('all', 0).records.map(({ body }) => body.length)
  expect(bytes()).toEqual([0, 1, 0, 1000])
  expect(log.append([photo(1), photo(3), photo(4)], [])).toBe(0)
  expect(bytes()).toEqual([0, 1, 0, 1000])
  // Another consumer that stands behind does not bring them back, nor does it lose what is not a photo.
  log.advance('tracks', 2)
  expect(bytes()).toEqual([0, 1, 0, 1000])
})

test('a refused photo leaves only its head among the dead letters', () => {
  const { log, path } = openLog()
  log.append([arrival(1, { lane: 'photo', body: new Uint8Array(48_000) })], [])
  const [record] = log.read('photo', 0).records
  log.advance('photos', 1, { record: record!, reason: 'no photo' }, 'photo')
  const database = openDatabase(path)
  onTestFinished(() => database.close())
  expect(database.prepare('SELECT lane, length(body) AS bytes FROM dead_letter').get()).toEqual({
    lane: 'photo',
    bytes: 256,
  })
})

test('positions and dead letters outlive the process', () => {
  const { log, path } = openLog()
  log.append([arrival(1), arrival(2)], [])
  expect(log.position('tracks')).toBe(0)
  log.advance('tracks', 1)
  const [record] = log.read('all', 1).records
  log.advance('tracks', 2, { record: record!, reason: 'no fix' })
  log.advance('tracks', 2, { record: record!, reason: 'no fix' })
  const again = openLog(path).log
  expect(again.position('tracks')).toBe(2)
  expect(again.position('cases')).toBe(0)
  expect(again.setAside()).toEqual({ refused: 0, deadLetters: 1 })
  expect(again.lastId).toBe(2)
})

test('refused payloads are kept with their first bytes, the newest thousand of them', () => {
  const { log, path } = openLog()
  const refused = (n: number) => ({
    gateway: 'ebike-01',
    reason: 'bad-checksum',
    detail: `number ${n}`,
    receivedMs: T0,
    payload: new Uint8Array(1000).fill(n & 0xff),
  })
  for (let n = 0; n < 1100; n += 100)
    log.append(
      [],
      Array.from({ length: 100 }, (_, i) => refused(n + i)),
    )
  expect(log.setAside()).toEqual({ refused: 1000, deadLetters: 0 })
  const database = openDatabase(path)
  onTestFinished(() => database.close())
  const first = database.prepare('SELECT detail, bytes, length(head) AS head FROM refused ORDER BY id').get()
  expect(first).toEqual({ detail: 'number 100', bytes: 1000, head: 256 })
})

test('pruning takes what is old and done with, in slices, and never gives an id away again', () => {
  const { log } = openLog()
  log.append(
    Array.from({ length: 1500 }, (_, i) => arrival(i + 1, { receivedMs: i < 1200 ? T0 : T0 + 1e6 })),
    [],
  )
  const oldest = T0 + 1
  expect(log.prune(1101, oldest)).toBe(true)
  expect(log.prune(1101, oldest)).toBe(false)
  expect(ids(log)[0]).toBe(1101)
  expect(log.prune(2000, oldest)).toBe(false)
  expect(ids(log)[0]).toBe(1201)
  expect(log.prune(2000, Number.MAX_SAFE_INTEGER)).toBe(false)
  expect(ids(log)).toEqual([1500])
  log.append([arrival(5000)], [])
  expect(ids(log)).toEqual([1500, 1501])
})
