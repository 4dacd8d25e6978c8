import { describe, expect, test } from 'vitest'
import { pictureOf, timelineOf } from '../../dashboards/web/src/report/report-model.ts'
import { trackPieces } from '../../dashboards/web/src/shifts/track-pieces.ts'
import type { GridFeature, StreetFeature } from '../../proto/district.ts'

const iso = (minute: number) => new Date(Date.UTC(2026, 4, 1, 0, minute)).toISOString()
const span = (from: number, to: number) => ({ from: iso(from), to: iso(to) })

describe('the timeline of a report', () => {
  const stops = [{ ...span(30, 40), lat: 31, lon: 121 }]
  const gaps = [
    { ...span(50, 51), cause: 'no-fix' },
    { ...span(5, 20), cause: 'no-uplink' },
  ]
  test('has stops and gaps in order of time', () => {
    const { rows, left } = timelineOf(stops, gaps)
    expect(rows.map(({ kind, cause }) => cause ?? kind)).toEqual(['no-uplink', 'stop', 'no-fix'])
    expect(left).toBe(0)
  })
  test('keeps the longest ones, and says how many it left out', () => {
    const { rows, left } = timelineOf(stops, gaps, 2)
    expect(rows.map(({ kind, cause }) => cause ?? kind)).toEqual(['no-uplink', 'stop'])
    expect(left).toBe(1)
  })
})

describe('the pieces of a track', () => {
  const track = { timeMs: [0, 1000, 2000, 60_000, 61_000], lat: [0, 1, 2, 3, 4], lon: [5, 6, 7, 8, 9] }
  test('end at a gap and go on after it', () => {
    const { lines, gaps } = trackPieces(track, [{ fromMs: 2000, toMs: 60_000 }])
    expect(lines.map((line) => line.length)).toEqual([3, 2])
    expect(gaps).toEqual([
      [
        [7, 2],
        [8, 3],
      ],
    ])
  })
  test.each([
    ['before it', { fromMs: -5000, toMs: -1000 }],
    ['after it', { fromMs: 61_000, toMs: 90_000 }],
  ])('a gap %s cuts nothing', (_where, gap) => {
    expect(trackPieces(track, [gap]).lines).toHaveLength(1)
  })
  test('there are none of nothing', () => {
    expect(trackPieces({ timeMs: [], lat: [], lon: [] }, [])).toEqual({ lines: [], gaps: [] })
  })
})

describe('the picture of a track', () => {
  const grid: GridFeature = {
    type: 'Feature',
    properties: { code: '310101002003001', name: '网格' },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [121, 31],
          [121.01, 31],
          [121.01, 31.02],
          [121, 31.02],
          [121, 31],
        ],
      ],
    },
  }
  const street = (lon: number): StreetFeature => ({
    type: 'Feature',
    properties: { id: `way-${lon}` },
    geometry: {
      type: 'LineString',
      coordinates: [
        [lon, 31.001],
        [lon, 31.015],
      ],
    },
  })
  const drawn = {
    pieces: {
      lines: [
        [
          [121, 31.02],
          [121.01, 31],
        ] as [number, number][],
      ],
      gaps: [],
    },
    beat: [grid],
    streets: [street(121.005), street(122)],
    stops: [{ lat: 31.01, lon: 121.005 }],
    findings: [],
  }

  test('is true to scale, north up, and leaves out far streets', () => {
    const picture = pictureOf(drawn)!
    expect(picture.height).toBeLessThanOrEqual(430)
    const [x, y] = picture.stops[0]!
    expect(x).toBeCloseTo(picture.width / 2, 6)
    expect(y).toBeCloseTo(picture.height / 2, 6)
    const [north, south] = [picture.start!, picture.end!]
    expect(north[1]).toBeLessThan(south[1])
    const acrossPerUp = (south[0] - north[0]) / (south[1] - north[1])
    expect(acrossPerUp).toBeCloseTo(0.5 * Math.cos((31.01 * Math.PI) / 180), 3)
    expect(picture.streets.match(/M/g)).toHaveLength(1)
    expect(picture.grids).toMatch(/^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){4}$/)
  })

  test('shows the beat where there is no track', () => {
    const picture = pictureOf({ ...drawn, pieces: { lines: [], gaps: [] } })!
    expect(picture.start).toBeUndefined()
    expect(picture.lines).toBe('')
    expect(picture.grids).not.toBe('')
  })

  test('a track that never moved still has a picture', () => {
    const lines = [[[121, 31] as [number, number]]]
    const { start } = pictureOf({ ...drawn, beat: [], pieces: { lines, gaps: [] } })!
    expect(start!.every(Number.isFinite)).toBe(true)
  })

  test('there is none where nothing has a place', () => {
    expect(pictureOf({ ...drawn, beat: [], pieces: { lines: [], gaps: [] } })).toBeUndefined()
  })
})
