import distance from '@turf/distance'
import { expect, test } from 'vitest'
import { Plane } from '../../../gateway/edge/track/plane.ts'
import { distanceM } from '../../../gateway/hub/patrol/distance.ts'

test.each([
  ['a step', { lat: 31.23, lon: 121.47 }, { lat: 31.230_02, lon: 121.470_03 }],
  ['a kilometre north-east', { lat: 31.23, lon: 121.47 }, { lat: 31.237, lon: 121.477 }],
  ['10 km east', { lat: 52.3, lon: 4.9 }, { lat: 52.3, lon: 5.047 }],
  ['south of the equator', { lat: -33.9, lon: 18.4 }, { lat: -33.91, lon: 18.42 }],
  ['across the 180th meridian', { lat: -17, lon: 179.9995 }, { lat: -17, lon: -179.9995 }],
  ['back across it', { lat: -17, lon: -179.9995 }, { lat: -17.001, lon: 179.9995 }],
])('%s', (_, from, to) => {
  const metres = new Plane(from).distanceM(to)
  const exact = distanceM(from.lat, from.lon, to.lat, to.lon)
  expect(Math.abs(metres / exact - 1)).toBeLessThan(0.001)
  // On the sphere, so only to the flattening of the ellipsoid.
  expect(Math.abs(metres / (distance([from.lon, from.lat], [to.lon, to.lat]) * 1000) - 1)).toBeLessThan(0.007)
})

test('east and north have signs', () => {
  const plane = new Plane({ lat: 31.2, lon: 121.4 })
  expect(plane.eastM({ lat: 31.2, lon: 121.41 })).toBeCloseTo(953.05, 0)
  expect(plane.northM({ lat: 31.19, lon: 121.4 })).toBeCloseTo(-1108.7, 0)
})
