import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { indexAt, nearestFix, whereabouts } from '../../dashboards/web/src/replay/position.ts'
import {
  buildTrack as build,
  cutAtGaps,
  distanceBetweenM,
  type Gap,
} from '../../dashboards/web/src/replay/track.ts'
import { drawTrack, trackBounds, trackPieces } from '../../dashboards/web/src/replay/track-geojson.ts'
import { madeColumns } from './made-columns.ts'

const buildTrack = (columns: Parameters<typeof madeColumns>[0], gaps: Gap[]) =>
  build(madeColumns(columns), gaps)

const SECOND = 1_000
/** North along a meridian, 10 m a second; degrees of the mean sphere. */
const STEP_DEG = 10 / 111_195.08

function northbound(seconds: readonly number[], gaps: Gap[] = []) {
  return buildTrack(
    {
      timeMs: seconds.map((second) => second * SECOND),
      lat: seconds.map((second) => 31 + second * STEP_DEG),
      lon: seconds.map(() => 121),
      speedMps: seconds.map(() => 10),
      courseDeg: seconds.map(() => 0),
      satellites: seconds.map((second) => (second % 2 ? null : 12)),
    },
    gaps,
  )
}

const gap = (from: number, to: number): Gap => ({ fromMs: from * SECOND, toMs: to * SECOND, cause: 'no-fix' })

describe('cutting at gaps', () => {
  const times = [0, 1, 2, 10, 11, 30].map((second) => second * SECOND)
  test.each([
    ['no gap, however long the pause', [], [[0, 5]]],
    [
      'a gap from fix to fix',
      [gap(2, 10)],
      [
        [0, 2],
        [3, 5],
      ],
    ],
    [
      'a gap that begins late and ends early',
      [gap(4, 8)],
      [
        [0, 2],
        [3, 5],
      ],
    ],
    [
      'two gaps between the same fixes',
      [gap(3, 4), gap(6, 8)],
      [
        [0, 2],
        [3, 5],
      ],
    ],
    [
      'one gap over several pauses',
      [gap(2, 30)],
      [
        [0, 2],
        [3, 3],
        [4, 4],
        [5, 5],
      ],
    ],
    ['gaps before the first and after the last', [gap(-50, 0), gap(30, 99)], [[0, 5]]],
    [
      'two gaps apart',
      [gap(2, 10), gap(11, 30)],
      [
        [0, 2],
        [3, 4],
        [5, 5],
      ],
    ],
  ] as const)('%s', (_name, gaps, expected) => {
    expect(cutAtGaps(times, gaps).map(({ first, last }) => [first, last])).toEqual(expected)
  })

  test('an empty track has no segments', () => {
    expect(cutAtGaps([], [gap(0, 1)])).toEqual([])
  })

  test('segments hold every fix once, in order, and never span a gap', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 40 })
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 80 })), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(moments, spans, (seconds, lengths) => {
        const timeMs = [...new Set(seconds)].sort((a, b) => a - b)
        const gaps = lengths
          .map(([fromMs, lengthMs]) => ({ fromMs, toMs: fromMs + lengthMs }))
          .sort((a, b) => a.fromMs - b.fromMs)
          // Gaps of a summary do not overlap.
          .filter(({ fromMs }, index, all) => all.slice(0, index).every(({ toMs }) => toMs <= fromMs))
        const segments = cutAtGaps(timeMs, gaps)
        const held = segments.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
        )
        expect(held).toEqual(timeMs.map((_, index) => index))
        for (const { first, last } of segments)
          for (let index = first; index < last; index++)
            expect(
              gaps.some(({ fromMs, toMs }) => fromMs < timeMs[index + 1]! && toMs > timeMs[index]!),
            ).toBe(false)
      }),
    )
  })
})

describe('building a track', () => {
  test('distance is summed along the way, and not across gaps', () => {
    const track = northbound([0, 1, 2, 20, 21], [gap(2, 20)])
    expect([...track.distanceM].map((metres) => Math.round(metres))).toEqual([0, 10, 20, 20, 30])
  })

  test('a quantity that is not known is not a number, never 0', () => {
    const track = buildTrack({ timeMs: [1, 2], lat: [31, 31], lon: [121, 121], speedMps: [null, 0] }, [])
    expect(track.speedMps[0]).toBeNaN()
    expect(track.speedMps[1]).toBe(0)
    expect(track.satellites[0]).toBeNaN()
  })

  test('a degree of the meridian is 111.2 km', () => {
    expect(distanceBetweenM(31, 121, 32, 121)).toBeCloseTo(111_195, -1)
  })
})

describe('where the e-bike was', () => {
  const track = northbound([0, 1, 2, 20, 21], [gap(2, 20)])

  test('between two fixes: on the line between them', () => {
    const place = whereabouts(track, 500)
    expect(place).toMatchObject({ known: true, index: 0, speedMps: 10, satellites: 12, courseDeg: 0 })
    if (!place.known) throw new Error('expected a place')
    expect(place.lat).toBeCloseTo(31 + STEP_DEG / 2, 9)
    expect(place.distanceM).toBeCloseTo(5, 2)
  })

  test.each([
    ['before the first fix', -1, { why: 'before', distanceM: 0 }],
    ['just after the last fix before a gap', 2_001, { why: 'gap', cause: 'no-fix' }],
    ['just before the first fix after a gap', 19_999, { why: 'gap', cause: 'no-fix' }],
    ['after the last fix', 21_001, { why: 'after' }],
  ] as const)('%s: nowhere', (_name, timeMs, expected) => {
    expect(whereabouts(track, timeMs)).toMatchObject({ known: false, ...expected })
  })

  test('at the fixes themselves, also those beside a gap: there', () => {
    for (const [index, timeMs] of [...track.timeMs].entries())
      expect(whereabouts(track, timeMs)).toMatchObject({ known: true, lat: track.lat[index] })
  })

  test('an empty track is nowhere', () => {
    expect(whereabouts(buildTrack({ timeMs: [], lat: [], lon: [] }, []), 5)).toEqual({
      known: false,
      why: 'none',
      distanceM: 0,
    })
  })

  test('the course turns the short way round', () => {
    const turning = buildTrack(
      { timeMs: [0, 1000], lat: [31, 31], lon: [121, 121], courseDeg: [350, 20] },
      [],
    )
    expect(whereabouts(turning, 500)).toMatchObject({ courseDeg: 5 })
  })

  test('without a course: the bearing of the way; without any way: none', () => {
    const east = buildTrack({ timeMs: [0, 1000], lat: [31, 31], lon: [121, 121.001] }, [])
    const place = whereabouts(east, 100)
    expect(place.known && place.courseDeg).toBeCloseTo(90, 1)
    const still = buildTrack({ timeMs: [0, 1000], lat: [31, 31], lon: [121, 121] }, [])
    expect(whereabouts(still, 100)).not.toHaveProperty('courseDeg')
  })

  test('never off the way: between the two fixes around the moment', () => {
    fc.assert(
      fc.property(fc.double({ min: -5_000, max: 30_000, noNaN: true }), (timeMs) => {
        const place = whereabouts(track, timeMs)
        const inGap = timeMs > 2_000 && timeMs < 20_000
        if (inGap || timeMs < 0 || timeMs > 21_000) expect(place.known).toBe(false)
        else if (place.known) expect(place.lat).toBeCloseTo(31 + (timeMs / 1000) * STEP_DEG, 9)
        else throw new Error(`expected a place at ${timeMs}`)
      }),
    )
  })
})

test('indexAt finds the last entry at or before a moment', () => {
  expect([-1, 0, 5, 10, 99].map((at) => indexAt([0, 10, 10, 20], at))).toEqual([-1, 0, 0, 2, 3])
})

test('the nearest fix, if near enough', () => {
  const track = northbound([0, 1, 2])
  expect(nearestFix(track, 31 + 1.2 * STEP_DEG, 121, 5)).toBe(1)
  expect(nearestFix(track, 31.5, 121, 5)).toBeUndefined()
})

test('a drawing has a line a segment and a dashed line a gap', () => {
  const track = northbound([0, 1, 2, 20, 21, 40], [gap(2, 20), gap(21, 40)])
  const { lines, gaps } = drawTrack(track, trackPieces(track))
  // The last fix stands alone: it is no line.
  expect(lines.features.map(({ geometry }) => geometry.coordinates.length)).toEqual([3, 2])
  expect(gaps.features.map(({ geometry }) => geometry.coordinates)).toEqual([
    [
      [121, track.lat[2]],
      [121, track.lat[3]],
    ],
    [
      [121, track.lat[4]],
      [121, track.lat[5]],
    ],
  ])
  expect(trackBounds(track)).toEqual([121, 31, 121, track.lat[5]])
  expect(trackBounds(northbound([]))).toBeUndefined()
})

test('a long segment is cut into pieces that share their ends', () => {
  const track = northbound(Array.from({ length: 500 }, (_, i) => i))
  expect(trackPieces(track)).toEqual([
    { first: 0, last: 240 },
    { first: 240, last: 480 },
    { first: 480, last: 499 },
  ])
  expect(drawTrack(track, trackPieces(track)).lines.features).toMatchObject([{ id: 0 }, { id: 1 }, { id: 2 }])
})
