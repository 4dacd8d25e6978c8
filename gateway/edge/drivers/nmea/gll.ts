import type { FieldReader } from './field-reader.ts'
import { LETTER_N, qualityOfMode, readStatus } from './positioning-mode.ts'
import { LAT, type Report, SAYS_FIX, SAYS_NO_FIX, SAYS_NOTHING } from './report.ts'

/**
 * GLL, geographic position: `lat,N,lon,E[,time,status[,mode]]`. Editions before 2.0 end after the position:
 * without a status the position itself is the word of a fix.
 */
export function readGll(fields: FieldReader, report: Report): void {
  fields.position(report)
  const wrongPosition = fields.isRefused ? fields.error : ''
  fields.forgive()
  report.timeOfDayMs = fields.timeOfDay()
  report.verdict = readStatus(fields)
  const mode = fields.letter('mode')
  if (mode === LETTER_N) report.verdict = SAYS_NO_FIX
  if (report.verdict === SAYS_NO_FIX) return
  if (wrongPosition !== '') fields.refuse(wrongPosition)
  if (report.verdict === SAYS_NOTHING && report.says(LAT)) report.verdict = SAYS_FIX
  report.quality = qualityOfMode(mode)
}
