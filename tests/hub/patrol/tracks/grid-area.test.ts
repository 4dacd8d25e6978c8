import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridArea } from '../../../../gateway/hub/patrol/tracks/grid-area.ts'
import type { GridFeature } from '../../../../proto/district.ts'

/** Corners lie on whole numbers, in 1e-5 degrees, and places beside them, so that hardly a place is on a border. */
const UNIT_DEG = 1e-5
const degrees = ([x, y]: [number, number]): [number, number] => [121.4 + x * UNIT_DEG, 31.2 + y * UNIT_DEG]
const corner = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }))
const ring = (most: number) =>
  fc
    .array(corner, { minLength: 3, maxLength: most })
    .map((corners) => [...corners, corners[0]!].map(([x, y]) => degrees([x, y])))
/** Holes lie inside of it. */
const FRAME = [
  [-1, -1],
  [51, -1],
  [51, 51],
  [-1, 51],
  [-1, -1],
].map(([x, y]) => degrees([x!, y!]))
const polygon = fc.oneof(
  ring(9).map((outer) => [outer]),
  fc.array(ring(5), { minLength: 1, maxLength: 3 }).map((holes) => [FRAME, ...holes]),
)
const grid = fc
  .oneof(
    polygon.map((coordinates) => ({ type: 'Polygon' as const, coordinates })),
    fc
      .array(polygon, { minLength: 1, maxLength: 3 })
      .map((coordinates) => ({ type: 'MultiPolygon' as const, coordinates })),
  )
  .map(
    (geometry): GridFeature => ({
      type: 'Feature',
      geometry,
      properties: { code: '310101001001001', name: '一' },
    }),
  )
const place = fc.tuple(fc.integer({ min: -3, max: 53 }), fc.integer({ min: -3, max: 53 }))

test('as @turf/boolean-point-in-polygon has it, wherever no border is', () => {
  let judged = 0
  fc.assert(
    fc.property(fc.array(grid, { maxLength: 4 }), fc.array(place, { maxLength: 30 }), (grids, places) => {
      const area = gridArea(grids)
      for (const [x, y] of places) {
        const [lon, lat] = degrees([x + 0.1371829, y + 0.2910477])
        const inAny = (ignoreBoundary: boolean) =>
          grids.some(({ geometry }) => booleanPointInPolygon([lon, lat], geometry, { ignoreBoundary }))
        // On the border of an outer ring or of a hole either answer is right.
        if (inAny(true) !== inAny(false)) continue
        judged++
        expect(area(lat, lon)).toBe(inAny(true))
      }
    }),
    { numRuns: 500 },
  )
  expect(judged).toBeGreaterThan(2000)
})

test('no grid at all has no inside', () => {
  expect(gridArea([])(31.2, 121.4)).toBe(false)
})
