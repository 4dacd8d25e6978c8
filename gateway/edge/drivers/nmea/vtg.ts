import type { FieldReader } from './field-reader.ts'
import { LETTER_N } from './positioning-mode.ts'
import type { Report } from './report.ts'
import { MAX_KMH, MAX_KNOTS, MPS_PER_KMH, MPS_PER_KNOT } from './speed.ts'

/** VTG, course and speed over ground: `course,T,course,M,knots,N,km/h,K[,mode]`. It has no time. */
export function readVtg(fields: FieldReader, report: Report): void {
  const courseDeg = fields.course()
  fields.skip(3)
  const knots = fields.decimal(0, MAX_KNOTS, 'speed')
  fields.skip(1)
  const kmh = fields.decimal(0, MAX_KMH, 'speed')
  fields.skip(1)
  if (fields.letter('mode') === LETTER_N) {
    fields.forgive()
    return
  }
  report.courseDeg = courseDeg
  report.speedMps = Number.isNaN(knots) ? kmh * MPS_PER_KMH : knots * MPS_PER_KNOT
}
