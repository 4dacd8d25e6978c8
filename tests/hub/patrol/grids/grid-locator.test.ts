import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GridLocator } from '../../../../gateway/hub/patrol/grids/grid-locator.ts'
import { EAST_GRID, gridOf, squareGrid, WEST_GRID } from '../coverage/made-ground.ts'
import { at } from '../made-track.ts'

const anyPlace = fc.tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -400, max: 400 }))

test('the grids of any place are those whose outline holds it', () => {
  const anyGrid = fc.oneof(
    fc
      .tuple(anyPlace, fc.integer({ min: 20, max: 500 }))
      .map(([corner, size]) => squareGrid(WEST_GRID, corner, size)),
    fc.tuple(anyPlace, anyPlace, anyPlace, anyPlace).map((corners) => gridOf(EAST_GRID, ...corners)),
  )
  const anySpot = fc.tuple(
    fc.double({ min: -950, max: 950, noNaN: true }),
    fc.double({ min: -950, max: 950, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(anyGrid, { maxLength: 5 }), fc.array(anySpot, { maxLength: 60 }), (grids, spots) => {
      const locator = new GridLocator(grids)
      for (const spot of spots) {
        const { lat, lon } = at(...spot)
        const found: number[] = []
        locator.at(lat, lon, (grid) => found.push(grid))
        const held = grids.flatMap(({ geometry }, i) =>
          booleanPointInPolygon([lon, lat], geometry) ? [i] : [],
        )
        expect(found).toEqual(held)
      }
    }),
    { numRuns: 300 },
  )
})
