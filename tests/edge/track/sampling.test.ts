import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Plane } from '../../../gateway/edge/track/plane.ts'
import type { Fix } from '../../../proto/domain.ts'
import { at, everySecond, START_MS } from '../../hub/patrol/made-track.ts'
import { ALL_OFF, filtered, type TrackConfig } from './filtered.ts'

const only = (rule: TrackConfig['sampling'] = {}): TrackConfig => ({ ...ALL_OFF, sampling: rule })
const secondsOf = (fixes: Fix[]): number[] => fixes.map((fix) => (fix.timeMs - START_MS) / 1000)

test('on a straight at even speed one fix in 10 s is kept', () => {
  const fixes = everySecond(0, 41, (s) => at(s * 5, s * 2))
  const { kept, counts } = filtered(fixes, only())
  expect(secondsOf(kept)).toEqual([0, 10, 20, 30, 40])
  expect(counts).toEqual({ in: 41, kept: 5, 'thinned-sampling': 36 })
})

test('a right-angled corner is kept to 3 m', () => {
  const fixes = everySecond(0, 20, (s) => (s <= 8 ? at(s * 5, 0) : at(40, (s - 8) * 5)))
  expect(secondsOf(filtered(fixes, only()).kept)).toContain(8)
})

test('braking on a straight is kept to 10 m of the time', () => {
  const fixes = everySecond(0, 10, (s) => at(s < 3 ? s * 12 : 36, 0))
  expect(secondsOf(filtered(fixes, only()).kept)).toEqual([0, 4, 9])
  expect(secondsOf(filtered(fixes, only({ timeErrorM: 100 })).kept)).toEqual([0, 9])
})

test('of a gap both ends are kept', () => {
  const fixes = [
    ...everySecond(0, 15, (s) => at(s * 5, 0)),
    ...everySecond(60, 15, (s) => at(300 + s * 5, 0)),
  ]
  expect(secondsOf(filtered(fixes, only()).kept)).toEqual([0, 10, 14, 60, 70, 74])
})

test('a clock that is set back begins a new line', () => {
  const fixes = [...everySecond(0, 5, (s) => at(s * 5, 0)), ...everySecond(-100, 5, (s) => at(s * 5, 0))]
  expect(secondsOf(filtered(fixes, only()).kept)).toEqual([0, 4, -100, -96])
})

describe('what is poorer is not hidden', () => {
  const straight = (quantity: (s: number) => Partial<Fix>): Fix[] =>
    everySecond(0, 11, (s) => ({ ...at(s * 5, 0), ...quantity(s) }))
  test.each<[string, (s: number) => Partial<Fix>, number[]]>([
    ['even HDOP', () => ({ hdop: 1 }), [0, 10]],
    ['a little noise', (s) => ({ hdop: 1 + (s % 2) * 0.3 }), [0, 10]],
    ['one poor HDOP', (s) => ({ hdop: s === 5 ? 8 : 1 }), [0, 5, 10]],
    ['one poor accuracy', (s) => ({ accuracyM: s === 5 ? 30 : 3 }), [0, 5, 10]],
    ['another kind of fix', (s) => ({ quality: s < 5 ? 'gps' : 'dgps' }), [0, 4, 10]],
    ['no HDOP at all', () => ({}), [0, 10]],
  ])('%s', (_, quantity, kept) => {
    expect(secondsOf(filtered(straight(quantity), only()).kept)).toEqual(kept)
  })
})

interface Step {
  turnDeg: number
  speedMps: number
  afterMs: number
  jitterM: number
}

/** From almost straight rides to tangles, from 5 Hz to one fix in 12 s. */
const steps = fc.array(
  fc.record<Step>({
    turnDeg: fc.oneof(
      fc.constant(0),
      fc.double({ min: -8, max: 8, noNaN: true }),
      fc.integer({ min: -180, max: 180 }),
    ),
    speedMps: fc.oneof(fc.constant(5), fc.double({ min: 0, max: 30, noNaN: true })),
    afterMs: fc.oneof(fc.constant(1000), fc.integer({ min: 200, max: 12_000 })),
    jitterM: fc.double({ min: -1, max: 1, noNaN: true }),
  }),
  { maxLength: 300, size: 'max' },
)
const place = fc.constantFrom(
  { lat: 31.2, lon: 121.4 },
  { lat: -65, lon: 179.9999 },
  { lat: 0.000_1, lon: 0 },
)

function trackOf(steps: Step[], origin: { lat: number; lon: number }): Fix[] {
  let course = 0
  let { lat, lon } = origin
  let timeMs = START_MS
  return steps.map(({ turnDeg, speedMps, afterMs, jitterM }) => {
    course += (turnDeg * Math.PI) / 180
    timeMs += afterMs
    const wayM = (speedMps * afterMs) / 1000
    lat += (wayM * Math.cos(course) + jitterM) / 111_000
    lon += (wayM * Math.sin(course) - jitterM) / (111_000 * Math.cos((lat * Math.PI) / 180))
    if (Math.abs(lon) > 180) lon -= Math.sign(lon) * 360
    return { timeMs, lat, lon }
  })
}

test('property: no dropped fix breaks the stated bounds', () => {
  const errorM = 3
  const timeErrorM = 10
  const maxS = 10
  let dropped = 0
  fc.assert(
    fc.property(steps, place, (steps, origin) => {
      const fixes = trackOf(steps, origin)
      const { kept, outMs } = filtered(fixes, only({ errorM, timeErrorM, maxS }))
      expect(kept[0]).toBe(fixes[0])
      expect(kept.at(-1)).toBe(fixes.at(-1))
      let leg = 0
      for (const [i, fix] of fixes.entries()) {
        if (fix === kept[leg]) {
          // Known with the next fix, but for the last one, which waits for the flush.
          const next = fixes[i + 1]?.timeMs ?? Number.POSITIVE_INFINITY
          expect(outMs[leg]).toBeLessThanOrEqual(next)
          leg++
          continue
        }
        dropped++
        const from = kept[leg - 1]!
        const to = kept[leg]!
        expect(to.timeMs - from.timeMs).toBeLessThanOrEqual(maxS * 1000)
        const offs = distancesM(from, fix, to)
        // The plane around the middle and the one around the end differ by less than a thousandth.
        expect(offs.fromLineM).toBeLessThanOrEqual(errorM * 1.001)
        expect(offs.fromTimeM).toBeLessThanOrEqual(timeErrorM * 1.001)
      }
      expect(leg).toBe(kept.length)
    }),
    { numRuns: 300 },
  )
  expect(dropped).toBeGreaterThan(1000)
})

/** Of a fix from the line between two others, and from where the line is at the time of the fix. */
function distancesM(from: Fix, fix: Fix, to: Fix): { fromLineM: number; fromTimeM: number } {
  // Seen from the fix, so by another plane than the one of the filter.
  const plane = new Plane(fix)
  const a = { x: plane.eastM(from), y: plane.northM(from) }
  const b = { x: plane.eastM(to), y: plane.northM(to) }
  const at = (share: number) => Math.hypot(a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
  const length2 = (b.x - a.x) ** 2 + (b.y - a.y) ** 2
  const foot = length2 === 0 ? 0 : -(a.x * (b.x - a.x) + a.y * (b.y - a.y)) / length2
  return {
    fromLineM: at(Math.min(1, Math.max(0, foot))),
    fromTimeM: at((fix.timeMs - from.timeMs) / (to.timeMs - from.timeMs)),
  }
}

test('a receiver at 100 Hz does not make it hold more than 128 fixes', () => {
  const fixes = Array.from({ length: 1000 }, (_, i) => ({ timeMs: START_MS + i * 10, ...at(i * 0.05, 0) }))
  const { kept } = filtered(fixes, only())
  expect(Math.max(...kept.slice(1).map((fix, i) => fix.timeMs - kept[i]!.timeMs))).toBe(1280)
})
