import type { District, GridFeature, StreetFeature } from '../../proto/district.ts'
import { distanceM, insideRing, type Plane, type PlanePoint, planeAt } from './plane.ts'

/** The streets of a district as a graph to ride on: made from the GeoJSON alone, so any district will do. */

export interface StreetNode extends PlanePoint {
  /** Indexes of the edges that meet here. */
  edges: number[]
}

export interface StreetEdge {
  from: number
  to: number
  lengthM: number
  /** Id of the street. */
  street: string
  highway: string | undefined
  /** Codes of the grids that it lies in or borders. */
  grids: string[]
}

export interface StreetGraph {
  plane: Plane
  nodes: StreetNode[]
  edges: StreetEdge[]
}

/**
 * Nodes are street points; points at the same coordinates are one node, which joins the streets that share it.
 * @throws RangeError for a district without streets.
 */
export function streetGraph(district: District): StreetGraph {
  const first = district.streets.features[0]
  if (!first) throw new RangeError('street graph: the district has no streets; expected at least one')
  const [lon0, lat0] = linesOf(first)[0]![0]!
  const plane = planeAt(lat0!, lon0!)
  const areas = district.grids.features.map((grid) => ({
    code: grid.properties.code,
    polygons: polygonsOf(grid).map((rings) =>
      rings.map((ring) => ring.map(([lon, lat]) => plane.toPlane(lat!, lon!))),
    ),
  }))
  const gridsAt = (point: PlanePoint) =>
    areas.filter(({ polygons }) => polygons.some((rings) => insidePolygon(point, rings)))

  const nodes: StreetNode[] = []
  const edges: StreetEdge[] = []
  const nodeAt = new Map<string, number>()
  const nodeOf = ([lon, lat]: readonly number[]): number => {
    const key = `${lon},${lat}`
    let index = nodeAt.get(key)
    if (index === undefined) {
      index = nodes.push({ ...plane.toPlane(lat!, lon!), edges: [] }) - 1
      nodeAt.set(key, index)
    }
    return index
  }
  for (const street of district.streets.features)
    for (const line of linesOf(street))
      for (let index = 1; index < line.length; index++) {
        const from = nodeOf(line[index - 1]!)
        const to = nodeOf(line[index]!)
        const lengthM = distanceM(nodes[from]!, nodes[to]!)
        if (lengthM === 0) continue
        const besides = besideMiddle(nodes[from]!, nodes[to]!, lengthM)
        const edge = edges.push({
          from,
          to,
          lengthM,
          street: street.properties.id,
          highway: street.properties.highway,
          grids: [...new Set(besides.flatMap((point) => gridsAt(point).map((area) => area.code)))],
        })
        nodes[from]!.edges.push(edge - 1)
        nodes[to]!.edges.push(edge - 1)
      }
  return { plane, nodes, edges }
}

function linesOf(street: StreetFeature): readonly (readonly (readonly number[])[])[] {
  const { geometry } = street
  return geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates
}

function polygonsOf(grid: GridFeature): readonly (readonly (readonly (readonly number[])[])[])[] {
  const { geometry } = grid
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
}

/** Inside the outer ring and in none of the holes. */
function insidePolygon(point: PlanePoint, rings: readonly (readonly PlanePoint[])[]): boolean {
  return rings.filter((ring) => insideRing(point, ring)).length % 2 === 1
}

/** A metre to either side of the middle: a street on a border lies in the grids on both sides. */
function besideMiddle(a: PlanePoint, b: PlanePoint, lengthM: number): PlanePoint[] {
  const middle = { xM: (a.xM + b.xM) / 2, yM: (a.yM + b.yM) / 2 }
  const across = { xM: (b.yM - a.yM) / lengthM, yM: -(b.xM - a.xM) / lengthM }
  return [1, -1].map((side) => ({ xM: middle.xM + side * across.xM, yM: middle.yM + side * across.yM }))
}
