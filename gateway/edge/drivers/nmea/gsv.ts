import type { FieldReader } from './field-reader.ts'
import { NONE } from './number-reader.ts'
import { type Report, SNR_SHIFT } from './report.ts'

const COMMA = 0x2c
const ZERO = 0x30
const LETTER_A = 0x41
const LETTER_F = 0x46

const MAX_PARTS = 32
const MAX_SATELLITE_NUMBER = 999
const MAX_SNR_DB = 99
const FIELDS_A_SATELLITE = 4
/** Where the SNR begins in `12,34,123,45`. */
const SNR_AT = 10

/**
 * GSV, satellites in view: `sentences,sentence,satellites,` then `number,elevation,azimuth,SNR` of up to four, and
 * from edition 4.10 on the signal. It says nothing of a fix. What is listed counts, not the number of satellites said:
 * some receivers list fewer. Blank sentences, of instruments that know of no receiver, say nothing.
 */
export function readGsv(fields: FieldReader, report: Report): void {
  report.signal = 0
  report.parts = Math.max(0, fields.whole(1, MAX_PARTS, 'satellites'))
  if (report.parts === 0) return
  report.part = fields.whole(1, report.parts, 'satellites')
  if (report.part === NONE) fields.refuse('satellites')
  fields.skip(1)
  readUsual(fields, report)
  readOthers(fields, report)
}

/** Satellites as nearly all are written, `12,34,123,45,` or `12,34,123,,`; stops before the first that is not. */
function readUsual(fields: FieldReader, report: Report): void {
  const { bytes, words, end } = fields
  const { list } = report
  const places = list.length | 0
  let { at } = fields
  let listed = 0
  for (; at + SNR_AT <= end && listed < places; listed = (listed + 1) | 0) {
    // Eleven characters as three words that overlap, digits as their values: a digit above 9, or anything but a comma in
    // its place, sets the high bit of its byte. The last character is not looked at yet.
    const first = words.getInt32(at, true) ^ 0x302c3030
    const second = words.getInt32(at + 4, true) ^ 0x30302c30
    const third = words.getInt32(at + 7, true) ^ 0x302c3030
    const others = first | (first + 0x767f7676) | second | (second + 0x76767f76)
    if (((others | ((third | (third + 0x7f7676)) & 0xffffff)) & 0x80808080) !== 0) break
    const number = (Math.imul(first & 0xff, 10) + ((first >>> 8) & 0xff)) | 0
    if (number === 0) break
    const snrAt = (at + SNR_AT) | 0
    if (snrAt === end || bytes[snrAt] === COMMA) {
      list[listed] = number
      at = (snrAt + 1) | 0
    } else {
      const tens = third >>> 24
      const ones = bytes[snrAt + 1]! - ZERO
      const next = (snrAt + 2) | 0
      if (tens > 9 || ones >>> 0 > 9 || (bytes[next] !== COMMA && next !== end)) break
      list[listed] = number | ((Math.imul(tens, 10) + ones) << SNR_SHIFT)
      at = (next + 1) | 0
    }
  }
  report.listed = listed
  fields.at = at
}

/**
 * What is left: satellites in any form, of which the last may be without SNR and its comma; then the signal, and from
 * some receivers the system.
 */
function readOthers(fields: FieldReader, report: Report): void {
  const left = fieldsLeft(fields)
  for (let satellites = (left + 1) >> 2; satellites > 0; satellites--) {
    const number = fields.whole(0, MAX_SATELLITE_NUMBER, 'satellites')
    fields.skip(2)
    const snrDb = readSnrDb(fields)
    if (number <= 0 || report.listed === report.list.length) continue
    report.list[report.listed] = number | (snrDb << SNR_SHIFT)
    report.listed++
  }
  const more = left % FIELDS_A_SATELLITE
  if (more === 1 || more === 2) report.signal = readSignal(fields)
}

function fieldsLeft({ bytes, at, end }: FieldReader): number {
  let fields = at <= end ? 1 : 0
  for (let place = at; place < end; place++) if (bytes[place] === COMMA) fields++
  return fields
}

/** Decimals do not count; 0 where it is blank. */
function readSnrDb(fields: FieldReader): number {
  if (!fields.number('satellites')) return 0
  if (fields.isNegative || fields.integer > MAX_SNR_DB) fields.refuse('satellites')
  return fields.integer
}

/** One hexadecimal digit; 0 where it is blank or anything else. */
function readSignal(fields: FieldReader): number {
  const { bytes, at, end } = fields
  fields.skip(1)
  if (fields.at !== at + 2 || at === end) return 0
  const digit = bytes[at]!
  if (digit >= ZERO && digit <= ZERO + 9) return digit - ZERO
  return digit >= LETTER_A && digit <= LETTER_F ? digit - LETTER_A + 10 : 0
}
