import type { FieldReader } from './field-reader.ts'
import { LETTER_N } from './positioning-mode.ts'
import { type Report, SPEED_MPS } from './report.ts'
import { MAX_KMH, MAX_KNOTS, MPS_PER_KMH, MPS_PER_KNOT } from './speed.ts'

/** VTG, course and speed over ground: `course,T,course,M,knots,N,km/h,K[,mode]`. It has no time. */
export function readVtg(fields: FieldReader, report: Report): void {
  fields.course(report)
  fields.skip(3)
  fields.quantity(report, SPEED_MPS, 0, MAX_KNOTS, MPS_PER_KNOT, 'speed')
  fields.skip(1)
  fields.quantity(report, SPEED_MPS, 0, MAX_KMH, MPS_PER_KMH, 'speed')
  fields.skip(1)
  if (fields.letter('mode') === LETTER_N) {
    fields.forgive()
    report.clear()
  }
}
