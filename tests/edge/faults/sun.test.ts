import fc from 'fast-check'
import { expect, test } from 'vitest'
import { solarElevationDeg } from '../../../gateway/edge/faults/sun.ts'

/** The sun's upper edge at the horizon, with mean refraction, as almanacs take it. */
const RISE_DEG = -0.833

// Almanac times, to the minute; the sun moves a quarter of a degree a minute at most.
test.each([
  ['Shanghai, sunrise of the longest day', '2024-06-21T04:50+08:00', 31.23, 121.47, RISE_DEG],
  ['Shanghai, sunset of the longest day', '2024-06-21T19:01+08:00', 31.23, 121.47, RISE_DEG],
  ['Beijing, sunrise of the shortest day', '2024-12-21T07:33+08:00', 39.904, 116.407, RISE_DEG],
  ['Beijing, sunset of the shortest day', '2024-12-21T16:53+08:00', 39.904, 116.407, RISE_DEG],
  ['Beijing, noon of the shortest day', '2024-12-21T12:12+08:00', 39.904, 116.407, 90 - 39.904 - 23.44],
  ['on the northern tropic, noon of the longest day', '2024-06-21T12:28+08:00', 23.436, 113.3, 90],
  ['on the equator, noon at the March equinox', '2024-03-20T12:07Z', 0, 0, 90],
  ['London, midnight at the June solstice', '2024-06-21T00:02Z', 51.5, 0, -(90 - 51.5 - 23.44)],
  ['Sydney, noon of its longest day', '2024-12-21T12:53+11:00', -33.87, 151.21, 90 - 33.87 + 23.44],
])('%s', (_, time, lat, lon, elevationDeg) => {
  expect(Math.abs(solarElevationDeg(Date.parse(time), lat, lon) - elevationDeg)).toBeLessThan(0.3)
})

test('at any time and place it is an elevation, and the opposite place sees the opposite', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) }),
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      (timeMs, lat, lon) => {
        const elevationDeg = solarElevationDeg(timeMs, lat, lon)
        expect(Math.abs(elevationDeg)).toBeLessThanOrEqual(90)
        expect(solarElevationDeg(timeMs, -lat, lon + 180)).toBeCloseTo(-elevationDeg, 6)
      },
    ),
  )
})
