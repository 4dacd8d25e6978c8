import type { Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { COORDINATE_SYSTEMS, type CoordinateSystem } from '../../../proto/http.ts'
import { type ReadPoint, UnreadableFile } from './read-point.ts'

/**
 * CSV (RFC 4180) with a first line of names, separated by comma, semicolon or tab. In: bytes as they come from a file;
 * out: a point a line, and the coordinate system that the names tell of (`lat_gcj02`). Fails with UnreadableFile where
 * the names are not those of a track.
 */
export interface CsvFile {
  crs: CoordinateSystem | undefined
  points: AsyncIterable<ReadPoint>
}

type Field = 'date' | 'clock' | 'speedKmh' | Exclude<keyof ReadPoint, 'where' | 'reason'>

/** Names without case, blanks, and marks. */
const NAMES: Record<Field, string[]> = {
  time: ['time', 'timestamp', 'datetime', 'timems', 'utc', 'utctime', 'gpstime', '时间', '定位时间'],
  date: ['date', '日期'],
  clock: ['clock', 'timeofday'],
  lat: ['lat', 'latitude', 'latdeg', 'y', '纬度'],
  lon: ['lon', 'lng', 'long', 'longitude', 'londeg', 'x', '经度'],
  altM: ['altm', 'alt', 'altitude', 'altitudem', 'ele', 'elevation', 'elevationm', '高度', '海拔'],
  speedMps: ['speedmps', 'speedms', 'speed', '速度'],
  speedKmh: ['speedkmh', 'speedkph'],
  courseDeg: ['coursedeg', 'course', 'heading', 'bearing', 'direction', '方向', '航向'],
  hdop: ['hdop'],
  satellites: ['satellites', 'sats', 'sat', 'numsat', '卫星数'],
  quality: ['quality', 'fixquality'],
  accuracyM: ['accuracym', 'accuracy', '精度'],
}
const FIELDS = new Map(
  Object.entries(NAMES).flatMap(([field, names]) => names.map((name) => [name, field as Field])),
)
const KMH_PER_MPS = 3.6
/** A quote that nobody closes takes the rest of the file. */
const MAX_LINE_BYTES = 100_000

/** @throws UnreadableFile */
export async function readCsv(source: Readable): Promise<CsvFile> {
  const parser = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    info: true,
    max_record_size: MAX_LINE_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  })
  source.once('error', (error) => parser.destroy(error))
  const rows = source.pipe(parser)[Symbol.asyncIterator]() as AsyncIterator<Row>
  const first = await nextRow(rows).catch((error: Error) => {
    if (!(error instanceof CsvError)) throw error
    throw new UnreadableFile(`no CSV: ${error.message}`, { cause: error })
  })
  if (!first) throw new UnreadableFile('the file is empty')
  const { fields, crs } = fieldsOf(first.record)
  return { crs, points: pointsOf(rows, fields, first.record.length) }
}

interface Row {
  record: string[]
  info: Info
}

async function nextRow(rows: AsyncIterator<Row>): Promise<Row | undefined> {
  const { value, done } = await rows.next()
  return done ? undefined : value
}

/** The field of each column; undefined for one that is none of a track. */
function fieldsOf(names: string[]): { fields: (Field | undefined)[]; crs: CoordinateSystem | undefined } {
  let crs: CoordinateSystem | undefined
  const fields = names.map((name) => {
    const plain = name.toLowerCase().replaceAll(/[\s_()[\]./°-]/g, '')
    const told = COORDINATE_SYSTEMS.find((system) => plain.endsWith(system))
    if (told) crs = told
    return FIELDS.get(told ? plain.slice(0, -told.length) : plain)
  })
  const has = (field: Field) => fields.includes(field)
  const missing = [
    ...(has('time') || (has('date') && has('clock')) ? [] : ['time']),
    ...(has('lat') ? [] : ['lat']),
    ...(has('lon') ? [] : ['lon']),
  ]
  if (missing.length === 0) return { fields, crs }
  const found = names
    .map((name) => JSON.stringify(name.slice(0, 30)))
    .join(', ')
    .slice(0, 300)
  const encoding = names.join('').includes('\ufffd') ? 'the file is not UTF-8: save it so, and ' : ''
  throw new UnreadableFile(
    `line 1: no column ${missing.join(', ')}, found ${found}; ${encoding}let the first line name time, lat and lon` +
      (missing.includes('time')
        ? '. Without the time of each point there is no track: export it with times'
        : ''),
  )
}

async function* pointsOf(
  rows: AsyncIterator<Row>,
  fields: (Field | undefined)[],
  columns: number,
): AsyncGenerator<ReadPoint> {
  let line = 1
  try {
    for (let row = await nextRow(rows); row; row = await nextRow(rows)) {
      line = row.info.lines
      const where = `line ${line}`
      const { record } = row
      if (record.length !== columns) yield { where, reason: `${record.length} columns, expected ${columns}` }
      else yield { where, ...valuesOf(record, fields) }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    // What stands before it is a track all the same.
    yield { where: `after line ${line}`, reason: `no CSV from here to the end: ${error.message}` }
  }
}

function valuesOf(record: string[], fields: (Field | undefined)[]): Omit<ReadPoint, 'where'> {
  const values: Partial<Record<Field, unknown>> = {}
  fields.forEach((field, c) => {
    if (field !== undefined) values[field] ??= record[c]
  })
  const { date, clock, speedKmh, ...point } = values
  // A column `time` beside `date` is the time of day.
  const ofDay = clock ?? (/^\d\d?:\d\d/.test(String(point.time)) ? point.time : undefined)
  if (date !== undefined && ofDay !== undefined) point.time = `${date} ${ofDay}`
  const kmh = Number(speedKmh)
  if (point.speedMps === undefined && speedKmh !== undefined && speedKmh !== '')
    point.speedMps = Number.isNaN(kmh) ? speedKmh : kmh / KMH_PER_MPS
  return point
}
