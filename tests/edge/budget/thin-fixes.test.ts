import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_KEPT_APART_MS, TOLERANCES_M, thinFixBatch } from '../../../gateway/edge/budget/thin-fixes.ts'
import { Plane } from '../../../gateway/edge/track/plane.ts'
import { AREA_POLICY } from '../../../gateway/hub/patrol/coverage/area.ts'
import { gapsOf } from '../../../gateway/hub/patrol/tracks/gaps.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import { FixBatchType } from '../../../proto/codec/schema.ts'
import type { Fix } from '../../../proto/domain.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../../hub/patrol/made-track.ts'
import { hourOfBatches } from './simulated-day.ts'

const bodyOf = (fixes: Fix[], device?: string): Uint8Array =>
  encodeBody({ lane: 'fix', batch: device === undefined ? { fixes } : { device, fixes } })
function fixesOf(body: Uint8Array): Fix[] {
  const decoded = decodeBody('fix', body)
  if (decoded.lane !== 'fix') throw new Error(`${decoded.lane}, expected fix`)
  return decoded.batch.fixes
}
const keptSeconds = (fixes: Fix[], level: number): number[] =>
  fixesOf(thinFixBatch(bodyOf(fixes), level).body).map((fix) => (fix.timeMs - START_MS) / 1000)

const straight = (seconds: number): Fix[] => everySecond(0, seconds, (s) => at(s * 5, s * 2))

test('on a straight at even speed one fix in 10 s is kept', () => {
  expect(keptSeconds(straight(35), 1)).toEqual([0, 10, 20, 30, 34])
})

test('a right-angled corner is kept, and less of it by the higher levels', () => {
  const corner = everySecond(0, 11, (s) => (s <= 5 ? at(s * 5, 0) : at(25, (s - 5) * 5)))
  expect(keptSeconds(corner, 1)).toEqual([0, 5, 10])
  expect(keptSeconds(corner, 3)).toEqual([0, 5, 10])
  expect(keptSeconds(corner, 4)).toEqual([0, 10])
})

test('a stop on a straight is kept: the error is taken at the time, not at the nearest place', () => {
  const stop = everySecond(0, 11, (s) => at(s < 3 ? s * 12 : 36, 0))
  expect(keptSeconds(stop, 3)).toEqual([0, 3, 10])
})

test('of a gap both ends are kept', () => {
  const fixes = [...straight(8), ...everySecond(40, 8, (s) => at(s * 5, s * 2))]
  expect(keptSeconds(fixes, 4)).toEqual([0, 7, 40, 47])
})

test('both sides of a time that does not go on are kept', () => {
  const fixes = [...straight(5), ...everySecond(-100, 5, (s) => at(s * 5, 0))]
  expect(keptSeconds(fixes, 4)).toEqual([0, 4, -100, -96])
})

test.each<[string, (s: number) => Partial<Fix>, number[]]>([
  ['even HDOP', () => ({ hdop: 1 }), [0, 9]],
  ['one poor HDOP', (s) => ({ hdop: s === 5 ? 8 : 1 }), [0, 4, 5, 6, 9]],
  ['one HDOP that the hub just believes', (s) => ({ hdop: s === 5 ? AREA_POLICY.maxHdop : 1 }), [0, 9]],
  ['one that it does not', (s) => ({ hdop: s === 5 ? AREA_POLICY.maxHdop + 0.01 : 1 }), [0, 4, 5, 6, 9]],
  ['one poor accuracy', (s) => ({ accuracyM: s === 5 ? 30 : 3 }), [0, 4, 5, 6, 9]],
  ['another kind of fix from 5 s on', (s) => ({ quality: s < 5 ? 'gps' : 'estimated' }), [0, 4, 5, 9]],
])('both sides of a change of quality are kept: %s', (_, quantity, kept) => {
  // A receiver's noise: of a line as drawn by a ruler each fix costs so little that none is left out.
  const fixes = everySecond(0, 10, (s) => ({ ...at(s * 5 + Math.sin(s * 9) / 2, 0), ...quantity(s) }))
  expect(keptSeconds(fixes, 4)).toEqual(kept)
})

test('the device stays named, and kept fixes are as they were', () => {
  const fixes = straight(10).map((fix, i) => ({ ...fix, speedMps: i / 2, courseDeg: 350 + i, altM: -3.25 }))
  const before = fixesOf(bodyOf(fixes))
  const { body, dropped } = thinFixBatch(bodyOf(fixes, 'terminal-7'), 2)
  expect(decodeBody('fix', body)).toEqual({
    lane: 'fix',
    batch: { device: 'terminal-7', fixes: [before[0], before[9]] },
  })
  expect(dropped).toBe(8)
})

describe('comes back as it is', () => {
  test.each<[string, Uint8Array, number]>([
    ['level 0', bodyOf(straight(30)), 0],
    ['one fix', bodyOf(straight(1)), 4],
    ['two fixes', bodyOf(straight(2)), 4],
    ['no bytes', new Uint8Array(0), 4],
    ['noise', Uint8Array.from({ length: 80 }, (_, i) => (i * 151) & 255), 4],
    ['a batch that is cut off', bodyOf(straight(30)).subarray(0, 40), 4],
    ['a batch of a time that is not known yet', undated(), 4],
    ['a reading', encodeBody({ lane: 'reading', batch: { readings: [reading()] } }), 4],
  ])('%s', (_, body, level) => {
    const thinned = thinFixBatch(body, level)
    expect(thinned.body).toBe(body)
    expect(thinned.dropped).toBe(0)
  })

  function reading() {
    return { component: '3101010601900001', metric: 'tilt_deg', timeMs: START_MS, value: 1 }
  }
  function undated(): Uint8Array {
    const message = FixBatchType.toObject(FixBatchType.decode(bodyOf(straight(30))))
    return FixBatchType.encode(FixBatchType.fromObject({ ...message, startMs: 31_536_030_000 })).finish()
  }
})

test('bytes of any kind never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 6 }), (body, level) => {
      expect(thinFixBatch(body, level).body.length).toBeLessThanOrEqual(body.length)
    }),
  )
})

test('the hub finds the same gaps in a thinned hour', () => {
  const bodies = hourOfBatches(10)
  const gaps = (level: number) =>
    gapsOf(trackOfFixes(bodies.flatMap((body) => fixesOf(thinFixBatch(body, level).body)))).length
  for (const level of [1, 2, 3, 4]) expect(gaps(level)).toBeLessThanOrEqual(gaps(0))
})

const step = fc.record({
  turnDeg: fc.integer({ min: -120, max: 120 }),
  speedMps: fc.double({ min: 0, max: 20, noNaN: true }),
  afterMs: fc.oneof(
    { weight: 12, arbitrary: fc.constant(1000) },
    { weight: 2, arbitrary: fc.integer({ min: 100, max: 12_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3000, max: 0 }) },
  ),
  hdop: fc.option(fc.constantFrom(0.8, 1.1, 6), { nil: undefined }),
  quality: fc.constantFrom<Fix['quality'][]>('gps', 'gps', 'gps', 'dgps', undefined),
})
const walk = fc.array(step, { minLength: 2, maxLength: 90 }).map((steps) => {
  let timeMs = START_MS
  let eastM = 0
  let northM = 0
  let courseDeg = 0
  return steps.map(({ turnDeg, speedMps, afterMs, hdop, quality }): Fix => {
    timeMs += afterMs
    courseDeg += turnDeg
    eastM += Math.sin((courseDeg * Math.PI) / 180) * speedMps
    northM += Math.cos((courseDeg * Math.PI) / 180) * speedMps
    return {
      timeMs,
      ...at(eastM, northM),
      speedMps,
      ...(hdop === undefined ? {} : { hdop }),
      ...(quality === undefined ? {} : { quality }),
    }
  })
})

describe('on any walk', () => {
  test('kept fixes are fixes of the batch in order, with both ends; the count is right; the body never grows', () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 1, max: 4 }), (fixes, level) => {
        const body = bodyOf(fixes)
        const before = fixesOf(body)
        const thinned = thinFixBatch(body, level)
        const kept = fixesOf(thinned.body)
        expect(thinned.body.length).toBeLessThanOrEqual(body.length)
        expect(thinned.dropped).toBe(before.length - kept.length)
        const rows = rowsIn(before, kept)
        expect(rows[0]).toBe(0)
        expect(rows.at(-1)).toBe(before.length - 1)
      }),
    )
  })

  test('a fix left out is within the tolerance of where the kept ones are at its time, and in no gap', () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 1, max: 4 }), (fixes, level) => {
        const before = fixesOf(bodyOf(fixes))
        const rows = rowsIn(before, fixesOf(thinFixBatch(bodyOf(fixes), level).body))
        rows.slice(1).forEach((end, i) => {
          const start = rows[i]!
          if (end === start + 1) return
          const [from, to] = [before[start]!, before[end]!]
          expect(to.timeMs - from.timeMs).toBeLessThanOrEqual(MAX_KEPT_APART_MS)
          for (const fix of before.slice(start + 1, end))
            expect(timeErrorM(from, fix, to)).toBeLessThanOrEqual(TOLERANCES_M[level - 1]! * 1.001)
        })
      }),
    )
  })

  test('the same level again leaves out nothing more; a higher level keeps some of what a lower one keeps', () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 1, max: 4 }), (fixes, level) => {
        const body = bodyOf(fixes)
        const thinned = thinFixBatch(body, level)
        expect(thinFixBatch(thinned.body, level)).toEqual({ body: thinned.body, dropped: 0 })
        const lower = fixesOf(thinFixBatch(body, level - 1).body)
        rowsIn(lower, fixesOf(thinned.body))
      }),
    )
  })
})

/** Rows of `all` at which the fixes of `some` stand, in order. */
function rowsIn(all: Fix[], some: Fix[]): number[] {
  const rows: number[] = []
  let row = -1
  for (const fix of some) {
    const wanted = JSON.stringify(fix)
    row = all.findIndex((other, i) => i > row && JSON.stringify(other) === wanted)
    expect(row).toBeGreaterThanOrEqual(0)
    rows.push(row)
  }
  return rows
}

function timeErrorM(from: Fix, fix: Fix, to: Fix): number {
  const share = (fix.timeMs - from.timeMs) / (to.timeMs - from.timeMs)
  const place = {
    lat: from.lat + (to.lat - from.lat) * share,
    lon: from.lon + (to.lon - from.lon) * share,
  }
  return new Plane(place).distanceM(fix)
}
