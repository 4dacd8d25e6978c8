import type { CoordinateSystem, TRACK_FORMATS } from '../../../proto/http.ts'
import { shiftInto } from './coordinate-systems.ts'
import { writeCsv } from './csv-writer.ts'
import { writeGeoJson } from './geojson-writer.ts'
import { writeGpx } from './gpx-writer.ts'
import { runsOf, type TrackSlice } from './track-slice.ts'

/**
 * Tracks as files for other programs: docs/track-files.md. In: a track in slices; out: text in pieces, written as the
 * slices come. Fails as what it reads from does.
 */

export const FILE_FORMATS = ['gpx', 'geojson', 'csv'] as const satisfies (typeof TRACK_FORMATS)[number][]
export type FileFormat = (typeof FILE_FORMATS)[number]

export const CONTENT_TYPES: Record<FileFormat, string> = {
  geojson: 'application/geo+json; charset=utf-8',
  gpx: 'application/gpx+xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

export const isFileFormat = (format: string): format is FileFormat =>
  (FILE_FORMATS as readonly string[]).includes(format)

const WRITERS = { geojson: writeGeoJson, gpx: writeGpx, csv: writeCsv }

export function writeFile(
  slices: Iterable<TrackSlice> | AsyncIterable<TrackSlice>,
  { device, format, crs }: { device: string; format: FileFormat; crs: CoordinateSystem },
): AsyncGenerator<string> {
  return WRITERS[format](runsOf(slices), { device, crs, shift: shiftInto(crs) })
}
