import type { FieldReader } from './field-reader.ts'
import type { Report } from './report.ts'

const SPACE = 0x20
const COMMA = 0x2c
const ZERO = 0x30

const MAX_SATELLITE_NUMBER = 999
/** Above all numbers that are. */
const NOT_A_NUMBER = 0x3fffffff
const MAX_SYSTEM = 15

/**
 * GSA, satellites used and dilutions of precision: `M|A,1|2|3,` 12 satellites `,pdop,hdop,vdop[,system]`.
 * It has no time. 1 (no fix) is not believed: with several systems each has its sentence, and one without
 * satellites says 1 beside another's 3.
 */
export function readGsa(fields: FieldReader, report: Report): void {
  fields.skip(1)
  const dimension = fields.letter('dimension') - ZERO
  if (dimension === 2 || dimension === 3) report.dimension = dimension
  readUsed(fields, report)
  fields.skip(1)
  fields.hdop(report)
  fields.skip(1)
  report.system = fields.id(MAX_SYSTEM, 'system')
}

/** As many fields as the report's list has places: the numbers above 0 among them go into it. */
function readUsed(fields: FieldReader, report: Report): void {
  const { bytes, end } = fields
  const { list } = report
  let { at } = fields
  let listed = 0
  let largest = 0
  for (let places = list.length | 0; places > 0 && at <= end; places = (places - 1) | 0) {
    const tens = bytes[at]! - ZERO
    // Most places are blank.
    if (tens === COMMA - ZERO) {
      at = (at + 1) | 0
      continue
    }
    let number = 0
    const ones = bytes[at + 1]! - ZERO
    if (tens >>> 0 <= 9 && ones >>> 0 <= 9 && bytes[at + 2] === COMMA) {
      number = (Math.imul(tens, 10) + ones) | 0
      at = (at + 2) | 0
    } else {
      for (; bytes[at] !== COMMA && at !== end; at = (at + 1) | 0) {
        const digit = bytes[at]! - ZERO
        if (digit >>> 0 <= 9 && number <= MAX_SATELLITE_NUMBER) number = (number * 10 + digit) | 0
        else if (bytes[at] !== SPACE) largest = NOT_A_NUMBER
      }
    }
    if (number > 0) {
      list[listed] = number
      listed = (listed + 1) | 0
      if (number > largest) largest = number
    }
    at = (at + 1) | 0
  }
  if (largest > MAX_SATELLITE_NUMBER) fields.refuse('satellites')
  report.listed = listed
  fields.at = at
}
