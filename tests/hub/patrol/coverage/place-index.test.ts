import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DevicesInGrids, GridLocator } from '../../../../gateway/hub/patrol/coverage/grid-locator.ts'
import { PlaceIndex } from '../../../../gateway/hub/patrol/coverage/place-index.ts'
import { distanceM } from '../../../../gateway/hub/patrol/distance.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'
import { EAST_GRID, gridOf, squareGrid, WEST_GRID } from './made-ground.ts'

const anyPlace = fc.tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -400, max: 400 }))

test('places near a line are those that asking of every place and many points of the line finds', () => {
  fc.assert(
    fc.property(
      fc.array(anyPlace, { maxLength: 30 }),
      anyPlace,
      anyPlace,
      fc.integer({ min: 1, max: 90 }),
      (places, a, b, radiusM) => {
        const spots = places.map((place) => at(...place))
        const index = new PlaceIndex(
          Float64Array.from(spots, ({ lat }) => lat),
          Float64Array.from(spots, ({ lon }) => lon),
        )
        const [from, to] = [at(...a), at(...b)]
        const hits = new Map<number, { distance: number; share: number }>()
        index.along(from.lat, from.lon, to.lat, to.lon, radiusM, (place, distance, share) => {
          expect(hits.has(place)).toBe(false)
          hits.set(place, { distance, share })
        })
        spots.forEach(({ lat, lon }, place) => {
          const sampled = Array.from({ length: 201 }, (_, i) =>
            distanceM(
              lat,
              lon,
              from.lat + ((to.lat - from.lat) * i) / 200,
              from.lon + ((to.lon - from.lon) * i) / 200,
            ),
          )
          const nearest = Math.min(...sampled)
          // Sampling every 6 m at most, it is right to some centimetres at these radii where the line is near.
          if (nearest < radiusM - 5) expect(hits.has(place)).toBe(true)
          if (nearest > radiusM + 0.5) expect(hits.has(place)).toBe(false)
          const hit = hits.get(place)
          if (!hit) return
          expect(hit.distance).toBeLessThanOrEqual(radiusM)
          const foot = distanceM(
            lat,
            lon,
            from.lat + (to.lat - from.lat) * hit.share,
            from.lon + (to.lon - from.lon) * hit.share,
          )
          expect(Math.abs(foot - hit.distance)).toBeLessThan(0.05)
          expect(foot).toBeLessThanOrEqual(nearest + 0.05)
        })
      },
    ),
  )
})

test('no places: nothing near', () => {
  const index = new PlaceIndex(new Float64Array(), new Float64Array())
  const hits: number[] = []
  index.along(31, 121, 32, 122, 1e6, (place) => hits.push(place))
  expect(hits).toEqual([])
})

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

test('of grids that adjoin, a place on their border is in one', () => {
  const grids = [squareGrid(WEST_GRID, [0, 0], 100), squareGrid(EAST_GRID, [100, 0], 100)]
  const devices = new DevicesInGrids(grids)
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(100, 50) }], 'border'))
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(50, 50) }], 'west'))
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(50, 500) }], 'north'))
  expect([devices.of(0).includes('border'), devices.of(1).includes('border')].filter(Boolean)).toHaveLength(1)
  expect(devices.of(0)).toContain('west')
  expect([...devices.of(0), ...devices.of(1)]).not.toContain('north')
})
