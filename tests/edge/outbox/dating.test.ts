import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import type { TimeSource } from '../../../proto/domain.ts'

/** Records made before the gateway knows the time: they wait, over restarts too, and are dated when it does. */
const NOW = Date.UTC(2026, 10, 22, 8)

class SetClock extends EdgeClock {
  /** Monotonic: since the process began. */
  atMs = 0
  /** System time at monotonic 0. */
  systemOffsetMs = 0
  override monotonicMs(): number {
    return this.atMs
  }
  override systemMs(): number {
    return this.systemOffsetMs + this.atMs
  }
  /** NTP sets the system clock. */
  set(timeMs: number): void {
    this.systemOffsetMs = timeMs - this.atMs
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dating-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Sent {
  uptimeS: number
  timeMs: number
  source: TimeSource
}

/** A boot of a gateway whose only records are health, which say their place in the order as `uptimeS`. */
function boot(name: string, alongside?: (shiftMs: number) => void) {
  const clock = new SetClock()
  const outbox = new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), {
    boot: name.padStart(12, '0'),
    maxBytes: 1e6,
    log: silentLog(),
  })
  return {
    clock,
    outbox,
    begin: () => outbox.dateBy(clock, alongside),
    record: (uptimeS: number) =>
      outbox.append(
        'health',
        encodeBody({
          lane: 'health',
          health: {
            timeMs: clock.nowMs(),
            timeSource: clock.source,
            uptimeS,
            version: '1',
            memoryBytes: 1,
            ports: [],
            outbox: { records: 0, bytes: 0, dropped: {} },
          },
        }),
      ),
    /** What may be sent now. */
    sendable: (): Sent[] =>
      outbox.peek(1000).flatMap(({ lane, body }) => {
        if (lane !== 'health') return []
        const decoded = decodeBody(lane, body)
        if (decoded.lane !== 'health') return []
        const { uptimeS, timeMs, timeSource } = decoded.health
        return [{ uptimeS, timeMs, source: timeSource }]
      }),
  }
}
/** Resolves when all that was begun is on disk. */
const committed = (outbox: SqliteOutbox) => outbox.append('photo', Buffer.from('.'))

test('a gateway that knows the time sends at once, and its file keeps nothing undated', async () => {
  const gateway = boot('a')
  gateway.clock.set(NOW)
  gateway.begin()
  await gateway.record(1)
  expect(gateway.sendable()).toEqual([{ uptimeS: 1, timeMs: NOW, source: 'system' }])
  gateway.outbox.close()
})

test('records wait while the time is not known, and are dated to the millisecond when NTP says it', async () => {
  const gateway = boot('a')
  gateway.begin()
  for (const s of [1, 2, 90]) {
    gateway.clock.atMs = s * 1000
    await gateway.record(s)
  }
  expect(gateway.sendable()).toEqual([])
  expect(gateway.outbox.level().records).toBe(3)
  gateway.clock.atMs = 100_000
  gateway.clock.set(NOW)
  await gateway.record(100)
  expect(gateway.sendable()).toEqual([
    { uptimeS: 1, timeMs: NOW - 99_000, source: 'system' },
    { uptimeS: 2, timeMs: NOW - 98_000, source: 'system' },
    { uptimeS: 90, timeMs: NOW - 10_000, source: 'system' },
    { uptimeS: 100, timeMs: NOW, source: 'system' },
  ])
  gateway.outbox.close()
})

test('GPS dates them as well, without any further record', async () => {
  const gateway = boot('a')
  gateway.begin()
  const sent = vi.fn()
  gateway.outbox.onAppended = sent
  await gateway.record(0)
  for (let s = 1; s <= 3; s++) {
    gateway.clock.atMs = s * 1000
    gateway.clock.observeGps(NOW + s * 1000)
  }
  await vi.waitFor(() => expect(gateway.sendable()).toEqual([{ uptimeS: 0, timeMs: NOW, source: 'gps' }]))
  // Once for the record and once for its date: the uplink is told that there is something to send.
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(2))
  gateway.outbox.close()
})

test('a record that was begun before and is kept after has the right time', async () => {
  const gateway = boot('a')
  gateway.begin()
  gateway.clock.atMs = 5000
  const begunMs = gateway.clock.nowMs()
  gateway.clock.atMs = 20_000
  gateway.clock.set(NOW)
  const readings = [{ component: '3101010101000001', metric: 'tilt_deg', timeMs: begunMs, value: 1 }]
  await gateway.outbox.append('reading', encodeBody({ lane: 'reading', batch: { readings } }))
  const [record] = gateway.outbox.peek(1)
  expect(decodeBody('reading', record!.body)).toMatchObject({
    batch: { readings: [{ timeMs: NOW - 15_000 }] },
  })
  gateway.outbox.close()
})

test('what an earlier boot left undated is as late as it can be, in its order, with its distances', async () => {
  const first = boot('a')
  first.begin()
  for (const s of [10, 20, 50]) {
    first.clock.atMs = s * 1000
    await first.record(s)
  }
  first.outbox.close()
  const second = boot('b')
  second.begin()
  second.clock.atMs = 7000
  await second.record(107)
  expect(second.sendable()).toEqual([])
  second.outbox.close()
  const third = boot('c')
  third.clock.set(NOW)
  third.begin()
  await committed(third.outbox)
  expect(third.sendable()).toEqual([
    { uptimeS: 10, timeMs: NOW - 2 - 47_000, source: 'estimated' },
    { uptimeS: 20, timeMs: NOW - 2 - 37_000, source: 'estimated' },
    { uptimeS: 50, timeMs: NOW - 2 - 7000, source: 'estimated' },
    { uptimeS: 107, timeMs: NOW - 1, source: 'estimated' },
  ])
  third.outbox.close()
  // Dated once and for all.
  const fourth = boot('d')
  fourth.clock.set(NOW + 3_600_000)
  fourth.begin()
  expect(fourth.sendable().map(({ timeMs }) => timeMs)).toEqual([
    NOW - 47_002,
    NOW - 37_002,
    NOW - 7002,
    NOW - 1,
  ])
  fourth.outbox.close()
})

test('the boot that learns the time says so of its own records, and estimates only those before it', async () => {
  const first = boot('a')
  first.begin()
  await first.record(1)
  first.outbox.close()
  const second = boot('b')
  second.begin()
  second.clock.atMs = 4000
  await second.record(2)
  second.clock.atMs = 10_000
  second.clock.set(NOW)
  await second.record(3)
  expect(second.sendable()).toEqual([
    { uptimeS: 1, timeMs: NOW - 10_001, source: 'estimated' },
    { uptimeS: 2, timeMs: NOW - 6000, source: 'system' },
    { uptimeS: 3, timeMs: NOW, source: 'system' },
  ])
  second.outbox.close()
})

test('other tables are moved by the same shift in the same transaction, and tried again where that fails', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const shifts: number[] = []
  let fails = true
  const gateway = boot('a', (shiftMs) => {
    if (fails) throw new Error('disk full')
    shifts.push(shiftMs)
  })
  gateway.begin()
  const beganMs = gateway.clock.nowMs()
  const first = gateway.record(0)
  await vi.advanceTimersByTimeAsync(100)
  await first
  gateway.clock.set(NOW)
  expect(gateway.clock.known).toBe(true)
  await vi.advanceTimersByTimeAsync(200)
  expect(gateway.sendable()).toEqual([])
  fails = false
  await vi.advanceTimersByTimeAsync(6000)
  vi.useRealTimers()
  expect(shifts).toEqual([NOW - beganMs])
  expect(gateway.sendable()).toEqual([{ uptimeS: 0, timeMs: NOW, source: 'system' }])
  gateway.outbox.close()
})

test('a record that cannot be read is sent as it is: the hub refuses it by name, and nothing is held up', async () => {
  const gateway = boot('a')
  gateway.begin()
  await gateway.outbox.append('case', Buffer.from('no case'))
  await gateway.record(0)
  gateway.clock.set(NOW)
  await gateway.record(1)
  expect(gateway.outbox.peek(10).map(({ lane }) => lane)).toEqual(['case', 'health', 'health'])
  expect(Buffer.from(gateway.outbox.peek(1)[0]!.body).toString()).toBe('no case')
  gateway.outbox.close()
})

test('thousands are dated in order, and the level stays right', async () => {
  const gateway = boot('a')
  gateway.begin()
  await Promise.all(
    Array.from({ length: 1500 }, (_, i) => {
      gateway.clock.atMs = i
      return gateway.record(i)
    }),
  )
  gateway.clock.set(NOW)
  await gateway.record(1500)
  const sent = gateway.outbox.peek(5000)
  expect(sent).toHaveLength(1501)
  expect(gateway.outbox.level().bytes).toBe(sent.reduce((sum, { body }) => sum + body.length, 0))
  expect(gateway.sendable().map(({ uptimeS }) => uptimeS)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  gateway.outbox.close()
})

test('an outbox file from before this column is taken over with all that waits in it', async () => {
  const database = openDatabase(join(folder, 'outbox.db'))
  database.exec(`
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, lane INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX outbox_order ON outbox (lane, sequence);
    CREATE TABLE outbox_dropped (lane TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT;
    INSERT INTO outbox_dropped VALUES ('reading', 3);
    INSERT INTO outbox (sequence, boot, lane, body) VALUES (41, '00000000000a', 2, x'01'), (42, '00000000000a', 0, x'02');
  `)
  database.close()
  const gateway = boot('b')
  gateway.begin()
  await gateway.record(0)
  expect(gateway.outbox.level()).toMatchObject({ records: 3, dropped: { reading: 3 } })
  expect(gateway.outbox.peek(10).map(({ boot, sequence, lane }) => [boot, sequence, lane])).toEqual([
    ['00000000000a', 42, 'case'],
    ['00000000000a', 41, 'fix'],
  ])
  gateway.clock.set(NOW)
  await gateway.record(1)
  expect(gateway.outbox.peek(10).map(({ sequence }) => sequence)).toEqual([42, 43, 44, 41])
  gateway.outbox.close()
})

test('whatever happens to boots and clocks: all is dated once, in the order in which it was made', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ waitMs: fc.integer({ min: 1, max: 100_000 }) }) },
    { weight: 1, arbitrary: fc.constant('reboot' as const) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `outbox.db${end}`), { force: true })
      let boots = 0
      let made = 0
      let gateway = boot(`${boots}`)
      gateway.begin()
      const kept: Promise<unknown>[] = []
      for (const action of steps) {
        if (action === 'reboot') {
          gateway.outbox.close()
          gateway = boot(`${++boots}`)
          gateway.begin()
        } else {
          gateway.clock.atMs += action.waitMs
          kept.push(gateway.record(++made))
        }
      }
      await Promise.all(kept)
      expect(gateway.sendable()).toEqual([])
      gateway.clock.atMs += 1
      gateway.clock.set(NOW)
      await gateway.record(++made)
      const sent = gateway.sendable()
      expect(sent.map(({ uptimeS }) => uptimeS)).toEqual(Array.from({ length: made }, (_, i) => i + 1))
      const times = sent.map(({ timeMs }) => timeMs)
      expect(times.every((timeMs, i) => i === 0 || timeMs > times[i - 1]!)).toBe(true)
      expect(times.at(-1)).toBe(NOW)
      gateway.outbox.close()
    }),
    { numRuns: 20 },
  )
})
