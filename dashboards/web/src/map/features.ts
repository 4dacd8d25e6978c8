/** The GeoJSON (RFC 7946) that the page itself makes for the base map. */

export interface Feature<Geometry, Properties> {
  type: 'Feature'
  geometry: Geometry
  properties: Properties
}

export interface FeatureCollection<Geometry, Properties = Record<string, never>> {
  type: 'FeatureCollection'
  features: Feature<Geometry, Properties>[]
}

export interface Point {
  type: 'Point'
  coordinates: [number, number]
}

export interface LineString {
  type: 'LineString'
  coordinates: [number, number][]
}

export const collection = <Geometry, Properties>(
  features: Feature<Geometry, Properties>[],
): FeatureCollection<Geometry, Properties> => ({ type: 'FeatureCollection', features })
