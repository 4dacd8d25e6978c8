import type { TRACK_FORMATS } from '../../../proto/http.ts'
import { stretches } from '../patrol/tracks/gaps.ts'
import { fixOf } from '../stores/fix-columns.ts'
import type { Track } from '../stores/track-store.ts'
import { fixJson } from './fix-json.ts'
import { isoTime, type TimeRange } from './range.ts'

/**
 * A track as text. In: columns of the store; out: the text in pieces of some thousand fixes, so that a
 * month of one device needs no second copy of itself in memory.
 */

export type TrackFormat = (typeof TRACK_FORMATS)[number]

export const TRACK_CONTENT_TYPES: Record<TrackFormat, string> = {
  columns: 'application/json; charset=utf-8',
  json: 'application/json; charset=utf-8',
  geojson: 'application/geo+json; charset=utf-8',
  gpx: 'application/gpx+xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

const PIECE = 2000

const QUANTITIES = [
  'altM',
  'speedMps',
  'courseDeg',
  'hdop',
  'satellites',
  'quality',
  'accuracyM',
] as const satisfies (keyof Track)[]

export function writeTrack(track: Track, range: TimeRange, format: TrackFormat): Generator<string> {
  return writers[format](track, range)
}

const writers: Record<TrackFormat, (track: Track, range: TimeRange) => Generator<string>> = {
  *columns(track, range) {
    yield `${head(track, range)},"columns":{"timeMs":${numbers(track.timeMs)}`
    yield `,"lat":${numbers(track.lat)},"lon":${numbers(track.lon)}`
    for (const name of QUANTITIES)
      if (!track[name].every(Number.isNaN)) yield `,"${name}":${numbers(track[name])}`
    yield '}}'
  },

  *json(track, range) {
    yield `${head(track, range)},"fixes":[`
    yield* pieces(0, track.count, (row) => JSON.stringify(fixJson(fixOf(track, row))), ',')
    yield ']}'
  },

  /** A feature for each stretch without a gap; times beside it as `coordinateProperties.times`. */
  *geojson(track) {
    yield '{"type":"FeatureCollection","features":['
    let separator = ''
    for (const { start, end } of stretches(track)) {
      const line = end - start > 1
      yield `${separator}{"type":"Feature","geometry":{"type":"${line ? 'LineString' : 'Point'}","coordinates":${line ? '[' : ''}`
      yield* pieces(start, end, (row) => coordinates(track, row), ',')
      yield `${line ? ']' : ''}},"properties":{"device":${JSON.stringify(track.device)},"coordinateProperties":{"times":[`
      yield* pieces(start, end, (row) => `"${isoTime(track.timeMs[row]!)}"`, ',')
      yield ']}}}'
      separator = ','
    }
    yield ']}'
  },

  /** GPX 1.1; speed and course as Garmin's TrackPointExtension v2, since GPX 1.1 itself has no place for them. */
  *gpx(track) {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gpx version="1.1" creator="gridpatrol" xmlns="http://www.topografix.com/GPX/1/1" '
    yield 'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">\n'
    yield `<trk><name>${track.device}</name>\n`
    for (const { start, end } of stretches(track)) {
      yield '<trkseg>\n'
      yield* pieces(start, end, (row) => trackPoint(track, row), '\n')
      yield '\n</trkseg>\n'
    }
    yield '</trk>\n</gpx>\n'
  },

  *csv(track) {
    yield 'time,lat,lon,altM,speedMps,courseDeg,hdop,satellites,quality,accuracyM\n'
    yield* pieces(0, track.count, (row) => csvLine(track, row), '\n')
    if (track.count > 0) yield '\n'
  },
}

function* pieces(
  start: number,
  end: number,
  write: (row: number) => string,
  separator: string,
): Generator<string> {
  for (let at = start; at < end; at += PIECE) {
    const length = Math.min(PIECE, end - at)
    const text = Array.from({ length }, (_, i) => write(at + i)).join(separator)
    yield at === start ? text : separator + text
  }
}

/** The opening of a JSON answer, without its last brace. */
function head({ device, count }: Track, { fromMs, toMs }: TimeRange): string {
  return JSON.stringify({ device, from: isoTime(fromMs), to: isoTime(toMs), count }).slice(0, -1)
}

/** NaN, an absent value, becomes null. */
const numbers = (values: Float64Array): string => JSON.stringify(Array.from(values))

function coordinates({ lat, lon, altM }: Track, row: number): string {
  const altitude = altM[row]!
  return `[${lon[row]},${lat[row]}${Number.isNaN(altitude) ? '' : `,${altitude}`}]`
}

/** Elements in the order that the schema of GPX 1.1 asks for (wptType). */
function trackPoint(track: Track, row: number): string {
  const { timeMs, lat, lon, altM, speedMps, courseDeg, hdop, satellites, quality } = fixOf(track, row)
  const element = (name: string, value: number | string | undefined): string =>
    value === undefined ? '' : `<${name}>${value}</${name}>`
  const motion = element('gpxtpx:speed', speedMps) + element('gpxtpx:course', courseDeg)
  return [
    `<trkpt lat="${lat}" lon="${lon}">`,
    element('ele', altM),
    element('time', isoTime(timeMs)),
    element('fix', quality === 'dgps' || quality === 'pps' ? quality : undefined),
    element('sat', satellites),
    element('hdop', hdop),
    motion === ''
      ? ''
      : `<extensions><gpxtpx:TrackPointExtension>${motion}</gpxtpx:TrackPointExtension></extensions>`,
    '</trkpt>',
  ].join('')
}

function csvLine(track: Track, row: number): string {
  const { timeMs, lat, lon, ...rest } = fixOf(track, row)
  return [isoTime(timeMs), lat, lon, ...QUANTITIES.map((name) => rest[name] ?? '')].join(',')
}
