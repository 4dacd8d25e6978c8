import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { Cursor } from '../../../gateway/hub/intake/cursor.ts'
import { IntakeLog, type LoggedRecord, type LogSelection } from '../../../gateway/hub/intake/intake-log.ts'
import { StoreRefused, StoreUnavailable } from '../../../gateway/hub/stores/track-store.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Lane } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../eventually.ts'
import { BOOT, T0 } from '../gateway-messages.ts'

function openLog(path = join(testFolder(), 'intake.db')): IntakeLog {
  const log = new IntakeLog(path)
  onTestFinished(() => log.close())
  return log
}

function append(log: IntakeLog, count: number, lane: Lane = 'fix'): void {
  const first = log.lastId + 1
  log.append(
    Array.from({ length: count }, (_, i) => ({
      gateway: 'ebike-01',
      boot: BOOT,
      sequence: first + i,
      receivedMs: T0,
      lane,
      body: new Uint8Array([1]),
    })),
    [],
  )
}

function startCursor(
  log: IntakeLog,
  consume: (records: LoggedRecord[]) => Promise<void>,
  selection: LogSelection = 'all',
  ahead = false,
): Cursor {
  const cursor = new Cursor({
    name: 'test',
    selection,
    log,
    consume,
    ahead,
    logger: silentLog(),
    backoff: { firstMs: 1, maxMs: 5 },
  })
  cursor.start()
  onTestFinished(() => cursor.stop())
  return cursor
}

const ids = (records: LoggedRecord[]): number[] => records.map(({ id }) => id)
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('hands on everything once, in order, and what comes later when woken', async () => {
  const log = openLog()
  append(log, 1200)
  const taken: number[] = []
  const sizes: number[] = []
  const cursor = startCursor(log, async (records) => {
    taken.push(...ids(records))
    sizes.push(records.length)
  })
  await eventually(() => expect(taken).toEqual(range(1, 1200)))
  expect(sizes).toEqual([512, 512, 176])
  append(log, 5)
  cursor.wake()
  await eventually(() => expect(taken).toEqual(range(1, 1205)))
  expect(log.position('test')).toBe(1205)
  expect(cursor.state()).toMatchObject({ name: 'test', ok: true, lag: 0 })
})

test('moves on only after acceptance, and repeats the slice meanwhile', async () => {
  const log = openLog()
  append(log, 10)
  let down = true
  const offered: number[][] = []
  const cursor = startCursor(log, async (records) => {
    offered.push(ids(records))
    if (down) throw new StoreUnavailable('connection refused')
  })
  await eventually(() => expect(offered.length).toBeGreaterThan(3))
  expect(log.position('test')).toBe(0)
  expect(cursor.state()).toMatchObject({ ok: false, detail: 'connection refused', lag: 10, deadLetters: 0 })
  append(log, 2)
  down = false
  await eventually(() => expect(log.position('test')).toBe(12))
  expect(offered.slice(0, 3)).toEqual([range(1, 10), range(1, 10), range(1, 10)])
  expect(cursor.state()).toMatchObject({ ok: true, lag: 0 })
})

test.each([
  ['StoreRefused', new StoreRefused('no such point')],
  ['DecodeError', new DecodeError('bad-value', 'latitude 91')],
])('finds the poison records by halving (%s) and goes on', async (name, error) => {
  const log = openLog()
  append(log, 100)
  const poison = new Set([1, 37, 38, 100])
  const taken: number[] = []
  const cursor = startCursor(log, async (records) => {
    if (records.some(({ id }) => poison.has(id))) throw error
    taken.push(...ids(records))
  })
  await eventually(() => expect(log.position('test')).toBe(100))
  expect(taken).toEqual(range(1, 100).filter((id) => !poison.has(id)))
  expect(cursor.state()).toMatchObject({ ok: true, deadLetters: 4 })
  expect(log.setAside().deadLetters).toBe(4)
  expect(name).toBe(error.name)
})

test('an outage in the middle of halving repeats no accepted half', async () => {
  const log = openLog()
  append(log, 8)
  let outages = 3
  const taken: number[] = []
  startCursor(log, async (records) => {
    if (records.some(({ id }) => id === 7)) {
      if (records.length === 1 || taken.includes(4)) {
        if (outages-- > 0) throw new StoreUnavailable('away')
      }
      throw new StoreRefused('seven')
    }
    taken.push(...ids(records))
  })
  await eventually(() => expect(log.position('test')).toBe(8))
  expect(taken).toEqual([1, 2, 3, 4, 5, 6, 8])
})

test('begins where the last one stopped', async () => {
  const path = join(testFolder(), 'intake.db')
  const log = openLog(path)
  append(log, 20)
  const first = startCursor(log, async () => {})
  await eventually(() => expect(first.state().lag).toBe(0))
  await first.stop()
  append(log, 3)
  const taken: number[] = []
  startCursor(log, async (records) => {
    taken.push(...ids(records))
  })
  await eventually(() => expect(taken).toEqual([21, 22, 23]))
})

test('a selection is done with what it does not select', async () => {
  const log = openLog()
  append(log, 5)
  append(log, 1, 'case')
  append(log, 5)
  const taken: number[] = []
  const cursor = startCursor(
    log,
    async (records) => {
      taken.push(...ids(records))
    },
    'case',
  )
  await eventually(() => expect(cursor.seen).toBe(11))
  expect(taken).toEqual([6])
  expect(log.position('test')).toBe(6)
})

test('stops at once while it waits for a store that is away', async () => {
  const log = openLog()
  append(log, 1)
  let offers = 0
  const cursor = new Cursor({
    name: 'test',
    selection: 'all',
    log,
    consume: async () => {
      offers++
      throw new StoreUnavailable('away')
    },
    logger: silentLog(),
    backoff: { firstMs: 3_600_000, maxMs: 3_600_000 },
  })
  cursor.start()
  await eventually(() => expect(offers).toBe(1))
  await cursor.stop()
  expect(offers).toBe(1)
})

describe('one slice ahead', () => {
  /** A consumer whose slices are let go by the test, and what it was offered. */
  function held() {
    const offered: { first: number; settle: (error?: Error) => void }[] = []
    let most = 0
    let under = 0
    const consume = async (records: LoggedRecord[]): Promise<void> => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      offered.push({ first: records[0]!.id, settle: (error) => (error ? reject(error) : resolve()) })
      most = Math.max(most, ++under)
      await promise.finally(() => under--)
    }
    return { offered, consume, most: () => most }
  }
  const firsts = (offered: { first: number }[]): number[] => offered.map(({ first }) => first)

  test('the next slice is handed on while one is under way, no third, and the position moves in order', async () => {
    const log = openLog()
    append(log, 2000)
    const { offered, consume, most } = held()
    const cursor = startCursor(log, consume, 'all', true)
    await eventually(() => expect(firsts(offered)).toEqual([1, 513]))
    offered[1]!.settle()
    offered[0]!.settle()
    await eventually(() => expect(offered.length).toBeGreaterThanOrEqual(3))
    expect(cursor.seen).toBeGreaterThanOrEqual(512)
    for (let i = 2; i < 4; i++) {
      await eventually(() => expect(offered.length).toBeGreaterThan(i))
      offered[i]!.settle()
    }
    await eventually(() => expect(log.position('test')).toBe(2000))
    expect(firsts(offered)).toEqual([1, 513, 1025, 1537])
    expect(most()).toBe(2)
  })

  test('where one fails for a while the one behind it is offered again too: none is skipped', async () => {
    const log = openLog()
    append(log, 1000)
    const { offered, consume } = held()
    const cursor = startCursor(log, consume, 'all', true)
    await eventually(() => expect(firsts(offered)).toEqual([1, 513]))
    offered[1]!.settle()
    offered[0]!.settle(new StoreUnavailable('away'))
    await eventually(() => expect(firsts(offered)).toEqual([1, 513, 1, 513]))
    expect([cursor.seen, log.position('test')]).toEqual([0, 0])
    offered[2]!.settle()
    offered[3]!.settle()
    await eventually(() => expect(log.position('test')).toBe(1000))
  })

  test('where one is refused its halves are offered, and the one behind it is kept', async () => {
    const log = openLog()
    append(log, 514)
    const taken: number[] = []
    const poison = 300
    const cursor = startCursor(
      log,
      async (records) => {
        if (ids(records).includes(poison)) throw new StoreRefused('poison')
        taken.push(...ids(records))
      },
      'all',
      true,
    )
    await eventually(() => expect(cursor.seen).toBe(514))
    expect(taken.toSorted((a, b) => a - b)).toEqual(range(1, 514).filter((id) => id !== poison))
    expect(cursor.state().deadLetters).toBe(1)
  })

  test('a stop waits for what is under way', async () => {
    const log = openLog()
    append(log, 1000)
    const { offered, consume } = held()
    const cursor = startCursor(log, consume, 'all', true)
    await eventually(() => expect(offered).toHaveLength(2))
    let stopped = false
    const stopping = cursor.stop().then(() => {
      stopped = true
    })
    offered[0]!.settle()
    await eventually(() => expect(log.position('test')).toBe(512))
    expect(stopped).toBe(false)
    offered[1]!.settle()
    await stopping
    expect(log.position('test')).toBe(512)
  })
})
