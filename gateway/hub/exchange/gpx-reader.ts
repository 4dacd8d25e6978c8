import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { COORDINATE_SYSTEMS, type CoordinateSystem } from '../../../proto/http.ts'
import { CRS_KEYWORD } from './gpx-writer.ts'
import { type ReadPoint, UnreadableFile } from './read-point.ts'

/**
 * GPX 1.0 and 1.1. In: the text of a file; out: its track points, and the coordinate system that its keywords name.
 * Routes and waypoints are no recordings, and left out. Speed and course are read where GPX 1.0 has them and where
 * Garmin's extensions do, of any version and prefix. Fails with UnreadableFile alone, for XML that is none with its line.
 */
export interface GpxFile {
  crs: CoordinateSystem | undefined
  points: Iterable<ReadPoint>
  /** Of routes and waypoints. */
  passedOver: number
}

type Node = Record<string, unknown>

const ALWAYS_LISTS = new Set(['trk', 'trkseg', 'trkpt', 'rte', 'rtept', 'wpt'])

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  // What is read has no entities, and some files are made of nothing but those.
  processEntities: false,
  isArray: (name) => ALWAYS_LISTS.has(name),
})

export function readGpx(text: string): GpxFile {
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw new UnreadableFile(`${faultOf(valid.err, text)}; export the file again`)
  const root = parsed(text)
  if (!root.gpx) {
    const found = Object.keys(root).find((name) => !name.startsWith('?')) ?? 'nothing'
    throw new UnreadableFile(`expected the element gpx, found ${found}; export the track as GPX`)
  }
  const gpx = nodeOf(root.gpx)
  const tracks = listOf(gpx.trk)
  const routes = listOf(gpx.rte).reduce((sum, route) => sum + listOf(route.rtept).length, 0)
  const passedOver = routes + listOf(gpx.wpt).length
  if (tracks.length === 0)
    throw new UnreadableFile(
      `no track (trk) in it${passedOver > 0 ? `, only ${passedOver} points of routes and waypoints, which are plans` : ''}; export the recorded track`,
    )
  return { crs: systemIn(gpx), points: pointsOf(tracks), passedOver }
}

/** Of elements that have no end the validator tells the names, but not where. */
function faultOf({ msg, line, col }: { msg: string; line: number; col: number }, text: string): string {
  const open = /^Invalid '(\[.*\])' found/s.exec(msg)
  if (!open) return `line ${line}, column ${col}: no XML: ${msg}`
  return `line ${text.trimEnd().split('\n').length}: cut off: ${(JSON.parse(open[1]!) as string[]).join(', ')} have no end`
}

function parsed(text: string): Node {
  try {
    return parser.parse(text) as Node
  } catch (error) {
    throw new UnreadableFile(`no XML: ${(error as Error).message}`, { cause: error })
  }
}

function systemIn(gpx: Node): CoordinateSystem | undefined {
  const { keywords = gpx.keywords } = nodeOf(gpx.metadata)
  return COORDINATE_SYSTEMS.find((crs) =>
    String(keywords)
      .split(/[\s,]+/)
      .includes(CRS_KEYWORD + crs),
  )
}

function* pointsOf(tracks: Node[]): Generator<ReadPoint> {
  for (const [t, track] of tracks.entries())
    for (const [s, segment] of listOf(track.trkseg).entries())
      for (const [p, point] of listOf(segment.trkpt).entries())
        yield pointOf(point, `trk ${t + 1}, trkseg ${s + 1}, trkpt ${p + 1}`)
}

function pointOf(point: Node, where: string): ReadPoint {
  const more = nodeOf(point.extensions)
  const garmin = nodeOf(more.TrackPointExtension)
  const fix = textOf(point.fix)
  if (fix === 'none') return { where, reason: 'fix none: the receiver had no position' }
  return {
    where,
    time: textOf(point.time),
    lat: point['@lat'],
    lon: point['@lon'],
    altM: textOf(point.ele),
    speedMps: textOf(garmin.speed ?? more.speed ?? point.speed),
    courseDeg: textOf(garmin.course ?? more.course ?? point.course),
    hdop: textOf(point.hdop),
    satellites: textOf(point.sat),
    quality: textOf(more.quality) ?? (fix === '2d' || fix === '3d' ? 'gps' : fix),
    accuracyM: textOf(more.accuracyM ?? more.accuracy),
  }
}

/** An element without children comes as its text. */
const nodeOf = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {})

const listOf = (value: unknown): Node[] => (Array.isArray(value) ? value.map(nodeOf) : [])

/** Of an element with attributes too; the first where there are several. */
function textOf(value: unknown): unknown {
  if (Array.isArray(value)) return textOf(value[0])
  return typeof value === 'object' && value !== null ? (value as Node)['#text'] : value
}
