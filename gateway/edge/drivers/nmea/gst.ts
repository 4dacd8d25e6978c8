import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

const MAX_ERROR_M = 1e7

/**
 * GST, error statistics: `time,rms,semi-major,semi-minor,orientation,sigma lat,sigma lon,sigma alt`.
 * Horizontal one-sigma accuracy is the root of the sum of squares of the two sigmas (DRMS).
 */
export function readGst(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  fields.skip(4)
  const latM = fields.decimal(0, MAX_ERROR_M, 'accuracy')
  const lonM = fields.decimal(0, MAX_ERROR_M, 'accuracy')
  const accuracyM = Math.sqrt(latM * latM + lonM * lonM)
  if (accuracyM > 0) report.accuracyM = accuracyM
}
