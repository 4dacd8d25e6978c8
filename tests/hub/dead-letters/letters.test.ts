import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { asideCounts } from '../../../gateway/hub/dead-letters/aside-counts.ts'
import { DeadLetters, isWhole, type LetterRecord } from '../../../gateway/hub/dead-letters/letters.ts'
import { RefusedPayloads } from '../../../gateway/hub/dead-letters/refused-payloads.ts'
import { testFolder } from '../../test-folder.ts'
import { BOOT, T0 } from '../gateway-messages.ts'

function open(path = join(testFolder(), 'intake.db')) {
  const database = openDatabase(path)
  onTestFinished(() => database.close())
  return { database, letters: new DeadLetters(database), payloads: new RefusedPayloads(database), path }
}

const record = (id: number, over: Partial<LetterRecord> = {}): LetterRecord => ({
  id,
  gateway: 'ebike-01',
  boot: BOOT,
  sequence: id,
  receivedMs: T0 + id,
  lane: 'fix',
  body: new Uint8Array([id & 0xff]),
  ...over,
})

test('a letter waits, is asked for, is refused again, is mended and taken: each step once', () => {
  const { letters, database } = open()
  letters.bury('tracks', record(7), 'StoreRefused: no', T0)
  letters.bury('tracks', record(7), 'StoreRefused: again', T0)
  expect(letters.find(1)).toMatchObject({
    state: 'waiting',
    cursor: 'tracks',
    record: 7,
    reason: 'StoreRefused: no',
    asideMs: T0,
    bytes: 1,
    refusals: 0,
  })
  expect(letters.find(1)).not.toHaveProperty('mended')
  expect([letters.ask(1), letters.ask(1)]).toEqual([true, false])
  expect(letters.asked(10)).toEqual([1])
  expect(letters.mend(1, new Uint8Array([9]))).toBe(false)
  letters.refusedAgain(1, 'StoreRefused: still no')
  letters.refusedAgain(1, 'nobody offered it')
  expect(letters.find(1)).toMatchObject({ state: 'waiting', reason: 'StoreRefused: still no', refusals: 1 })
  expect(letters.mend(1, new Uint8Array([9]), T0 + 5)).toBe(true)
  expect(letters.find(1)).toMatchObject({ mendedMs: T0 + 5 })
  expect(Buffer.from(letters.find(1)!.body)).toEqual(Buffer.from([7]))
  expect(Buffer.from(letters.find(1)!.mended!)).toEqual(Buffer.from([9]))
  letters.ask(1)
  expect(letters.open()).toEqual({ waiting: 0, asked: 1 })
  letters.taken(1, T0 + 9)
  letters.taken(1, T0 + 10)
  expect(letters.find(1)).toMatchObject({ state: 'taken', settledMs: T0 + 9 })
  expect([letters.ask(1), letters.discard(1, 'late'), letters.mend(1, new Uint8Array(1))]).toEqual([
    false,
    false,
    false,
  ])
  expect(asideCounts(database)).toMatchObject({ taken: 1, discarded: 0 })
  expect(letters.list({ limit: 10 })).toEqual([])
  expect(letters.list({ limit: 10, settled: true })).toHaveLength(1)
})

test('what is discarded keeps its reason and is counted once', () => {
  const { letters, database } = open()
  letters.bury('cases', record(1, { lane: 'case' }), 'no')
  expect([letters.discard(1, 'a test'), letters.discard(1, 'twice')]).toEqual([true, false])
  expect(letters.find(1)).toMatchObject({ state: 'discarded', discardedFor: 'a test' })
  expect(asideCounts(database).discarded).toBe(1)
})

test('lists by cursor and gateway, newest first', () => {
  const { letters } = open()
  letters.bury('tracks', record(1), 'a')
  letters.bury('cases', record(2, { lane: 'case' }), 'b')
  letters.bury('tracks', record(3, { gateway: 'ebike-02' }), 'c')
  const reasons = (options: { cursor?: string; gateway?: string; limit?: number }) =>
    letters.list({ limit: 10, ...options }).map(({ reason }) => reason)
  expect(reasons({})).toEqual(['c', 'b', 'a'])
  expect(reasons({ limit: 1 })).toEqual(['c'])
  expect(reasons({ cursor: 'tracks' })).toEqual(['c', 'a'])
  expect(reasons({ gateway: 'ebike-01' })).toEqual(['b', 'a'])
})

describe('bounds', () => {
  test('a gateway without end of refused records pushes out its own alone, and it is counted', () => {
    const { letters, database } = open()
    database.exec('BEGIN')
    for (let id = 1; id <= 3; id++) letters.bury('tracks', record(id, { gateway: 'honest' }), 'no')
    for (let id = 4; id <= 10_100; id++) letters.bury('tracks', record(id, { gateway: 'hostile' }), 'no')
    database.exec('COMMIT')
    // 101 beyond the bound made room for a hundred more at once.
    expect(letters.open()).toEqual({ waiting: 9_999, asked: 0 })
    expect(letters.list({ gateway: 'honest', limit: 10 })).toHaveLength(3)
    expect(letters.list({ gateway: 'hostile', limit: 1 })[0]).toMatchObject({ sequence: 10_100 })
    expect(asideCounts(database).lettersPushedOut).toBe(101)
  })

  test('16 MiB of bodies a gateway; what is asked for stays', () => {
    const { letters, database } = open()
    const body = new Uint8Array(65_000)
    database.exec('BEGIN')
    letters.bury('tracks', record(1, { body }), 'no')
    letters.ask(1)
    for (let id = 2; id <= 300; id++) letters.bury('tracks', record(id, { body }), 'no')
    letters.bury('tracks', record(999, { gateway: 'other', body }), 'no')
    database.exec('COMMIT')
    const kept = letters.list({ gateway: 'ebike-01', limit: 1000 })
    const mostLetters = (16 * 1024 ** 2) / 65_000
    expect(kept.length).toBeLessThanOrEqual(mostLetters)
    expect(kept.length).toBeGreaterThan(mostLetters - 20)
    expect(kept.at(-1)).toMatchObject({ id: 1, state: 'asked' })
    expect(kept[0]).toMatchObject({ id: 300 })
    expect(letters.list({ gateway: 'other', limit: 10 })).toHaveLength(1)
  })

  test('refused payloads: as fair', () => {
    const { payloads, database } = open()
    const payload = (gateway: string) => ({
      gateway,
      reason: 'bad-checksum',
      detail: 'no',
      receivedMs: T0,
      payload: new Uint8Array(300),
    })
    database.exec('BEGIN')
    payloads.keep([payload('honest'), payload('honest')])
    for (let n = 0; n < 12; n++) payloads.keep(Array.from({ length: 100 }, () => payload('hostile')))
    database.exec('COMMIT')
    expect(payloads.count()).toBe(1000)
    expect(payloads.list({ gateway: 'honest', limit: 10 })).toHaveLength(2)
    expect(payloads.find(1)).toMatchObject({ bytes: 300, reason: 'bad-checksum' })
    expect(payloads.find(1)!.head.length).toBe(256)
    expect(asideCounts(database).payloadsPushedOut).toBe(202)
    expect([payloads.discard(1), payloads.discard(1)]).toEqual([true, false])
  })

  test('of settled letters the newest thousand stay', () => {
    const { letters, database } = open()
    database.exec('PRAGMA synchronous = OFF')
    for (let id = 1; id <= 1003; id++) {
      letters.bury('tracks', record(id), 'no')
      letters.taken(id, T0 + id)
    }
    const kept = letters.list({ limit: 2000, settled: true })
    expect([kept.length, kept.at(-1)!.id]).toEqual([1000, 4])
  })
})

test('a photo leaves its head alone, and cannot be replayed', () => {
  const { letters } = open()
  letters.bury('photos', record(1, { lane: 'photo', body: new Uint8Array(48_000) }), 'no photo')
  letters.bury('photos', record(2, { lane: 'photo', body: new Uint8Array(100) }), 'no photo')
  const [cut, small] = [letters.find(1)!, letters.find(2)!]
  expect([cut.body.length, cut.bytes, isWhole(cut), isWhole(small)]).toEqual([256, 48_000, false, true])
})

test('letters of an older version only gain columns', () => {
  const path = join(testFolder(), 'intake.db')
  const old = openDatabase(path)
  old.exec(`
    CREATE TABLE dead_letter (
      id INTEGER PRIMARY KEY, cursor TEXT NOT NULL, record INTEGER NOT NULL, gateway TEXT NOT NULL,
      boot TEXT NOT NULL, sequence INTEGER NOT NULL, lane TEXT NOT NULL, received_ms INTEGER NOT NULL,
      reason TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (cursor, record));
    INSERT INTO dead_letter VALUES (5, 'tracks', 12, 'ebike-01', '${BOOT}', 12, 'fix', ${T0}, 'no', x'0102');
    INSERT INTO dead_letter VALUES (6, 'photos', 13, 'ebike-01', '${BOOT}', 13, 'photo', ${T0}, 'no', zeroblob(256));
  `)
  old.close()
  const { letters } = open(path)
  open(path)
  expect(letters.find(5)).toMatchObject({ state: 'waiting', bytes: 2, refusals: 0, sequence: 12 })
  expect(letters.find(5)).not.toHaveProperty('asideMs')
  expect(isWhole(letters.find(6)!)).toBe(false)
  expect(letters.ask(5)).toBe(true)
})
