import type { GridFeature } from '../../../../proto/district.ts'
import { collection, type Feature, type FeatureCollection, type Point } from './features.ts'

/** West, south, east, north, degrees. */
export type Bounds = [west: number, south: number, east: number, north: number]

interface AnyGeometry {
  coordinates: unknown
}

/** Undefined where there is no position at all. */
export function boundsOf(features: readonly { geometry: AnyGeometry }[]): Bounds | undefined {
  const bounds: Bounds = [180, 90, -180, -90]
  for (const { geometry } of features) widen(bounds, geometry.coordinates)
  return bounds[0] <= bounds[2] ? bounds : undefined
}

function widen(bounds: Bounds, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return
  const [lon, lat] = coordinates
  if (typeof lon === 'number' && typeof lat === 'number') {
    bounds[0] = Math.min(bounds[0], lon)
    bounds[1] = Math.min(bounds[1], lat)
    bounds[2] = Math.max(bounds[2], lon)
    bounds[3] = Math.max(bounds[3], lat)
  } else for (const inner of coordinates) widen(bounds, inner)
}

/** A point for each grid to write its name at: the centre of area of its largest outer ring. */
export function gridNamePoints(grids: readonly GridFeature[]): FeatureCollection<Point, { name: string }> {
  const points: Feature<Point, { name: string }>[] = []
  for (const { geometry, properties } of grids) {
    const rings =
      geometry.type === 'Polygon' ? [geometry.coordinates[0]!] : geometry.coordinates.map(([outer]) => outer!)
    const largest = rings.map(ringCentre).reduce((a, b) => (b.area > a.area ? b : a))
    points.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: largest.centre },
      // Names of two parts read best on two lines.
      properties: { name: properties.name.replace(/\s*[·•]\s*/, '\n') },
    })
  }
  return collection(points)
}

/** Shoelace formula about the ring's first point, which keeps the small differences of degrees exact. */
function ringCentre(ring: readonly (readonly number[])[]): { area: number; centre: [number, number] } {
  const [lon0, lat0] = ring[0] as [number, number]
  let [doubleArea, sumX, sumY] = [0, 0, 0]
  for (let index = 0; index + 1 < ring.length; index++) {
    const [ax, ay] = [ring[index]![0]! - lon0, ring[index]![1]! - lat0]
    const [bx, by] = [ring[index + 1]![0]! - lon0, ring[index + 1]![1]! - lat0]
    const cross = ax * by - bx * ay
    doubleArea += cross
    sumX += (ax + bx) * cross
    sumY += (ay + by) * cross
  }
  if (doubleArea === 0) return { area: 0, centre: [lon0, lat0] }
  return {
    area: Math.abs(doubleArea) / 2,
    centre: [lon0 + sumX / (3 * doubleArea), lat0 + sumY / (3 * doubleArea)],
  }
}
