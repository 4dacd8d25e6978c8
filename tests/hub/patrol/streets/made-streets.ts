import type { StreetFeature } from '../../../../proto/district.ts'
import { at } from '../made-track.ts'

/** A place in metres east and north of the origin of made tracks. */
export type Metres = readonly [eastM: number, northM: number]

/** A street along places in metres. */
export function street(id: string, places: readonly Metres[], properties: object = {}): StreetFeature {
  return {
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: places.map(position) },
    properties: { id, ...properties },
  }
}

export function position([eastM, northM]: Metres): [lon: number, lat: number] {
  const { lat, lon } = at(eastM, northM)
  return [lon, lat]
}
