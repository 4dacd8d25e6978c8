import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { CoordinateSystem } from '../../../proto/http.ts'
import { readCsv } from './csv-reader.ts'
import { readGeoJson } from './geojson-reader.ts'
import { readGpx } from './gpx-reader.ts'
import { readPlt } from './plt-reader.ts'
import { type ReadPoint, UnreadableFile } from './read-point.ts'

/**
 * A track file of any kind that is read here. In: a path; out: its points one by one. What it is its first bytes say,
 * then its name. Fails with UnreadableFile, and with the file system's errors.
 */
export interface TrackFile {
  format: 'gpx' | 'geojson' | 'plt' | 'csv'
  /** What the file itself says; most say nothing. */
  crs: CoordinateSystem | undefined
  points: Iterable<ReadPoint> | AsyncIterable<ReadPoint>
  /** Points of routes and waypoints, which are no recordings. */
  passedOver: number
}

const SNIFFED_BYTES = 4096
/** XML and JSON are read whole, at ten times their size in memory; lines come one by one. */
const MAX_WHOLE_BYTES = 128 * 1024 * 1024

export async function readTrackFile(path: string): Promise<TrackFile> {
  const { start, size } = await sniffed(path)
  const format = formatOf(start, path)
  if (format === 'csv') return { format, ...(await readCsv(createReadStream(path))), passedOver: 0 }
  if (format === 'plt') {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
    return { format, crs: undefined, points: readPlt(lines), passedOver: 0 }
  }
  if (size > MAX_WHOLE_BYTES)
    throw new UnreadableFile(
      `${size} bytes, at most ${MAX_WHOLE_BYTES} of ${format}: split it, or export CSV`,
    )
  const text = new TextDecoder().decode(await readFile(path))
  return format === 'gpx' ? { format, ...readGpx(text) } : { format, ...readGeoJson(text), passedOver: 0 }
}

async function sniffed(path: string): Promise<{ start: Buffer; size: number }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0)
    return { start: buffer.subarray(0, bytesRead), size }
  } finally {
    await file.close()
  }
}

function formatOf(start: Buffer, path: string): TrackFile['format'] {
  if (start.length === 0) throw new UnreadableFile('the file is empty')
  if (start[0] === 0xff || start[0] === 0xfe)
    throw new UnreadableFile('UTF-16 or another encoding that is not UTF-8: save it as UTF-8')
  // TextDecoder takes the byte order mark away.
  const text = new TextDecoder().decode(start).trimStart()
  if (start.includes(0))
    throw new UnreadableFile('no text; expected GPX, GeoJSON, CSV or PLT: export the track as one of those')
  if (text.startsWith('<')) return 'gpx'
  if (text.startsWith('{') || text.startsWith('[')) return 'geojson'
  if (/^(geolife trajectory|oziexplorer track)/i.test(text)) return 'plt'
  const ending = extname(path).toLowerCase()
  if (ending === '.gpx' || ending === '.geojson' || ending === '.json')
    throw new UnreadableFile(`no ${ending.slice(1)}: it begins with ${JSON.stringify(text.slice(0, 20))}`)
  return ending === '.plt' ? 'plt' : 'csv'
}
