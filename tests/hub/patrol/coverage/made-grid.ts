import type { GridFeature } from '../../../../proto/district.ts'
import { at } from '../made-track.ts'

/** Grids laid out by hand, in metres east and north of the origin. */
export type Ring = [number, number][]

export const ring = (...corners: [eastM: number, northM: number][]): Ring => {
  const places = corners.map(([eastM, northM]): [number, number] => {
    const { lat, lon } = at(eastM, northM)
    return [lon, lat]
  })
  return [...places, places[0]!]
}

export const square = (fromM: number, toM: number): Ring => rectangle(fromM, fromM, toM, toM)

export const rectangle = (westM: number, southM: number, eastM: number, northM: number): Ring =>
  ring([westM, southM], [eastM, southM], [eastM, northM], [westM, northM])

const CODE = '310101001001001'

export const polygon = (...coordinates: Ring[]): GridFeature => gridOf(CODE, ...coordinates)

export const gridOf = (code: string, ...coordinates: Ring[]): GridFeature => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates },
  properties: { code, name: `grid ${code}` },
})

export const multiPolygon = (...coordinates: Ring[][]): GridFeature => ({
  type: 'Feature',
  geometry: { type: 'MultiPolygon', coordinates },
  properties: { code: CODE, name: 'test' },
})
