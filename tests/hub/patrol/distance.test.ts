import turfDistance from '@turf/distance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distanceM, metresPerDegree } from '../../../gateway/hub/patrol/distance.ts'

// Published lengths of a degree on WGS-84, in m.
test.each([
  [0, 110_574, 111_320],
  [15, 110_649, 107_551],
  [30, 110_852, 96_486],
  [45, 111_132, 78_847],
  [60, 111_412, 55_800],
  [75, 111_618, 28_902],
  [90, 111_694, 0],
])('a degree at %d° is %d m north and %d m east', (lat, north, east) => {
  const { lat: perLat, lon: perLon } = metresPerDegree(lat)
  expect(Math.abs(perLat - north)).toBeLessThan(1.5)
  expect(Math.abs(perLon - east)).toBeLessThan(1.5)
})

test('agrees with great circles of a sphere within the ellipsoid’s flattening', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -70, max: 70, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      (lat, lon, north, east) => {
        const sphere = turfDistance([lon, lat], [lon + east, lat + north], { units: 'meters' })
        const ours = distanceM(lat, lon, lat + north, lon + east)
        expect(Math.abs(ours - sphere)).toBeLessThanOrEqual(sphere * 0.006 + 1e-6)
        expect(distanceM(lat + north, lon + east, lat, lon)).toBeCloseTo(ours, 9)
      },
    ),
  )
})

test('goes the short way over the antimeridian', () => {
  expect(distanceM(0, 179.999, 0, -179.999)).toBeCloseTo(distanceM(0, 0, 0, 0.002), 6)
})
