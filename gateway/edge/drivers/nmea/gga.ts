import type { FieldReader } from './field-reader.ts'
import { type Report, SAYS_FIX, SAYS_NO_FIX } from './report.ts'

const DIGIT_0 = 0x30
const DGPS = 2
const HIGHEST_STANDARD_QUALITY = 8

/**
 * GGA, fix data: time, position, quality, satellites, HDOP, altitude above mean sea level. It has no date.
 * `time,lat,N,lon,E,quality,satellites,hdop,altitude,M,geoid,M,age,station`
 */
export function readGga(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  if (fields.isRefused) return
  fields.position(report)
  const quality = fields.letter('quality')
  if (quality === DIGIT_0) {
    // What stands in the fields of a position that there is not, does not matter.
    fields.forgive()
    report.verdict = SAYS_NO_FIX
    return
  }
  if (quality === 0) return
  report.verdict = SAYS_FIX
  report.quality = qualityOfDigit(quality, fields)
  fields.satellites(report)
  fields.hdop(report)
  fields.altitude(report)
}

/** QUALITIES stand in the order of this field; 9 is NovAtel's for satellite-based corrections. */
function qualityOfDigit(code: number, fields: FieldReader): number {
  const digit = code - DIGIT_0
  if (digit === 9) return DGPS
  if (digit >= 1 && digit <= HIGHEST_STANDARD_QUALITY) return digit
  fields.refuse('quality')
  return 0
}
