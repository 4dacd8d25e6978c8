import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { keepingGoodPoints, PartlyRefused } from '../../../gateway/hub/dead-letters/bisect-points.ts'
import type { LoggedRecord } from '../../../gateway/hub/intake/intake-log.ts'
import { trackConsumer } from '../../../gateway/hub/intake/track-consumer.ts'
import { SqliteTrackStore } from '../../../gateway/hub/stores/sqlite-track-store.ts'
import { type StoreRecords, StoreRefused, StoreUnavailable } from '../../../gateway/hub/stores/track-store.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Body, Fix, Reading } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { BOOT, COVER, fixes, ride, T0 } from '../gateway-messages.ts'

function record(body: Body): LoggedRecord {
  const { lane } = body
  return { id: 1, gateway: 'ebike-01', boot: BOOT, sequence: 1, receivedMs: T0, lane, body: encodeBody(body) }
}

/** A height that the wire carries and no store takes. */
const TOO_HIGH_M = 200_000
const withBad = (count: number, bad: number[]): Fix[] =>
  ride(count).map((fix, i) => (bad.includes(i) ? { ...fix, altM: TOO_HIGH_M + i } : fix))

function bisectingStore(write?: (records: StoreRecords) => void) {
  const store = new SqliteTrackStore(testFolder())
  onTestFinished(() => store.close())
  let writes = 0
  const consume = keepingGoodPoints(
    trackConsumer({
      store: {
        async write(records) {
          writes++
          write?.(records)
          await store.write(records)
        },
      },
      seen: () => new Map(),
      live() {},
    }),
  )
  const stored = async (): Promise<number[]> =>
    [...(await store.readTrack('ebike-01', 0, Number.POSITIVE_INFINITY)).timeMs].map((ms) => (ms - T0) / 1000)
  return { consume, stored, writes: () => writes }
}

async function failureOf(work: Promise<void>): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: Error) => error,
  )
}

test('one poison fix of thirty: twenty-nine are stored, and it alone is handed out, with its place and value', async () => {
  const { consume, stored } = bisectingStore()
  const failure = await failureOf(consume([record(fixes(withBad(30, [17])))]))
  expect(failure).toBeInstanceOf(PartlyRefused)
  expect(failure!.message).toBe(
    '1 of 30 fixes refused, the others are stored; at fault: fixes[17]: device ebike-01, fix 0: altM 200017, expected -1000 to 100000',
  )
  const rest = decodeBody('fix', (failure as PartlyRefused).rest)
  expect(rest).toEqual(fixes([withBad(30, [17])[17]!]))
  expect(await stored()).toEqual(ride(30).flatMap((_, i) => (i === 17 ? [] : [i])))
})

test('whichever points are bad, the others are stored and those are handed out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 19 }), async (bad) => {
      const written = new Set<number>()
      const consume = keepingGoodPoints(async ([one]) => {
        const { batch } = decodeBody('fix', one!.body) as Extract<Body, { lane: 'fix' }>
        if (batch.fixes.some(({ altM }) => altM !== undefined)) throw new StoreRefused('too high')
        for (const { timeMs } of batch.fixes) written.add((timeMs - T0) / 1000)
      })
      const failure = await failureOf(consume([record(fixes(withBad(20, bad)))]))
      expect(failure).toBeInstanceOf(PartlyRefused)
      const rest = decodeBody('fix', (failure as PartlyRefused).rest) as Extract<Body, { lane: 'fix' }>
      const handedOut = rest.batch.fixes.map(({ timeMs }) => (timeMs - T0) / 1000)
      expect(handedOut).toEqual([...bad].sort((a, b) => a - b))
      expect([...written].sort((a, b) => a - b)).toEqual(
        ride(20).flatMap((_, i) => (bad.includes(i) ? [] : [i])),
      )
    }),
    { numRuns: 50 },
  )
})

test('readings are told apart too', async () => {
  const readings: Reading[] = Array.from({ length: 40 }, (_, i) => ({
    component: i % 2 ? COVER : '3101010118000007',
    metric: i % 3 ? 'tilt_deg' : 'current_a',
    timeMs: T0 + i * 60_000,
    value: i,
  }))
  const written: number[] = []
  const consume = keepingGoodPoints(async ([one]) => {
    const { batch } = decodeBody('reading', one!.body) as Extract<Body, { lane: 'reading' }>
    if (batch.readings.some(({ value }) => value === 5 || value === 31)) throw new StoreRefused('no')
    written.push(...batch.readings.map(({ value }) => value))
  })
  const failure = await failureOf(consume([record({ lane: 'reading', batch: { readings } })]))
  expect(failure!.message).toMatch(/^2 of 40 readings refused/)
  const rest = decodeBody('reading', (failure as PartlyRefused).rest) as Extract<Body, { lane: 'reading' }>
  expect(rest.batch.readings.map(({ value }) => value).sort((a, b) => a - b)).toEqual([5, 31])
  expect(written.sort((a, b) => a - b)).toEqual(
    readings.flatMap(({ value }) => (value === 5 || value === 31 ? [] : [value])),
  )
})

test('a record of nothing but bad points is refused as it is, and costs a bounded number of writes', async () => {
  const { consume, writes, stored } = bisectingStore()
  const all = Array.from({ length: 3000 }, (_, i) => i)
  const failure = await failureOf(consume([record(fixes(withBad(3000, all)))]))
  expect(failure).toBeInstanceOf(StoreRefused)
  expect(failure).not.toBeInstanceOf(PartlyRefused)
  expect(writes()).toBe(1)
  expect(await stored()).toEqual([])
  // Nor where only the store itself knows.
  let offers = 0
  const refusing = keepingGoodPoints(async () => {
    offers++
    throw new StoreRefused('no')
  })
  expect(await failureOf(refusing([record(fixes(ride(3000)))]))).toMatchObject({ message: 'no' })
  expect(offers).toBeLessThan(150)
})

test('every other point is bad: the good ones are one write', async () => {
  const { consume, writes, stored } = bisectingStore()
  const odd = Array.from({ length: 300 }, (_, i) => 2 * i + 1)
  const failure = await failureOf(consume([record(fixes(withBad(600, odd)))]))
  expect(failure!.message).toMatch(/^300 of 600 fixes refused.*fixes\[1, 3, 5, .* …\]: device ebike-01/)
  expect(writes()).toBe(2)
  expect(await stored()).toEqual(odd.map((i) => i - 1))
})

test('points that no store takes and points that only this one refuses, together', async () => {
  const written: number[] = []
  const consume = keepingGoodPoints(async ([one]) => {
    const { batch } = decodeBody('fix', one!.body) as Extract<Body, { lane: 'fix' }>
    if (batch.fixes.some(({ altM = 0, timeMs }) => altM > 100_000 || timeMs === T0 + 5000))
      throw new StoreRefused('beyond retention')
    written.push(...batch.fixes.map(({ timeMs }) => (timeMs - T0) / 1000))
  })
  const failure = await failureOf(consume([record(fixes(withBad(10, [8])))]))
  expect(failure!.message).toMatch(/^2 of 10 fixes refused.*fixes\[5, 8\]: .*altM 200008/)
  expect(written.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 6, 7, 9])
})

test.each([
  ['several records are for the cursor to halve', 2, new StoreRefused('no')],
  ['a store that is away is no refusal', 1, new StoreUnavailable('away')],
  ['what cannot be decoded cannot be told apart', 1, new DecodeError('bad-value', 'no')],
])('%s', async (_name, count, error) => {
  let offers = 0
  const consume = keepingGoodPoints(async () => {
    offers++
    throw error
  })
  const one = record(fixes(ride(4)))
  expect(await failureOf(consume(Array.from({ length: count }, () => one)))).toBe(error)
  expect(offers).toBe(1)
})

test('an outage half-way is an outage: all is offered again', async () => {
  let offers = 0
  const consume = keepingGoodPoints(async () => {
    if (offers++ > 2) throw new StoreUnavailable('away')
    throw new StoreRefused('no')
  })
  expect(await failureOf(consume([record(fixes(ride(8)))]))).toBeInstanceOf(StoreUnavailable)
})
