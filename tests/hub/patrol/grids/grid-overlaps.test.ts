import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGrids } from '../../../../gateway/hub/patrol/grids/grid-overlaps.ts'
import { gridOf, rectangle } from '../coverage/made-grid.ts'
import { at } from '../made-track.ts'

const near = (place: { lat: number; lon: number }, eastM: number, northM: number, withinM: number) => {
  const origin = at(0, 0)
  const [east, north] = [at(1, 0).lon - origin.lon, at(0, 1).lat - origin.lat]
  expect(Math.abs((place.lon - origin.lon) / east - eastM)).toBeLessThanOrEqual(withinM)
  expect(Math.abs((place.lat - origin.lat) / north - northM)).toBeLessThanOrEqual(withinM)
}

describe('grids that lie side by side', () => {
  test('are in order', () => {
    const grids = [gridOf('310101', rectangle(0, 0, 100, 100)), gridOf('310102', rectangle(100, 0, 200, 100))]
    expect(checkGrids(grids)).toEqual({ squareM: 5, overlaps: [], holes: [] })
    expect(checkGrids([])).toEqual({ squareM: 5, overlaps: [], holes: [] })
  })

  test('with borders as crooked as any', () => {
    const anyBorder = fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(anyBorder, (eastM) => {
        const border = eastM.map((east, i): [number, number] => [100 + east, (i * 100) / (eastM.length - 1)])
        const corner = (east: number, north: number): [number, number] => {
          const { lat, lon } = at(east, north)
          return [lon, lat]
        }
        const ring = (places: [number, number][]) => {
          const corners = places.map(([east, north]) => corner(east, north))
          return [...corners, corners[0]!]
        }
        const west = gridOf('310101', ring([[0, 0], ...border, [0, 100]]))
        const east = gridOf('310102', ring([[200, 0], ...border, [200, 100]]))
        expect(checkGrids([west, east])).toMatchObject({ overlaps: [], holes: [] })
      }),
    )
  })
})

test('where two overlap, and by how much', () => {
  const grids = [
    gridOf('310101', rectangle(0, 0, 120, 100)),
    gridOf('310102', rectangle(100, 0, 200, 100)),
    gridOf('310103', rectangle(195, 0, 300, 100)),
  ]
  const { overlaps, holes } = checkGrids(grids)
  expect(holes).toEqual([])
  expect(overlaps.map((overlap) => overlap.grids)).toEqual([
    ['310101', '310102'],
    ['310102', '310103'],
  ])
  expect(overlaps[0]!.areaM2).toBeGreaterThan(1800)
  expect(overlaps[0]!.areaM2).toBeLessThan(2200)
  near(overlaps[0]!, 110, 50, 51)
})

test('where the district between them belongs to none; a bay of the outer border is no hole', () => {
  const grids = [
    gridOf('310101', rectangle(0, 0, 300, 100)),
    gridOf('310102', rectangle(0, 200, 300, 300)),
    gridOf('310103', rectangle(0, 100, 100, 200)),
    gridOf('310104', rectangle(200, 100, 240, 200)),
  ]
  const { holes, overlaps } = checkGrids(grids)
  expect(overlaps).toEqual([])
  expect(holes).toHaveLength(1)
  expect(holes[0]!.areaM2).toBeGreaterThan(9000)
  expect(holes[0]!.areaM2).toBeLessThan(11_000)
  near(holes[0]!, 150, 150, 51)
})

test('grids far apart are looked at more coarsely', () => {
  const far = [
    gridOf('310101', rectangle(0, 0, 500, 500)),
    gridOf('310102', rectangle(99_500, 99_500, 100_000, 100_000)),
  ]
  expect(checkGrids(far)).toMatchObject({ squareM: expect.closeTo(50, 0), overlaps: [], holes: [] })
})
