import { z } from 'zod'
import { ComponentFeature, GridFeature, StreetFeature } from '../../../proto/district.ts'
import type { RegisterEntry } from './feature-register.ts'
import type { RegisterKind } from './registers.ts'

/**
 * Import of a register from GeoJSON (RFC 7946), WGS-84. In: a FeatureCollection; out: the features that
 * are in order, kept by their code, and a list of those that are not, each with its place and reason.
 */

export interface Rejected {
  /** Place in the file's `features`, from 0. */
  index: number
  reason: string
}

export interface ImportReport {
  added: number
  /** Of a code that was there before, in the register or further up in the file. */
  replaced: number
  rejected: Rejected[]
}

/** The file as a whole is not what was asked for. */
export class NotGeoJson extends Error {
  override readonly name = 'NotGeoJson'
}

/** Kept in one commit; the file may have a quarter of a million. */
const CHUNK = 1000

const File = z.looseObject({
  type: z.literal('FeatureCollection'),
  features: z.array(z.unknown()),
  /** Of GeoJSON before RFC 7946: names another coordinate system, if any. */
  crs: z.looseObject({ properties: z.looseObject({ name: z.string() }) }).optional(),
})

/** WGS-84, and CGCS2000 (EPSG:4490), which is within centimetres of it. */
const WGS84_NAME = /(CRS84|EPSG:+4326|EPSG:+4490)$/i

const readers: Record<RegisterKind, (feature: unknown) => RegisterEntry> = {
  grids: (feature) => {
    const grid = GridFeature.parse(feature)
    return { code: grid.properties.code, json: JSON.stringify(grid) }
  },
  streets: (feature) => {
    const street = StreetFeature.parse(withStreetId(feature))
    return { code: street.properties.id, json: JSON.stringify(street) }
  },
  components: (feature) => {
    const component = ComponentFeature.parse(feature)
    const { code, grid } = component.properties
    return { code, grid, json: JSON.stringify(component) }
  },
}

/**
 * The same file again changes nothing.
 * @throws NotGeoJson where the file is no FeatureCollection or names a coordinate system other than WGS-84.
 */
export function importFeatures(
  register: { put(entries: RegisterEntry[]): number },
  kind: RegisterKind,
  geoJson: unknown,
  onProgress: (done: number, total: number) => void = () => {},
): ImportReport {
  const { features, crs } = readFile(geoJson)
  if (crs && !WGS84_NAME.test(crs.properties.name))
    throw new NotGeoJson(
      `coordinate system ${JSON.stringify(crs.properties.name)}: expected WGS-84; convert the file first`,
    )
  const report: ImportReport = { added: 0, replaced: 0, rejected: [] }
  for (let start = 0; start < features.length; start += CHUNK) {
    const entries: RegisterEntry[] = []
    features.slice(start, start + CHUNK).forEach((feature, i) => {
      try {
        entries.push(readers[kind](feature))
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error
        report.rejected.push({ index: start + i, reason: reasonOf(error) })
      }
    })
    const replaced = register.put(entries)
    report.replaced += replaced
    report.added += entries.length - replaced
    onProgress(Math.min(start + CHUNK, features.length), features.length)
  }
  return report
}

function readFile(geoJson: unknown): z.infer<typeof File> {
  const file = File.safeParse(geoJson)
  if (file.success) return file.data
  throw new NotGeoJson(`expected a GeoJSON FeatureCollection: ${reasonOf(file.error)}`)
}

/**
 * A street's id is `properties.id`, else `properties['@id']` (OpenStreetMap exports), else the feature's own
 * `id` (RFC 7946 §3.2); numbers are taken as text.
 */
function withStreetId(feature: unknown): unknown {
  if (typeof feature !== 'object' || feature === null) return feature
  const { id: featureId, properties } = feature as {
    id?: unknown
    properties?: Record<string, unknown> | null
  }
  const id = properties?.id ?? properties?.['@id'] ?? featureId
  return { ...feature, properties: { ...properties, id: typeof id === 'number' ? String(id) : id } }
}

/** `geometry.coordinates.1: expected …; properties.code: …` */
function reasonOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ')
}
