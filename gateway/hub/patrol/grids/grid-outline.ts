import type { GridFeature } from '../../../../proto/district.ts'
import { metresPerDegree } from '../distance.ts'

/** Degrees, WGS-84. */
export interface Box {
  west: number
  south: number
  east: number
  north: number
}

/** GeoJSON positions, longitude first; the last is the first again. */
export type Ring = [lon: number, lat: number, ...rest: number[]][]

/** Polygons of rings, the outer one first; a Polygon is one of them. */
export function polygonsOf({ geometry }: GridFeature): Ring[][] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
}

/** Around all of them; of none, a box that holds nothing: its west is east of its east. */
export function boxOf(grids: Iterable<GridFeature>): Box {
  const box: Box = { west: 180, south: 90, east: -180, north: -90 }
  for (const grid of grids)
    for (const polygon of polygonsOf(grid))
      for (const ring of polygon)
        for (const [lon, lat] of ring) {
          box.west = Math.min(box.west, lon)
          box.east = Math.max(box.east, lon)
          box.south = Math.min(box.south, lat)
          box.north = Math.max(box.north, lat)
        }
  return box
}

/** Of places as columns; of none: a box that touches nothing. */
export function boxOfPlaces(lat: ArrayLike<number>, lon: ArrayLike<number>): Box {
  const box: Box = { west: 180, south: 90, east: -180, north: -90 }
  for (let i = 0; i < lat.length; i++) {
    box.west = Math.min(box.west, lon[i]!)
    box.east = Math.max(box.east, lon[i]!)
    box.south = Math.min(box.south, lat[i]!)
    box.north = Math.max(box.north, lat[i]!)
  }
  return box
}

/** Around both; one that holds nothing adds nothing. */
export const union = (a: Box, b: Box): Box => ({
  west: Math.min(a.west, b.west),
  south: Math.min(a.south, b.south),
  east: Math.max(a.east, b.east),
  north: Math.max(a.north, b.north),
})

/** One that holds nothing touches nothing. */
export const touch = (a: Box, b: Box): boolean =>
  a.west <= b.east && a.east >= b.west && a.south <= b.north && a.north >= b.south

/** Planes of different latitudes measure a little differently: rather too much than too little. */
const ROOM = 1.01

/** By so many metres to each side, rather a little more. */
export function widened(box: Box, byM: number): Box {
  const { west, south, east, north } = box
  if (west > east) return box
  const { lat, lon } = metresPerDegree(Math.max(Math.abs(south), Math.abs(north)))
  const [roomLat, roomLon] = [(byM * ROOM) / lat, (byM * ROOM) / lon]
  return { west: west - roomLon, south: south - roomLat, east: east + roomLon, north: north + roomLat }
}
