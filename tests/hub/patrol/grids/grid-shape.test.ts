import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GridArea } from '../../../../gateway/hub/patrol/grids/grid-area.ts'
import { GridShape } from '../../../../gateway/hub/patrol/grids/grid-shape.ts'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
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

test('one grid, some as an area, and the grids of a district agree with @turf/boolean-point-in-polygon', () => {
  let judged = 0
  fc.assert(
    fc.property(fc.array(grid, { maxLength: 4 }), fc.array(place, { maxLength: 30 }), (grids, places) => {
      const area = new GridArea(grids)
      const unitGrids = new UnitGrids(grids)
      for (const [x, y] of places) {
        const [lon, lat] = degrees([x + 0.1371829, y + 0.2910477])
        const held = (ignoreBoundary: boolean) =>
          grids.map(({ geometry }) => booleanPointInPolygon([lon, lat], geometry, { ignoreBoundary }))
        const inEach = held(true)
        // On the border of an outer ring or of a hole either answer is right.
        if (inEach.join() !== held(false).join()) continue
        judged++
        expect(grids.map((each) => new GridShape(each).contains(lat, lon))).toEqual(inEach)
        expect(area.contains(lat, lon)).toBe(inEach.includes(true))
        expect(unitGrids.at(lat, lon) !== undefined).toBe(inEach.includes(true))
      }
    }),
    { numRuns: 500 },
  )
  expect(judged).toBeGreaterThan(2000)
})
