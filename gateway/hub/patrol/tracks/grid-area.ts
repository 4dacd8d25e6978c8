import type { GridFeature } from '../../../../proto/district.ts'

/** Whether a place in WGS-84 degrees lies inside. */
export type Area = (lat: number, lon: number) => boolean

/** Longitude and latitude by turns, closed. */
type Ring = Float64Array

interface BoxedPolygon {
  west: number
  south: number
  east: number
  north: number
  rings: Ring[]
}

/** Squares to a side; a beat of hundreds of grids has some few polygons in each. */
const SQUARES = 64

/**
 * The area that some grids cover together: inside any of them, by the even-odd rule over all rings of a polygon, so that holes are left out. A track of 28,800
 * fixes takes some ms, however many grids there are. A place on the very border may go either way.
 */
export function gridArea(grids: Iterable<GridFeature>): Area {
  const polygons = [...grids].flatMap(({ geometry }) =>
    (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).map(boxed),
  )
  const [west, east] = bounds(polygons.map((polygon) => [polygon.west, polygon.east]))
  const [south, north] = bounds(polygons.map((polygon) => [polygon.south, polygon.north]))
  const column = (lon: number): number => square(lon, west, east)
  const row = (lat: number): number => square(lat, south, north)
  const squares: BoxedPolygon[][] = Array.from({ length: SQUARES * SQUARES }, () => [])
  for (const polygon of polygons)
    for (let r = row(polygon.south); r <= row(polygon.north); r++)
      for (let c = column(polygon.west); c <= column(polygon.east); c++)
        squares[r * SQUARES + c]!.push(polygon)
  return (lat, lon) => {
    if (!(lon >= west && lon <= east && lat >= south && lat <= north)) return false
    for (const polygon of squares[row(lat) * SQUARES + column(lon)]!)
      if (isInside(polygon, lat, lon)) return true
    return false
  }
}

function square(value: number, least: number, most: number): number {
  const place = Math.floor(((value - least) / (most - least)) * SQUARES)
  // At the far end, and where all is one place.
  return Math.min(SQUARES - 1, place || 0)
}

function boxed(rings: number[][][]): BoxedPolygon {
  const outer = rings[0]!
  const [west, east] = bounds(outer.map(([lon]) => [lon!, lon!]))
  const [south, north] = bounds(outer.map(([, lat]) => [lat!, lat!]))
  return { west, south, east, north, rings: rings.map(ringOf) }
}

const ringOf = (positions: number[][]): Ring =>
  Float64Array.from(positions.flatMap(([lon, lat]) => [lon!, lat!]))

/** Not by Math.min(...), whose arguments have an end. */
const bounds = (spans: number[][]): [number, number] => [
  spans.reduce((least, [from]) => Math.min(least, from!), Number.POSITIVE_INFINITY),
  spans.reduce((most, [, to]) => Math.max(most, to!), Number.NEGATIVE_INFINITY),
]

function isInside({ west, south, east, north, rings }: BoxedPolygon, lat: number, lon: number): boolean {
  if (lon < west || lon > east || lat < south || lat > north) return false
  let inside = false
  for (const ring of rings) if (isInRing(ring, lat, lon)) inside = !inside
  return inside
}

/** How many edges a ray to the east crosses: an odd number? */
function isInRing(ring: Ring, lat: number, lon: number): boolean {
  let inside = false
  for (let i = 2; i < ring.length; i += 2) {
    const latA = ring[i - 1]!
    const latB = ring[i + 1]!
    if (latA > lat === latB > lat) continue
    const lonA = ring[i - 2]!
    if (lon < lonA + ((ring[i]! - lonA) * (lat - latA)) / (latB - latA)) inside = !inside
  }
  return inside
}
