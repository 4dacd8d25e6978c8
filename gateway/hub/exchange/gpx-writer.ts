import type { CoordinateSystem } from '../../../proto/http.ts'
import { fixOf } from '../stores/fix-columns.ts'
import { type Shift, SYSTEM_NAMES } from './coordinate-systems.ts'
import type { Run } from './track-slice.ts'

/** What a file says of itself, and the way its places go. */
export interface FileHead {
  device: string
  crs: CoordinateSystem
  shift: Shift
}

/** Of Garmin's TrackPointExtension v2: GPX 1.1 itself has no place for speed and course. */
export const GARMIN_NAMESPACE = 'http://www.garmin.com/xmlschemas/TrackPointExtension/v2'
/** Of what neither has a place for. */
export const OWN_NAMESPACE = 'urn:gridpatrol:fix:1'
/** In the file's keywords. */
export const CRS_KEYWORD = 'crs:'

/**
 * GPX 1.1 (topografix.com/GPX/1/1/gpx.xsd): a segment for each stretch without a gap, elements in the order that the
 * schema asks for. Which coordinate system the places are in stands in the metadata.
 */
export async function* writeGpx(
  runs: AsyncIterable<Run>,
  { device, crs, shift }: FileHead,
): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield '<gpx version="1.1" creator="gridpatrol" xmlns="http://www.topografix.com/GPX/1/1" '
  yield `xmlns:gpxtpx="${GARMIN_NAMESPACE}" xmlns:gridpatrol="${OWN_NAMESPACE}">\n`
  yield `<metadata><desc>Coordinates in ${SYSTEM_NAMES[crs]}</desc><keywords>${CRS_KEYWORD}${crs}</keywords></metadata>\n`
  yield `<trk><name>${device}</name>\n`
  let isOpen = false
  for await (const { slice, start, end, isApart } of runs) {
    if (isApart) yield isOpen ? '</trkseg>\n<trkseg>\n' : '<trkseg>\n'
    isOpen = true
    yield Array.from({ length: end - start }, (_, i) => trackPoint(slice, start + i, shift)).join('')
  }
  yield `${isOpen ? '</trkseg>\n' : ''}</trk>\n</gpx>\n`
}

/** wptType of the schema: ele, time … fix, sat, hdop … extensions. */
function trackPoint(slice: Run['slice'], row: number, shift: Shift): string {
  const { timeMs, altM, speedMps, courseDeg, hdop, satellites, quality, accuracyM, ...place } = fixOf(
    slice,
    row,
  )
  const [lon, lat] = shift(place.lon, place.lat)
  const motion = element('gpxtpx:speed', speedMps) + element('gpxtpx:course', courseDeg)
  const extensions =
    (motion === '' ? '' : `<gpxtpx:TrackPointExtension>${motion}</gpxtpx:TrackPointExtension>`) +
    // fixType has only some of the qualities.
    element('gridpatrol:quality', quality) +
    element('gridpatrol:accuracyM', accuracyM)
  return [
    `<trkpt lat="${lat}" lon="${lon}">`,
    element('ele', altM),
    element('time', new Date(timeMs).toISOString()),
    element('fix', quality === 'dgps' || quality === 'pps' ? quality : undefined),
    element('sat', satellites),
    element('hdop', hdop),
    extensions === '' ? '' : `<extensions>${extensions}</extensions>`,
    '</trkpt>\n',
  ].join('')
}

function element(name: string, value: number | string | undefined): string {
  return value === undefined ? '' : `<${name}>${value}</${name}>`
}
