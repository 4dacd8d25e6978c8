import type { GridFeature } from '../../../../proto/district.ts'
import { type Box, boxOf } from './cell-frame.ts'

/** A grid's outline made ready for many questions. */
export class GridShape {
  readonly code: string
  readonly box: Box
  /** Polygons of rings of longitudes and latitudes by turns. */
  readonly rings: readonly (readonly Float64Array[])[]

  constructor(grid: GridFeature) {
    const { geometry, properties } = grid
    this.code = properties.code
    this.box = boxOf([grid])
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    this.rings = polygons.map((polygon) =>
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
    return this.rings.some((polygon) => isInside(polygon, lat, lon))
  }
}

function isInside(polygon: readonly Float64Array[], lat: number, lon: number): boolean {
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
