import type { GridFeature } from '../../../../proto/district.ts'
import { metresPerDegree } from '../distance.ts'
import { type Box, boxOf, polygonsOf } from './grid-outline.ts'

/** Longitudes and latitudes by turns, closed. */
type RingColumn = Float64Array

/**
 * A grid's outline made ready for many questions: whether a place lies inside, how far it is from the border, how
 * large the grid is. Nothing fails.
 */
export class GridShape {
  readonly box: Box
  /** Of each polygon its rings, the outer one first. */
  readonly polygons: readonly (readonly RingColumn[])[]

  constructor(grid: GridFeature) {
    this.box = boxOf([grid])
    this.polygons = polygonsOf(grid).map((polygon) =>
      polygon.map((ring) => Float64Array.from({ length: 2 * ring.length }, (_, i) => ring[i >> 1]![i & 1]!)),
    )
  }

  /**
   * Even-odd rule, holes left out. Borders are half-open, so that a place on the border of two grids that adjoin
   * lies in exactly one of them.
   */
  contains(lat: number, lon: number): boolean {
    const { west, south, east, north } = this.box
    if (lon < west || lon > east || lat < south || lat > north) return false
    return this.polygons.some((polygon) => isInside(polygon, lat, lon))
  }

  /** To the nearest border, from inside too, in the plane at the place; `mostM` where none is nearer. */
  borderM(lat: number, lon: number, mostM = Number.POSITIVE_INFINITY): number {
    const perDegree = metresPerDegree(lat)
    const { west, south, east, north } = this.box
    const eastM = Math.max(west - lon, 0, lon - east) * perDegree.lon
    const northM = Math.max(south - lat, 0, lat - north) * perDegree.lat
    let nearestM2 = mostM * mostM
    if (eastM * eastM + northM * northM >= nearestM2) return mostM
    for (const polygon of this.polygons)
      for (const ring of polygon)
        for (let i = 0; i + 3 < ring.length; i += 2) {
          const x = (ring[i]! - lon) * perDegree.lon
          const y = (ring[i + 1]! - lat) * perDegree.lat
          const alongX = (ring[i + 2]! - lon) * perDegree.lon - x
          const alongY = (ring[i + 3]! - lat) * perDegree.lat - y
          const length2 = alongX * alongX + alongY * alongY
          const share = length2 > 0 ? Math.max(0, Math.min(1, -(x * alongX + y * alongY) / length2)) : 0
          const offX = x + share * alongX
          const offY = y + share * alongY
          nearestM2 = Math.min(nearestM2, offX * offX + offY * offY)
        }
    return Math.sqrt(nearestM2)
  }

  /** By the shoelace formula in the plane at the middle latitude; holes left out. */
  areaM2(): number {
    const perDegree = metresPerDegree((this.box.south + this.box.north) / 2)
    const degrees2 = this.polygons.reduce((sum, [outer, ...holes]) => {
      const left = holes.reduce((rest, hole) => rest - ringDegrees2(hole), outer ? ringDegrees2(outer) : 0)
      return sum + Math.max(0, left)
    }, 0)
    return degrees2 * perDegree.lat * perDegree.lon
  }
}

const shapes = new WeakMap<GridFeature, GridShape>()

/** Made once for all who ask about the same grid. */
export function shapeOf(grid: GridFeature): GridShape {
  let shape = shapes.get(grid)
  if (!shape) {
    shape = new GridShape(grid)
    shapes.set(grid, shape)
  }
  return shape
}

function isInside(polygon: readonly RingColumn[], lat: number, lon: number): boolean {
  let inside = false
  for (const ring of polygon)
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const latA = ring[i + 1]!
      const latB = ring[i + 3]!
      if (latA > lat === latB > lat) continue
      const lonA = ring[i]!
      if (lon < lonA + ((lat - latA) / (latB - latA)) * (ring[i + 2]! - lonA)) inside = !inside
    }
  return inside
}

/** Measured from the first corner, lest the digits of the coordinates eat those of a small ring. */
function ringDegrees2(ring: RingColumn): number {
  let twice = 0
  for (let i = 0; i + 3 < ring.length; i += 2)
    twice +=
      (ring[i]! - ring[0]!) * (ring[i + 3]! - ring[1]!) -
      (ring[i + 2]! - ring[0]!) * (ring[i + 1]! - ring[1]!)
  return Math.abs(twice) / 2
}
