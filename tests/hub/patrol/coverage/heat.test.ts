import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeatMap } from '../../../../gateway/hub/patrol/coverage/heat.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { at, everySecond, trackOfFixes } from '../made-track.ts'
import { anyRide, ofSeveral, rows } from './any-track.ts'
import { gridOf, multiPolygon, polygon, rectangle, square } from './made-grid.ts'

/** 8 × 8 cells of 25 m. */
const GRID = polygon(square(0, 199.9))
const ride = (fixes: Fix[], device?: string): Track => trackOfFixes(fixes, device)
const standing = (fromS: number, seconds: number, eastM: number, northM: number) =>
  everySecond(fromS, seconds, () => at(eastM, northM))

function heatOf(tracks: Track[], ...grids: Parameters<typeof gridOf>[1][]) {
  const heat = new HeatMap(
    grids.length === 0 ? [GRID] : grids.map((ring, i) => gridOf(`31010100100100${i}`, ring)),
  )
  for (const track of tracks) heat.add(track)
  const { frame, most, passes } = heat.result()
  const bytes = Buffer.from(passes, 'base64')
  return {
    frame,
    most,
    at: (column: number, row: number) => bytes.readUInt16LE(2 * (row * frame.columns + column)),
  }
}

describe('a pass', () => {
  test('standing an hour is one', () => {
    const { at: passes, most, frame } = heatOf([ride(standing(0, 3600, 62, 62))])
    expect(frame).toMatchObject({ sizeM: 25, columns: 8, rows: 8 })
    expect(passes(2, 2)).toBe(1)
    expect(passes(4, 4)).toBe(0)
    expect(most).toBe(1)
  })

  test('out and back at once is one, after more than a minute another', () => {
    const toAndFro = (awayS: number) => [
      ...standing(0, 5, 62, 62),
      ...everySecond(5, 15, (s) => at(62 + 8 * s, 62)),
      ...standing(20, awayS, 182, 62),
      ...everySecond(20 + awayS, 15, (s) => at(174 - 8 * s, 62)),
    ]
    expect(heatOf([ride(toAndFro(10))]).at(2, 2)).toBe(1)
    expect(heatOf([ride(toAndFro(60))]).at(2, 2)).toBe(2)
  })

  test('each device makes its own', () => {
    expect(heatOf([ride(standing(0, 5, 62, 62), 'a'), ride(standing(0, 5, 62, 62), 'b')]).at(2, 2)).toBe(2)
  })

  test.each([
    ['a gap ends none: it may have stood there', 300, 1],
    ['a long one does', 3600, 2],
  ])('%s', (_, gapS, expected) => {
    const fixes = [...standing(0, 5, 62, 62), ...standing(5 + gapS, 5, 62, 62)]
    expect(heatOf([ride(fixes)]).at(2, 2)).toBe(expected)
  })

  test('poor fixes see nothing', () => {
    const poor = standing(0, 60, 62, 62).map((fix) => ({ ...fix, hdop: 9 }))
    expect(heatOf([ride(poor)]).most).toBe(0)
  })

  test('every place in the grid is in sight of a cell', () => {
    const places = fc.tuple(
      fc.double({ min: 0, max: 199, noNaN: true }),
      fc.double({ min: 0, max: 199, noNaN: true }),
    )
    fc.assert(
      fc.property(places, ([eastM, northM]) => {
        expect(heatOf([ride(standing(0, 3, eastM, northM))]).most).toBe(1)
      }),
    )
  })
})

test('outside of the grids nothing is counted', () => {
  const across = ride(everySecond(0, 60, (s) => at(4 * s, 62)))
  const west = rectangle(0, 0, 50, 199.9)
  const east = rectangle(150, 0, 199.9, 199.9)
  const { at: passes, frame } = heatOf([across], west, east)
  expect(frame.columns).toBe(8)
  expect([0, 1, 2, 4, 6, 7].map((column) => passes(column, 2))).toEqual([1, 1, 0, 0, 1, 1])
})

test('the same heat however the rows of a device are parted', () => {
  fc.assert(
    fc.property(anyRide, anyRide, fc.integer({ min: 1, max: 30 }), (one, two, length) => {
      const tracks = ofSeveral([one, two])
      const [whole, parted] = [new HeatMap([GRID]), new HeatMap([GRID])]
      for (const track of tracks) {
        whole.add(track)
        for (let row = 0; row < track.count; row += length)
          parted.add(rows(track, row, Math.min(row + length, track.count)))
      }
      expect(parted.result()).toEqual(whole.result())
    }),
    { numRuns: 50 },
  )
})

test('grids as large as a country are refused', () => {
  const here = square(0, 100)
  const far = square(9_000_000, 9_000_100)
  expect(() => new HeatMap([multiPolygon([here], [far])])).toThrow(/the box around 1 grids spans .* split it/)
})
