import type { FieldReader } from './field-reader.ts'
import { LETTER_N, qualityOfMode, readStatus } from './positioning-mode.ts'
import { type Report, SAYS_FIX, SAYS_NO_FIX, SPEED_MPS } from './report.ts'
import { MAX_KNOTS, MPS_PER_KNOT } from './speed.ts'

/**
 * RMC, recommended minimum: time, status, position, speed, course, date.
 * `time,status,lat,N,lon,E,knots,course,ddmmyy,variation,E[,mode[,navigational status]]`
 * Without status A nothing after it counts: receivers fill in old positions and the date of their own clock.
 */
export function readRmc(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  report.verdict = readStatus(fields)
  if (report.verdict !== SAYS_FIX) return
  fields.position(report)
  fields.quantity(report, SPEED_MPS, 0, MAX_KNOTS, MPS_PER_KNOT, 'speed')
  fields.course(report)
  fields.date(report)
  fields.skip(2)
  const mode = fields.letter('mode')
  if (mode === LETTER_N) report.verdict = SAYS_NO_FIX
  report.quality = qualityOfMode(mode)
}
