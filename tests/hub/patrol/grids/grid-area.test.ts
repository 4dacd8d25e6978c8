import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import { distance } from '@turf/distance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GridArea } from '../../../../gateway/hub/patrol/grids/grid-area.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import { at } from '../made-track.ts'
import { BEAT, square } from '../shifts/made-shift.ts'

const place = (area: GridArea, eastM: number, northM: number): number => {
  const { lat, lon } = at(eastM, northM)
  return area.outsideM(lat, lon)
}

test('distances to a square of 1 km', () => {
  const area = new GridArea([BEAT])
  expect(area.radiusM).toBeCloseTo(1000 / Math.sqrt(Math.PI), 0)
  expect(place(area, 500, 500)).toBe(0)
  expect(place(area, 1070, 500)).toBeCloseTo(70, 1)
  expect(place(area, 1030, 1040)).toBeCloseTo(50, 1)
  expect(place(area, -200, 0)).toBeCloseTo(200, 1)
})

test('the border between two grids is none', () => {
  const area = new GridArea([BEAT, square('2', 1000, 0, 1000)])
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
  const area = new GridArea([withHole])
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
        const outsideM = new GridArea([grid]).outsideM(lat, lon)
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
