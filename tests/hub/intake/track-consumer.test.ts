import { describe, expect, test } from 'vitest'
import type { LoggedRecord } from '../../../gateway/hub/intake/intake-log.ts'
import { trackConsumer } from '../../../gateway/hub/intake/track-consumer.ts'
import type { DeviceSighting } from '../../../gateway/hub/registers/devices.ts'
import type { HealthReport } from '../../../gateway/hub/registers/gateway-health.ts'
import type { RecordTimes } from '../../../gateway/hub/registers/gateway-life.ts'
import type { StoreRecords } from '../../../gateway/hub/stores/track-store.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Body, Fix } from '../../../proto/domain.ts'
import { BOOT, COVER, caseReport, fixes, ride, T0 } from '../gateway-messages.ts'
import { healthBody, healthOf } from '../made-health.ts'

function record(gateway: string, id: number, body: Body): LoggedRecord {
  return {
    id,
    gateway,
    boot: BOOT,
    sequence: id,
    receivedMs: T0 + id,
    lane: body.lane,
    body: encodeBody(body),
  }
}

function consumer(lastFixMs: Record<string, number> = {}) {
  const written: StoreRecords[] = []
  const sightings: DeviceSighting[] = []
  const healths: HealthReport[] = []
  const times: RecordTimes[] = []
  const live: { device: string; fixes: Fix[] }[] = []
  const consume = trackConsumer({
    store: {
      async write(records) {
        written.push(records)
      },
    },
    seen(seen, told, lives) {
      sightings.push(...seen)
      healths.push(...told)
      times.push(...lives)
      return new Map(
        seen.flatMap(({ device, lastFix }) => {
          const before = lastFixMs[device] ?? Number.NEGATIVE_INFINITY
          return lastFix && lastFix.timeMs > before ? [[device, before] as const] : []
        }),
      )
    },
    live: (device, newer) => live.push({ device, fixes: newer }),
  })
  return { consume, written, sightings, healths, times, live }
}

const secondsOf = (list: Fix[]): number[] => list.map(({ timeMs }) => (timeMs - T0) / 1000)

test('one write a slice: fixes by device, readings, and who was seen', async () => {
  const { consume, written, sightings } = consumer()
  const reading = { component: COVER, metric: 'tilt_deg', timeMs: T0, value: 2.5 }
  await consume([
    record('ebike-01', 1, fixes(ride(2))),
    record('post-1', 2, fixes(ride(1), 'ebike-07')),
    record('ebike-01', 3, fixes(ride(3, T0 + 2000))),
    record('post-1', 4, { lane: 'reading', batch: { readings: [reading] } }),
    record('post-2', 5, { lane: 'case', report: caseReport('raised', 1) }),
  ])
  expect(written).toHaveLength(1)
  expect(written[0]!.fixes.map(({ device, fixes: list }) => [device, secondsOf(list)])).toEqual([
    ['ebike-01', [0, 1, 2, 3, 4]],
    ['ebike-07', [0]],
  ])
  expect(written[0]!.readings).toEqual([reading])
  expect(sightings.map(({ device, gateway, seenMs }) => [device, gateway, seenMs - T0])).toEqual([
    ['ebike-01', 'ebike-01', 3],
    ['post-1', 'post-1', 4],
    ['ebike-07', 'post-1', 2],
    ['post-2', 'post-2', 5],
  ])
  expect(sightings[0]!.lastFix?.timeMs).toBe(T0 + 4000)
})

test('a slice without fixes and readings writes nothing', async () => {
  const { consume, written, sightings } = consumer()
  await consume([record('post-2', 5, { lane: 'case', report: caseReport('raised', 1) })])
  expect(written).toEqual([])
  expect(sightings).toHaveLength(1)
})

test('small bodies that unfold into many fixes are written in parts', async () => {
  const { consume, written } = consumer()
  await consume(
    Array.from({ length: 20 }, (_, i) => record('ebike-01', i + 1, fixes(ride(3600, T0 + i * 3.6e6)))),
  )
  expect(written.length).toBeGreaterThan(1)
  const sizes = written.map(({ fixes: [first] }) => first!.fixes.length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(53_600)
  expect(sizes.reduce((a, b) => a + b)).toBe(72_000)
})

test('of healths only the newest of each boot is read', async () => {
  const { consume, healths, written } = consumer()
  const health = (gateway: string, id: number, boot = BOOT) => ({
    ...record(gateway, id, healthBody(healthOf({ uptimeS: id }))),
    boot,
  })
  await consume([
    health('post-2', 3),
    health('post-1', 9),
    { ...health('post-1', 4), body: new Uint8Array([0x10, 0xff]) },
    health('post-1', 5, 'ffffffffffff'),
  ])
  expect(healths).toEqual(
    [health('post-2', 3), health('post-1', 9), health('post-1', 5, 'ffffffffffff')].map(
      ({ gateway, boot, sequence, receivedMs }) => ({
        gateway,
        boot,
        sequence,
        receivedMs,
        health: healthOf({ uptimeS: sequence }),
      }),
    ),
  )
  expect(written).toEqual([])
})

test('a health that cannot be read refuses the slice before anything is written', async () => {
  const { consume, written } = consumer()
  const bad = { ...record('post-1', 2, healthBody(healthOf())), body: new Uint8Array([0x10, 0xff]) }
  await expect(consume([record('ebike-01', 1, fixes(ride(2))), bad])).rejects.toThrow(DecodeError)
  expect(written).toEqual([])
})

test('what fixes and readings tell of when a boot ran, estimated times left out', async () => {
  const { consume, times } = consumer()
  const reading = { component: COVER, metric: 'tilt_deg', timeMs: T0 + 90_000, value: 2.5 }
  await consume([
    record('ebike-01', 1, fixes(ride(3, T0 + 5000))),
    record('ebike-01', 2, { lane: 'reading', batch: { readings: [reading] } }),
    record('ebike-01', 3, { lane: 'fix', batch: { timeSource: 'estimated', fixes: ride(2) } }),
    record('ebike-01', 4, fixes(ride(3, T0 + 1000), 'ebike-02')),
    record('post-1', 5, { lane: 'reading', batch: { readings: [reading] } }),
  ])
  expect(times).toEqual([
    {
      gateway: 'ebike-01',
      boot: BOOT,
      receivedMs: T0 + 4,
      firstMs: T0 + 1000,
      lastMs: T0 + 90_000,
      fixMs: T0 + 7000,
    },
    { gateway: 'post-1', boot: BOOT, receivedMs: T0 + 5, firstMs: T0 + 90_000, lastMs: T0 + 90_000 },
  ])
})

test('a body that cannot be read refuses the slice', async () => {
  const { consume } = consumer()
  const bad = { ...record('ebike-01', 1, fixes(ride(2))), body: new Uint8Array([0x10, 0xff]) }
  await expect(consume([bad])).rejects.toThrow(DecodeError)
})

describe('the live page hears', () => {
  test('only what is newer than before, at most a minute of it', async () => {
    const { consume, live } = consumer({ 'ebike-01': T0 + 99_000 })
    await consume([
      record('ebike-01', 1, fixes(ride(100, T0 + 20_000))),
      record('ebike-01', 2, fixes(ride(10))),
      record('ebike-02', 3, fixes(ride(100))),
    ])
    expect(
      live.map(({ device, fixes: list }) => [device, secondsOf(list).at(0), secondsOf(list).at(-1)]),
    ).toEqual([
      ['ebike-01', 100, 119],
      ['ebike-02', 40, 99],
    ])
  })

  test('nothing of a track that is older than what is known', async () => {
    const { consume, live } = consumer({ 'ebike-01': T0 + 1e6 })
    await consume([record('past-shift', 1, fixes(ride(100), 'ebike-01'))])
    expect(live).toEqual([])
  })
})
