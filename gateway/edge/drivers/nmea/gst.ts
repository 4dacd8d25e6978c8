import type { FieldReader } from './field-reader.ts'
import { ACCURACY_M, type Report } from './report.ts'

const MAX_ERROR_M = 1e7

/**
 * GST, error statistics: `time,rms,semi-major,semi-minor,orientation,sigma lat,sigma lon,sigma alt`.
 * Horizontal one-sigma accuracy is the root of the sum of squares of the two sigmas (DRMS).
 */
export function readGst(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  fields.skip(4)
  const latM = sigmaM(fields, report)
  const lonM = sigmaM(fields, report)
  const accuracyM = Math.sqrt(latM * latM + lonM * lonM)
  if (accuracyM > 0) report.set(ACCURACY_M, accuracyM)
}

function sigmaM(fields: FieldReader, report: Report): number {
  fields.quantity(report, ACCURACY_M, 0, MAX_ERROR_M, 1, 'accuracy')
  if (!report.says(ACCURACY_M)) return Number.NaN
  report.unset(ACCURACY_M)
  return report.get(ACCURACY_M)
}
