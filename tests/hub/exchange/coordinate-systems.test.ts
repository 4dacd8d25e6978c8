import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shiftInto, shiftOutOf } from '../../../gateway/hub/exchange/coordinate-systems.ts'
import { distanceM } from '../../../gateway/hub/patrol/distance.ts'

const degreesE7 = (min: number, max: number) =>
  fc.integer({ min: Math.ceil(min * 1e7), max: Math.floor(max * 1e7) }).map((value) => value / 1e7)
const e7 = (value: number) => Math.round(value * 1e7)

test.each(['gcj02', 'bd09'] as const)('%s and back gives the same 1e-7 degrees, anywhere in China', (crs) => {
  fc.assert(
    fc.property(degreesE7(73.1, 135.5), degreesE7(3, 54), (lon, lat) => {
      const [x, y] = shiftOutOf(crs)(...shiftInto(crs)(lon, lat))
      expect([e7(x), e7(y)]).toEqual([e7(lon), e7(lat)])
    }),
    { numRuns: 2000 },
  )
})

test.each(['gcj02', 'bd09'] as const)(
  '%s comes to an end everywhere on Earth, the edge of the shift too',
  (crs) => {
    const anywhere = fc.tuple(
      fc.oneof(degreesE7(-180, 180), degreesE7(71.99, 72.02), degreesE7(137.82, 137.85)),
      fc.oneof(degreesE7(-90, 90), degreesE7(0.82, 0.84), degreesE7(55.82, 55.84)),
    )
    fc.assert(
      fc.property(anywhere, ([lon, lat]) => {
        const [x, y] = shiftOutOf(crs)(lon, lat)
        expect(Number.isFinite(x + y)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  },
)

// Tian'anmen is shifted by some 550 m in GCJ-02, by 1.4 km in BD-09; Paris is not.
test('known places', () => {
  const [lon, lat] = [116.391_349, 39.907_375]
  const gcj = shiftInto('gcj02')(lon, lat)
  const bd = shiftInto('bd09')(lon, lat)
  expect(distanceM(gcj[1], gcj[0], 39.908_776, 116.397_592)).toBeLessThan(2)
  expect(distanceM(bd[1], bd[0], 39.915_117, 116.403_963)).toBeLessThan(5)
  expect(shiftInto('gcj02')(2.294_5, 48.858_4)).toEqual([2.294_5, 48.858_4])
  expect(shiftInto('wgs84')(lon, lat)).toEqual([lon, lat])
})
