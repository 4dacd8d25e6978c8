import { COORDINATE_SYSTEMS, type CoordinateSystem } from '../../../proto/http.ts'
import { type ReadPoint, UnreadableFile } from './read-point.ts'

/**
 * GeoJSON (RFC 7946). In: the text of a file; out: the points of its LineStrings, MultiLineStrings and Points with their
 * times, which GeoJSON has no place for: those of `coordinateProperties` as exports have them, `coordTimes` as
 * togeojson writes them, or `time` of a Point. Fails with UnreadableFile alone.
 */
export interface GeoJsonFile {
  crs: CoordinateSystem | undefined
  points: Iterable<ReadPoint>
}

type Json = Record<string, unknown>

/** Kept beside the times, an array each. */
const BESIDE_TIMES = ['altM', 'speedMps', 'courseDeg', 'hdop', 'satellites', 'quality', 'accuracyM'] as const

export function readGeoJson(text: string): GeoJsonFile {
  const root = parsed(text)
  const features = root.type === 'FeatureCollection' ? root.features : [root]
  if (!Array.isArray(features) || typeof root.type !== 'string')
    throw new UnreadableFile('expected a FeatureCollection, a Feature or a geometry of GeoJSON')
  return { crs: systemIn(root), points: pointsOf(features) }
}

function parsed(text: string): Json {
  try {
    return objectOf(JSON.parse(text))
  } catch (error) {
    throw new UnreadableFile(`no JSON: ${(error as Error).message}`, { cause: error })
  }
}

function systemIn({ coordinateSystem, crs }: Json): CoordinateSystem | undefined {
  const told = COORDINATE_SYSTEMS.find((system) => system === coordinateSystem)
  if (coordinateSystem !== undefined && !told)
    throw new UnreadableFile(
      `coordinateSystem ${JSON.stringify(coordinateSystem).slice(0, 40)}: expected ${COORDINATE_SYSTEMS.join(', ')}`,
    )
  // GeoJSON of 2008 could name any system.
  const { name } = objectOf(objectOf(crs).properties)
  if (name !== undefined && !/CRS84|4326/.test(String(name)))
    throw new UnreadableFile(
      `crs ${String(name).slice(0, 60)}: expected WGS-84; export it in longitude and latitude`,
    )
  return told
}

function* pointsOf(features: unknown[]): Generator<ReadPoint> {
  for (const [f, feature] of features.entries()) {
    const where = `features[${f}]`
    const given = objectOf(feature)
    // A geometry may stand alone.
    const geometry = given.type === 'Feature' ? objectOf(given.geometry) : given
    const properties = objectOf(given.properties)
    const { type, coordinates } = geometry
    if (type === 'Point') yield* linePoints([coordinates], columnsOf(properties), where)
    else if (type === 'LineString') yield* linePoints(coordinates, columnsOf(properties), where)
    else if (type === 'MultiLineString' && Array.isArray(coordinates))
      for (const [l, line] of coordinates.entries())
        yield* linePoints(line, columnsOf(properties, l), `${where}, line ${l + 1}`)
    else yield { where, reason: `geometry ${String(type).slice(0, 40)}: expected LineString or Point` }
  }
}

/** @param line - of a MultiLineString, whose arrays are nested. */
function columnsOf(properties: Json, line?: number): Json {
  const beside = objectOf(properties.coordinateProperties)
  const times =
    beside.times ?? properties.coordTimes ?? properties.times ?? properties.time ?? properties.timestamp
  const columns: Json = { times }
  for (const name of BESIDE_TIMES) columns[name] = beside[name] ?? properties[name]
  if (line === undefined) return columns
  return Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, listOf(all)[line]]))
}

function* linePoints(line: unknown, { times, ...rest }: Json, where: string): Generator<ReadPoint> {
  for (const [p, coordinates] of listOf(line).entries()) {
    const [lon, lat, altM] = listOf(coordinates)
    const point: ReadPoint = { where: `${where}, point ${p + 1}`, lat, lon, time: at(times, p) }
    for (const name of BESIDE_TIMES) point[name] = at(rest[name], p)
    point.altM ??= altM
    yield point
  }
}

/** Of an array, or of what stands alone for a Point. */
const at = (column: unknown, place: number): unknown =>
  Array.isArray(column) ? column[place] : place === 0 ? column : undefined

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
