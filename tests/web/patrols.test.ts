import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Heads, HIDDEN, LOST, nextIndex, SEEN } from '../../dashboards/web/src/replay/heads.ts'
import { countsOf, heatShare, paintHeat } from '../../dashboards/web/src/replay/heat-picture.ts'
import { FreeRoom } from '../../dashboards/web/src/replay/label-room.ts'
import { nearbyDevices } from '../../dashboards/web/src/replay/nearby.ts'
import { patrolLines } from '../../dashboards/web/src/replay/patrol-lines.ts'
import { PATROL_COLOURS, patrolBounds, patrolsOf } from '../../dashboards/web/src/replay/patrols.ts'
import { indexAt } from '../../dashboards/web/src/replay/position.ts'
import { timelineEvents } from '../../dashboards/web/src/replay/timeline-events.ts'
import { buildTrack } from '../../dashboards/web/src/replay/track.ts'
import { MOST_STRETCHES, trailsOf } from '../../dashboards/web/src/replay/trails.ts'
import { ALL } from '../../dashboards/web/src/url-state.ts'
import type { Case } from '../../proto/http.ts'
import type { Finding } from '../../proto/patrol-http.ts'
import { madeColumns, madeTrack } from './made-columns.ts'

/** A ten-thousandth of a degree of latitude, m. */
const STEP_M = 11.12

const north = (device: string, seconds: readonly number[], gapRows: readonly number[] = []) =>
  madeTrack(
    device,
    {
      timeMs: seconds.map((second) => second * 1000),
      lat: seconds.map((second) => 31 + second * 1e-4),
      lon: seconds.map(() => 121),
    },
    gapRows,
  )

describe('heads of several patrols on one clock', () => {
  const patrols = patrolsOf(
    ['a', 'b', 'none', 'empty'],
    [north('b', [0, 10, 100, 110], [2]), north('a', [50, 60]), north('empty', [])],
  )

  test('those without a fix are left out, the others keep the colours of their places', () => {
    expect(patrols.map(({ device }) => device)).toEqual(['a', 'b'])
    expect(patrols[1]!.colour).toEqual(PATROL_COLOURS[1])
    expect(patrolBounds(patrols)).toEqual([121, 31, 121, 31 + 110e-4])
    expect(patrolBounds([])).toBeUndefined()
    const all = patrolsOf(ALL, [north('b', [0]), north('a', [0]), north('empty', [])])
    expect(all.map(({ device }) => device)).toEqual(['a', 'b'])
  })

  test.each([
    [-1, [HIDDEN, HIDDEN]],
    [5, [HIDDEN, SEEN]],
    [55, [SEEN, LOST]],
    [100, [HIDDEN, SEEN]],
    [111, [HIDDEN, HIDDEN]],
  ] as const)('at %d s', (second, states) => {
    const heads = new Heads(patrols)
    heads.moveTo(second * 1000)
    expect([...heads.states]).toEqual(states)
  })

  test('between two fixes they are on the line between them; in a gap where they were seen last', () => {
    const heads = new Heads(patrols)
    heads.moveTo(5_000)
    expect(heads.lat[1]).toBeCloseTo(31 + 5e-4, 9)
    expect(heads.courseDeg[1]).toBeCloseTo(0, 5)
    heads.moveTo(55_000)
    expect(heads.lat[1]).toBeCloseTo(31 + 10e-4, 9)
    expect(heads.courseDeg[1]).toBeNaN()
    expect(heads.nearest(121, 31 + 55e-4, 30)?.device).toBe('a')
    expect(heads.nearest(121, 31.5, 30)).toBeUndefined()
  })

  test('however the playhead leaps, the remembered fix is the one that a search finds', () => {
    const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 2000 }), { maxLength: 200 })
    fc.assert(
      fc.property(
        seconds,
        fc.array(fc.integer({ min: -10, max: 2010 }), { maxLength: 50 }),
        (moments, leaps) => {
          const timeMs = moments.sort((a, b) => a - b)
          let index = -1
          for (const atMs of leaps) {
            index = nextIndex(timeMs, index, atMs)
            expect(index).toBe(indexAt(timeMs, atMs))
          }
        },
      ),
    )
  })
})

describe('trails', () => {
  test('reach as far back as asked, end at the head, and never cross a gap', () => {
    const heads = new Heads(patrolsOf(['b'], [north('b', [0, 10, 100, 110], [2])]))
    heads.moveTo(105_000)
    const { count, from, to } = trailsOf(heads, 105_000, 60_000)
    expect(count).toBe(1)
    expect([...from.slice(0, 2)]).toEqual([121, 31 + 100e-4])
    expect(to[1]).toBeCloseTo(31 + 105e-4, 9)
    heads.moveTo(9_000)
    const short = trailsOf(heads, 9_000, 3_000)
    expect(short.from[1]).toBeCloseTo(31 + 6e-4, 9)
  })

  test('cost no more for a fix a second than for one a minute', () => {
    const seconds = Array.from({ length: 5000 }, (_, second) => second)
    const heads = new Heads(patrolsOf(['a'], [north('a', seconds)]))
    heads.moveTo(4_000_500)
    const { count, from } = trailsOf(heads, 4_000_500, 750_000)
    expect(count).toBeLessThanOrEqual(MOST_STRETCHES + 1)
    expect(from[(count - 1) * 2 + 1]).toBeCloseTo(31 + 3250.5e-4, 4)
  })
})

test('names have a place each, and what is outside has none', () => {
  const box = fc.record({
    left: fc.integer({ min: -50, max: 250 }),
    top: fc.integer({ min: -50, max: 150 }),
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 20 }),
  })
  fc.assert(
    fc.property(fc.array(box, { maxLength: 60 }), (boxes) => {
      const room = new FreeRoom(200, 100)
      const taken = boxes.filter(({ left, top, width, height }) => room.take(left, top, width, height))
      for (const [at, one] of taken.entries()) {
        expect(one.left < 200 && one.top < 100 && one.left + one.width > 0).toBe(true)
        for (const other of taken.slice(0, at)) {
          const apart =
            one.left >= other.left + other.width ||
            other.left >= one.left + one.width ||
            one.top >= other.top + other.height ||
            other.top >= one.top + one.height
          const outside = (edge: number, other: number, size: number) => Math.max(edge, other) >= size
          expect(apart || outside(one.left, other.left, 200) || outside(one.top, other.top, 100)).toBe(true)
        }
      }
      // Where nothing was refused for another's sake, everything that is inside has its place.
      const [first] = boxes
      if (first && first.left >= 0 && first.top >= 0 && first.left < 200 && first.top < 100)
        expect(taken[0]).toBe(first)
    }),
  )
})

test('lines for the base map end at gaps, which are dashed', () => {
  const { lines, gaps } = patrolLines(patrolsOf(['b'], [north('b', [0, 10, 100, 110], [2])]))
  expect(lines.features.map(({ geometry }) => geometry.coordinates.length)).toEqual([2, 2])
  expect(lines.features[0]!.properties).toEqual({ device: 'b', colour: 'rgb(51 34 136)' })
  expect(gaps.features).toHaveLength(1)
})

test('a street that is ridden to and fro, or round and round, is drawn once', () => {
  const there = Array.from({ length: 50 }, (_, step) => step)
  const rides = [...there, ...there.toReversed(), ...there, ...there.toReversed()]
  const track = madeTrack('a', {
    timeMs: rides.map((_, second) => second * 1000),
    lat: rides.map((step) => 31 + step * 1e-4),
    lon: rides.map(() => 121),
  })
  const { lines } = patrolLines(patrolsOf(['a'], [track]))
  expect(lines.features.flatMap(({ geometry }) => geometry.coordinates).length).toBeLessThan(100)
  const reached = lines.features[0]!.geometry.coordinates.map(([, lat]) => lat)
  expect(Math.max(...reached)).toBeCloseTo(31 + 49e-4, 9)
})

test('who came near a place: by their way, the nearest first, and not across a gap', () => {
  const [across, along] = [north('across', [0, 100], [1]), north('along', [0, 100])]
  const place = { lat: 31 + 50e-4, lon: 121 }
  expect(nearbyDevices([across, along], place, 300)).toEqual([{ device: 'along', distanceM: 0 }])
  const [near] = nearbyDevices([north('on', [49])], place, 300)
  expect(near!.distanceM).toBeCloseTo(STEP_M, 1)
  expect(nearbyDevices([north('empty', [])], place, 300)).toEqual([])
})

describe('events on the timeline', () => {
  const track = buildTrack(madeColumns({ timeMs: [0, 1000], lat: [31, 31], lon: [121, 121] }), [])
  const range = { fromMs: 0, toMs: 10_000 }
  const one = (id: string, more: Partial<Case>) =>
    ({
      id,
      gateway: 'g',
      faultName: { zh: '倾斜', en: 'Tilted' },
      raised: new Date(5000).toISOString(),
      ...more,
    }) as Case
  test('cases near the track or of its own gateway in the range, and findings, in order of time', () => {
    const at = (lat: number) => ({ position: { lat, lon: 121, source: 'survey' as const } })
    const cases = [
      one('near', at(31.001)),
      one('far', at(31.1)),
      one('own', { gateway: 'a' }),
      one('later', { ...at(31), raised: new Date(11_000).toISOString() }),
    ]
    const finding = {
      id: 'f',
      from: new Date(-5000).toISOString(),
      to: new Date(2000).toISOString(),
      text: { zh: '超速', en: 'Speeding' },
    } as Finding
    const events = timelineEvents('a', track, range, cases, [finding], 'en')
    expect(events.map(({ key, timeMs }) => [key, timeMs])).toEqual([
      ['f', 0],
      ['near', 5000],
      ['own', 5000],
    ])
    expect(events[0]).toMatchObject({ kind: 'finding', text: 'Speeding', toMs: 2000 })
  })
})

describe('heat', () => {
  const passes = Buffer.from(Uint16Array.of(0, 1, 300, 0).buffer).toString('base64')
  const heat = {
    ...{ from: '', to: '', sizeM: 25, columns: 2, rows: 2, west: 121, south: 31 },
    ...{ cellLonDeg: 0.1, cellLatDeg: 0.2, most: 300, passes },
  }
  test('is painted from the north down; cells without a pass stay clear', () => {
    const { pixels, bounds } = paintHeat(heat)
    expect([...countsOf(heat)]).toEqual([0, 1, 300, 0])
    expect([0, 1, 2, 3].map((pixel) => pixels[pixel * 4 + 3]! > 0)).toEqual([true, false, false, true])
    expect(bounds).toEqual([121, 31, 121.2, 31.4])
  })
  test('goes by logarithm from one pass to the most', () => {
    expect([heatShare(1, 100), heatShare(10, 100), heatShare(100, 100), heatShare(1, 1)]).toEqual([
      0, 0.5, 1, 1,
    ])
  })
  test('that is cut short is refused', () => {
    expect(() => paintHeat({ ...heat, rows: 3 })).toThrow(RangeError)
  })
})
