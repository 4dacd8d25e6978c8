import type { Reading } from '../../../proto/domain.ts'
import { FIX_COLUMNS, type FixColumns } from './fix-columns.ts'

/**
 * Line protocol (measurement,tags fields time) without escaping: only for ids that `checkedFixes` and
 * `checkedReadings` have let through, which hold no comma, space, `=`, backslash or line feed.
 */

/** `lat_e7=`, `,lon_e7=` … Latitude, the first, is never absent. */
const LABELS = FIX_COLUMNS.map(({ field }, c) => Buffer.from(`${c === 0 ? '' : ','}${field}=`))
const MAX_DIGITS = 13
const MAX_FIELDS_BYTES = LABELS.reduce((sum, label) => sum + label.length + MAX_DIGITS, 0)
const SPACE = 0x20
const LINE_FEED = 0x0a
const MINUS = 0x2d
const ZERO = 0x30
/** What tells an integer field from a float. */
const INTEGER = 0x69

/**
 * One line a fix for the rows `start` … `end` - 1, times in ms, no line feed at the end. Written byte by byte:
 * putting the same text together from strings took as long as all else that a write costs here.
 */
export function fixLines(device: string, fixes: FixColumns, start: number, end: number): string {
  const series = Buffer.from(`fix,device=${device} `)
  const bytes = new Uint8Array((end - start) * (series.length + MAX_FIELDS_BYTES + MAX_DIGITS + 2))
  let at = 0
  for (let row = start; row < end; row++) {
    if (row > start) bytes[at++] = LINE_FEED
    at = putBytes(bytes, at, series)
    for (let c = 0; c < LABELS.length; c++) {
      const value = fixes.values[c]![row]!
      if (Number.isNaN(value)) continue
      at = putBytes(bytes, at, LABELS[c]!)
      at = putInteger(bytes, at, value)
      bytes[at++] = INTEGER
    }
    bytes[at++] = SPACE
    at = putInteger(bytes, at, fixes.timeMs[row]!)
  }
  return Buffer.from(bytes.buffer, 0, at).toString('latin1')
}

export function readingLine({ component, metric, timeMs, value }: Reading): string {
  return `reading,component=${component},metric=${metric} value=${value} ${timeMs}`
}

/** For a few bytes a loop is faster than `set`. */
function putBytes(bytes: Uint8Array, start: number, text: Uint8Array): number {
  for (let i = 0; i < text.length; i++) bytes[start + i] = text[i]!
  return start + text.length
}

function putInteger(bytes: Uint8Array, start: number, value: number): number {
  if (value >= 0) return putDigits(bytes, start, value)
  bytes[start] = MINUS
  return putDigits(bytes, start + 1, -value)
}

function putDigits(bytes: Uint8Array, start: number, value: number): number {
  // Times exceed 32 bits: their upper and lower digits do not.
  if (value >= 1e9) {
    const upper = Math.floor(value / 1e6)
    const at = putDigits(bytes, start, upper)
    return putLast(bytes, at + 6, (value - upper * 1e6) | 0, 6)
  }
  let digits = 1
  for (let power = 10; value >= power; power *= 10) digits++
  return putLast(bytes, start + digits, value | 0, digits)
}

/** The last digits of an integer, ending before `end`. */
function putLast(bytes: Uint8Array, end: number, value: number, digits: number): number {
  let rest = value
  for (let at = end - 1; at >= end - digits; at--) {
    const tenth = (rest / 10) | 0
    bytes[at] = ZERO + (rest - tenth * 10)
    rest = tenth
  }
  return end
}
