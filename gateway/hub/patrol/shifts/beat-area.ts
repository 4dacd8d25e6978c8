import type { GridFeature } from '../../../../proto/district.ts'
import { type MetresPerDegree, metresPerDegree } from '../distance.ts'

/**
 * The ground of a beat: unit grids as one area in a plane at their middle latitude. In: the grids; out: how far a place
 * lies outside of them. Over a district, some 40 km, the plane is right to a thousandth.
 */

/** A ring as x, y by turns, m. */
type Ring = Float64Array

interface Polygon {
  rings: Ring[]
  minX: number
  minY: number
  maxX: number
  maxY: number
}

export class BeatArea {
  /** Radius of a circle as large as the area: what "10 %" is of where the area is no circle. */
  readonly radiusM: number
  readonly #lat: number
  readonly #lon: number
  readonly #perDegree: MetresPerDegree
  readonly #polygons: Polygon[]
  /** Where the last place was inside: the next one mostly is, too. */
  #last: Polygon | undefined

  /** @param grids at least one. */
  constructor(grids: readonly GridFeature[]) {
    const first = ringsOf(grids[0]!)[0]![0]![0]!
    this.#lon = first[0]
    this.#lat = first[1]
    this.#perDegree = metresPerDegree(this.#lat)
    this.#polygons = grids.flatMap((grid) => ringsOf(grid).map((rings) => this.#polygon(rings)))
    const squareM = this.#polygons.reduce((sum, { rings }) => sum + polygonSquareM(rings), 0)
    this.radiusM = Math.sqrt(squareM / Math.PI)
  }

  /** 0 inside; outside the distance to the nearest border, m. */
  outsideM(lat: number, lon: number): number {
    if (this.contains(lat, lon)) return 0
    const x = (lon - this.#lon) * this.#perDegree.lon
    const y = (lat - this.#lat) * this.#perDegree.lat
    let nearestM2 = Number.POSITIVE_INFINITY
    for (const polygon of this.#polygons) {
      if (boxDistanceM2(polygon, x, y) >= nearestM2) continue
      for (const ring of polygon.rings) nearestM2 = Math.min(nearestM2, ringDistanceM2(ring, x, y))
    }
    return Math.sqrt(nearestM2)
  }

  contains(lat: number, lon: number): boolean {
    const x = (lon - this.#lon) * this.#perDegree.lon
    const y = (lat - this.#lat) * this.#perDegree.lat
    if (this.#last && isInside(this.#last, x, y)) return true
    const polygon = this.#polygons.find((each) => isInside(each, x, y))
    if (polygon) this.#last = polygon
    return polygon !== undefined
  }

  #polygon(rings: Position[][]): Polygon {
    const polygon: Polygon = {
      rings: rings.map((ring) =>
        Float64Array.from(
          ring.flatMap(([lon, lat]) => [
            (lon - this.#lon) * this.#perDegree.lon,
            (lat - this.#lat) * this.#perDegree.lat,
          ]),
        ),
      ),
      minX: Number.POSITIVE_INFINITY,
      minY: Number.POSITIVE_INFINITY,
      maxX: Number.NEGATIVE_INFINITY,
      maxY: Number.NEGATIVE_INFINITY,
    }
    for (const ring of polygon.rings)
      for (let i = 0; i < ring.length; i += 2) {
        polygon.minX = Math.min(polygon.minX, ring[i]!)
        polygon.maxX = Math.max(polygon.maxX, ring[i]!)
        polygon.minY = Math.min(polygon.minY, ring[i + 1]!)
        polygon.maxY = Math.max(polygon.maxY, ring[i + 1]!)
      }
    return polygon
  }
}

type Position = [lon: number, lat: number, ...rest: number[]]

const ringsOf = ({ geometry }: GridFeature): Position[][][] =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates

/** Even-odd rule over all rings, so that a place in a hole is outside. */
function isInside({ rings, minX, minY, maxX, maxY }: Polygon, x: number, y: number): boolean {
  if (x < minX || x > maxX || y < minY || y > maxY) return false
  let inside = false
  for (const ring of rings)
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const y1 = ring[i + 1]!
      const y2 = ring[i + 3]!
      if (y1 > y !== y2 > y && x < ring[i]! + ((y - y1) / (y2 - y1)) * (ring[i + 2]! - ring[i]!))
        inside = !inside
    }
  return inside
}

function boxDistanceM2({ minX, minY, maxX, maxY }: Polygon, x: number, y: number): number {
  const eastM = Math.max(minX - x, 0, x - maxX)
  const northM = Math.max(minY - y, 0, y - maxY)
  return eastM * eastM + northM * northM
}

function ringDistanceM2(ring: Ring, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const alongX = ring[i + 2]! - ring[i]!
    const alongY = ring[i + 3]! - ring[i + 1]!
    const length2 = alongX * alongX + alongY * alongY
    const share = length2 > 0 ? ((x - ring[i]!) * alongX + (y - ring[i + 1]!) * alongY) / length2 : 0
    const clamped = Math.max(0, Math.min(1, share))
    const offX = x - ring[i]! - clamped * alongX
    const offY = y - ring[i + 1]! - clamped * alongY
    nearest = Math.min(nearest, offX * offX + offY * offY)
  }
  return nearest
}

/** The outer ring less the holes, by the shoelace formula. */
function polygonSquareM(rings: Ring[]): number {
  const [outer = 0, ...holes] = rings.map((ring) => {
    let twice = 0
    for (let i = 0; i + 3 < ring.length; i += 2)
      twice += ring[i]! * ring[i + 3]! - ring[i + 2]! * ring[i + 1]!
    return Math.abs(twice) / 2
  })
  return Math.max(
    0,
    holes.reduce((left, hole) => left - hole, outer),
  )
}
