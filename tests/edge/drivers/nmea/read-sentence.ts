import { FieldReader } from '../../../../gateway/edge/drivers/nmea/field-reader.ts'
import { Report, SAYS_FIX, SAYS_NO_FIX } from '../../../../gateway/edge/drivers/nmea/report.ts'
import { SENTENCES } from '../../../../gateway/edge/drivers/nmea/sentences.ts'
import { QUALITIES } from '../../../../proto/domain.ts'

/** What a reader took from one sentence, as plain values; `error` alone where it was refused. */
export interface Reading {
  error?: string
  verdict?: 'fix' | 'no-fix'
  timeOfDayMs?: number
  date?: string
  lat?: number
  lon?: number
  altM?: number
  speedMps?: number
  courseDeg?: number
  hdop?: number
  satellites?: number
  accuracyM?: number
  quality?: string
  dimension?: number
  list?: number[]
}

/** One line of a table: what it shows, the sentence as a receiver sends it (without checksum), what is read. */
export type SentenceCase = [name: string, line: string, expected: Reading]

/** Reads `$GPRMC,…` with the reader of its formatter; the checksum, if any, is not looked at. */
export function readSentence(line: string): Reading {
  const type = SENTENCES.find(({ formatter }) => formatter === line.slice(3, 6))
  if (!type) throw new RangeError(`no reader for ${line}`)
  const bytes = Buffer.from(line.slice(1).replace(/\*.*$/, ''), 'latin1')
  const fields = new FieldReader()
  const report = new Report()
  fields.start(bytes, 6, bytes.length)
  type.read(fields, report)
  if (fields.error !== '') return { error: fields.error }
  const { timeOfDayMs, lat, lon, altM, speedMps, courseDeg, hdop, satellites, accuracyM } = report
  const numbers = { timeOfDayMs, lat, lon, altM, speedMps, courseDeg, hdop, satellites, accuracyM }
  const read: Reading = Object.fromEntries(
    Object.entries(numbers).filter(([, value]) => !Number.isNaN(value)),
  )
  if (report.verdict === SAYS_FIX) read.verdict = 'fix'
  if (report.verdict === SAYS_NO_FIX) read.verdict = 'no-fix'
  if (!Number.isNaN(report.dayMs)) read.date = new Date(report.dayMs).toISOString().slice(0, 10)
  if (report.quality > 0) read.quality = QUALITIES[report.quality]!
  if (report.dimension > 0) read.dimension = report.dimension
  if (report.listed > 0) read.list = [...report.list.subarray(0, report.listed)]
  return read
}
