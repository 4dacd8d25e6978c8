import { FieldReader } from '../../../../gateway/edge/drivers/nmea/field-reader.ts'
import {
  ACCURACY_M,
  ALT_M,
  COURSE_DEG,
  DAY_MS,
  HDOP,
  LAT,
  LON,
  NO_TIME,
  Report,
  SATELLITES,
  SAYS_FIX,
  SAYS_NO_FIX,
  SPEED_MPS,
} from '../../../../gateway/edge/drivers/nmea/report.ts'
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
  system?: number
  list?: number[]
}

/** One line of a table: what it shows, the sentence as a receiver sends it (without checksum), what is read. */
export type SentenceCase = [name: string, line: string, expected: Reading]

const NUMBERS: [name: keyof Reading, quantity: number][] = [
  ['lat', LAT],
  ['lon', LON],
  ['altM', ALT_M],
  ['speedMps', SPEED_MPS],
  ['courseDeg', COURSE_DEG],
  ['hdop', HDOP],
  ['satellites', SATELLITES],
  ['accuracyM', ACCURACY_M],
]

/** The report that the reader of its formatter makes of `$GPRMC,…`; the checksum, if any, is not looked at. */
export function reportOf(line: string): { report: Report; error: string } {
  const type = SENTENCES.find(({ formatter }) => formatter === line.slice(3, 6))
  if (!type) throw new RangeError(`no reader for ${line}`)
  const body = line.slice(1).replace(/\*..$/, '')
  const fields = new FieldReader()
  const report = new Report()
  fields.start(Buffer.from(`${body}*`, 'latin1'), 6, body.length)
  type.read(fields, report)
  return { report, error: fields.isRefused ? fields.error : '' }
}

/** Reads `$GPRMC,…` with the reader of its formatter. */
export function readSentence(line: string): Reading {
  const { report, error } = reportOf(line)
  if (error !== '') return { error }
  const read: Reading = Object.fromEntries(
    NUMBERS.filter(([, quantity]) => report.says(quantity)).map(([name, quantity]) => [
      name,
      report.get(quantity),
    ]),
  )
  if (report.timeOfDayMs !== NO_TIME) read.timeOfDayMs = report.timeOfDayMs
  if (report.verdict === SAYS_FIX) read.verdict = 'fix'
  if (report.verdict === SAYS_NO_FIX) read.verdict = 'no-fix'
  if (report.says(DAY_MS)) read.date = new Date(report.get(DAY_MS)).toISOString().slice(0, 10)
  if (report.quality > 0) read.quality = QUALITIES[report.quality]!
  if (report.dimension > 0) read.dimension = report.dimension
  if (report.system > 0) read.system = report.system
  if (report.listed > 0) read.list = [...report.list.subarray(0, report.listed)]
  return read
}
