import { z } from 'zod'
import { COMPONENT_PATTERN } from './domain.ts'

/** The registers of a district as GeoJSON, WGS-84: unit grids, streets, components. Files, HTTP and map use the same. */

const Lon = z.number().min(-180).max(180)
const Lat = z.number().min(-90).max(90)
/** GeoJSON position: longitude first (RFC 7946 §3.1.1); an altitude is let through and ignored. */
const Position = z.tuple([Lon, Lat]).rest(z.number())
const Ring = z.array(Position).min(4)

/** Unit grid (单元网格): 6 admin + 3 street + 3 community + 3 serial; the length is a city's choice. */
export const GridFeature = z.object({
  type: z.literal('Feature'),
  geometry: z.discriminatedUnion('type', [
    z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1) }),
    z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
  ]),
  properties: z.object({
    code: z.string().regex(/^\d{6,24}$/, 'expected a grid code of 6 to 24 digits (15 in most cities)'),
    name: z.string().min(1).max(100),
    /** Names of the district (区), street office (街道) and community (社区) that it is part of. */
    district: z.string().min(1).max(100).optional(),
    street: z.string().min(1).max(100).optional(),
    community: z.string().min(1).max(100).optional(),
  }),
})

export const StreetFeature = z.object({
  type: z.literal('Feature'),
  geometry: z.discriminatedUnion('type', [
    z.object({ type: z.literal('LineString'), coordinates: z.array(Position).min(2) }),
    z.object({ type: z.literal('MultiLineString'), coordinates: z.array(z.array(Position).min(2)).min(1) }),
  ]),
  properties: z.object({
    id: z.string().min(1).max(64),
    name: z.string().max(100).optional(),
    /** OpenStreetMap's highway class: primary, residential, footway … */
    highway: z.string().max(40).optional(),
  }),
})

/** Component status (部件状态): 完好 intact, 破损 damaged, 丢失 lost, 废弃 abandoned. */
export const COMPONENT_STATES = ['intact', 'damaged', 'lost', 'abandoned'] as const

/** Component (部件): a manhole cover, a street lamp … surveyed and coded. */
export const ComponentFeature = z.object({
  type: z.literal('Feature'),
  geometry: z.object({ type: z.literal('Point'), coordinates: Position }),
  properties: z.object({
    code: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
    name: z.string().min(1).max(100),
    /** Code of the unit grid it stands in. */
    grid: z.string().min(1).max(24),
    status: z.enum(COMPONENT_STATES).default('intact'),
    /** 主管部门 */
    authority: z.string().max(100).optional(),
    /** 权属单位 */
    owner: z.string().max(100).optional(),
    /** 养护单位 */
    maintainer: z.string().max(100).optional(),
  }),
})

const collection = <Feature extends z.ZodType>(feature: Feature) =>
  z.object({ type: z.literal('FeatureCollection'), features: z.array(feature) })

export const Grids = collection(GridFeature)
export const Streets = collection(StreetFeature)
export const Components = collection(ComponentFeature)

export type GridFeature = z.infer<typeof GridFeature>
export type StreetFeature = z.infer<typeof StreetFeature>
export type ComponentFeature = z.infer<typeof ComponentFeature>
export type Grids = z.infer<typeof Grids>
export type Streets = z.infer<typeof Streets>
export type Components = z.infer<typeof Components>

export interface District {
  grids: Grids
  streets: Streets
  components: Components
}
