import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

const DIGIT_0 = 0x30
const MAX_SATELLITE_NUMBER = 999
const MAX_SYSTEM = 15

/**
 * GSA, satellites used and dilutions of precision: `M|A,1|2|3,` 12 satellites `,pdop,hdop,vdop[,system]`.
 * It has no time. 1 (no fix) is not believed: with several systems each has its sentence, and one without
 * satellites says 1 beside another's 3.
 */
export function readGsa(fields: FieldReader, report: Report): void {
  fields.skip(1)
  const dimension = fields.letter('dimension') - DIGIT_0
  if (dimension === 2 || dimension === 3) report.dimension = dimension
  const listed = fields.numbers(report.list, MAX_SATELLITE_NUMBER, 'satellites')
  fields.skip(1)
  report.hdop = fields.hdop()
  fields.skip(1)
  const system = fields.decimal(0, MAX_SYSTEM, 'system')
  if (system > 0) for (let place = 0; place < listed; place++) report.list[place]! += system * 1000
  report.listed = listed
}
