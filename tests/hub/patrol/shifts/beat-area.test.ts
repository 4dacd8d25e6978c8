import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { distance } from '@turf/distance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BeatArea } from '../../../../gateway/hub/patrol/shifts/beat-area.ts'
import { GridFinder } from '../../../../gateway/hub/patrol/shifts/grid-finder.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import { at } from '../made-track.ts'
import { BEAT, square } from './made-shift.ts'

const place = (area: BeatArea, eastM: number, northM: number): number => {
  const { lat, lon } = at(eastM, northM)
  return area.outsideM(lat, lon)
}

test('distances to a square of 1 km', () => {
  const area = new BeatArea([BEAT])
  expect(area.radiusM).toBeCloseTo(1000 / Math.sqrt(Math.PI), 0)
  expect(place(area, 500, 500)).toBe(0)
  expect(place(area, 1070, 500)).toBeCloseTo(70, 1)
  expect(place(area, 1030, 1040)).toBeCloseTo(50, 1)
  expect(place(area, -200, 0)).toBeCloseTo(200, 1)
})

test('the border between two grids is none', () => {
  const area = new BeatArea([BEAT, square('2', 1000, 0, 1000)])
  for (let eastM = 990; eastM <= 1010; eastM++) expect(place(area, eastM, 500)).toBe(0)
  expect(place(area, 2100, 500)).toBeCloseTo(100, 0)
})

test('a hole is outside, an island inside', () => {
  const hole = square('h', 400, 400, 200).geometry.coordinates as [number, number][][]
  const withHole: GridFeature = {
    ...BEAT,
    geometry: {
      type: 'MultiPolygon',
      coordinates: [
        [(BEAT.geometry.coordinates as [number, number][][])[0]!, hole[0]!],
        square('i', 480, 480, 40).geometry.coordinates as [number, number][][],
      ],
    },
  }
  const area = new BeatArea([withHole])
  expect(place(area, 500, 500)).toBe(0)
  expect(place(area, 430, 500)).toBeCloseTo(30, 1)
  expect(place(area, 300, 500)).toBe(0)
})

test('inside is what turf calls inside', () => {
  const offset = fc.double({ min: 0.2, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(offset, { minLength: 3, maxLength: 12 }),
      fc.double({ min: -900, max: 900, noNaN: true }),
      fc.double({ min: -900, max: 900, noNaN: true }),
      (radii, eastM, northM) => {
        const corners = radii.map((radius, i) => {
          const angle = (2 * Math.PI * i) / radii.length
          const { lon, lat } = at(800 * radius * Math.cos(angle), 800 * radius * Math.sin(angle))
          return [lon, lat] as [number, number]
        })
        const grid: GridFeature = {
          ...BEAT,
          geometry: { type: 'Polygon', coordinates: [[...corners, corners[0]!]] },
        }
        const { lat, lon } = at(eastM, northM)
        const outsideM = new BeatArea([grid]).outsideM(lat, lon)
        const isInside = booleanPointInPolygon([lon, lat], grid)
        expect(outsideM === 0).toBe(isInside)
        const nearestCornerM = Math.min(
          ...corners.map((corner) => distance([lon, lat], corner, { units: 'meters' })),
        )
        expect(outsideM).toBeLessThanOrEqual(nearestCornerM * 1.005 + 0.1)
      },
    ),
  )
})

test('codes stand for all unit grids that begin so', () => {
  const features = [BEAT, square('310101001001002', 1000, 0, 1000), square('310101002001001', 0, 1000, 1000)]
  const finder = new GridFinder({
    collection: () => [JSON.stringify({ type: 'FeatureCollection', features })],
  })
  const codes = (...begin: string[]) => finder.unitGrids(begin).map(({ properties }) => properties.code)
  expect(codes('310101001')).toEqual(['310101001001001', '310101001001002'])
  expect(codes('310101002001001', '310101001001001')).toEqual(['310101001001001', '310101002001001'])
  expect(finder.unknown(['31', '310102', '310101001001003'])).toEqual(['310102', '310101001001003'])
  expect(finder.area(['310102'])).toBeUndefined()
  const { lat, lon } = at(1500, 500)
  expect(finder.area(['310101001'])!.contains(lat, lon)).toBe(true)
})
