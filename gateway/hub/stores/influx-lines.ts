import type { Reading } from '../../../proto/domain.ts'
import type { FixColumns } from '../../../proto/fix-columns.ts'
import { FIX_COLUMNS } from './fix-columns.ts'

/**
 * Line protocol (measurement,tags fields time) without escaping: only for ids that `checkedFixes` and
 * `checkedReadings` have let through, which hold no comma, space, `=`, backslash or line feed.
 */

/** `lat_e7=`, `,lon_e7=` … Latitude, the first, is never absent. */
const LABELS = FIX_COLUMNS.map(({ field }, c) => Buffer.from(`${c === 0 ? '' : ','}${field}=`))
const MAX_DIGITS = 13
const MAX_FIELDS_BYTES = LABELS.reduce((sum, label) => sum + label.length + MAX_DIGITS, 0)
const SPACE = 0x20
const MINUS = 0x2d
const ZERO = 0x30
/** What tells an integer field from a float. */
const INTEGER = 0x69

/** Lines are put together here, one stretch at a time: a new array for each costs as much again, to be made and collected. */
let scratch = new Uint8Array(0)

/**
 * One line a fix for the rows `start` … `end` - 1, times in ms, no line feed at the end. Written byte by byte:
 * putting the same text together from strings took as long as all else that a write costs here.
 */
export function fixLines(device: string, fixes: FixColumns, start: number, end: number): string {
  const series = Buffer.from(`\nfix,device=${device} `)
  const room = (end - start) * (series.length + MAX_FIELDS_BYTES + MAX_DIGITS + 1)
  if (scratch.length < room) scratch = new Uint8Array(room)
  const bytes = scratch
  const { timeMs, values } = fixes
  let at = 0
  for (let row = start; row < end; row++) {
    at = putBytes(bytes, at, series)
    for (let c = 0; c < LABELS.length; c++) {
      const value = values[c]![row]!
      if (Number.isNaN(value)) continue
      at = putBytes(bytes, at, LABELS[c]!)
      at = putInteger(bytes, at, value)
      bytes[at++] = INTEGER
    }
    bytes[at++] = SPACE
    at = putInteger(bytes, at, timeMs[row]!)
  }
  // Without the line feed before the first line.
  return Buffer.from(bytes.buffer, 1, Math.max(0, at - 1)).toString('latin1')
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
  if (value < 0) {
    bytes[start] = MINUS
    return putInteger(bytes, start + 1, -value)
  }
  if (value < 1e9) return putDigits(bytes, start, value | 0)
  // Times exceed 32 bits: their upper and lower digits do not.
  const upper = Math.floor(value / 1e6)
  const end = putDigits(bytes, start, upper | 0) + 6
  putLast(bytes, end, (value - upper * 1e6) | 0, 6)
  return end
}

/** Of an integer below 2^31. */
function putDigits(bytes: Uint8Array, start: number, value: number): number {
  const end = start + countDigits(value)
  putLast(bytes, end, value, end - start)
  return end
}

function countDigits(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 100_000_000) {
    if (value < 1_000_000) return value < 100_000 ? 5 : 6
    return value < 10_000_000 ? 7 : 8
  }
  return value < 1_000_000_000 ? 9 : 10
}

/** `00` … `99`: two digits cost one division. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, i) => ZERO + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
)

/** The last digits of an integer, ending before `end`. */
function putLast(bytes: Uint8Array, end: number, value: number, digits: number): void {
  let rest = value
  let at = end
  let left = digits
  for (; left > 1; left -= 2) {
    const hundredth = (rest / 100) | 0
    const pair = (rest - hundredth * 100) << 1
    bytes[--at] = PAIRS[pair + 1]!
    bytes[--at] = PAIRS[pair]!
    rest = hundredth
  }
  if (left === 1) bytes[at - 1] = ZERO + (rest - ((rest / 10) | 0) * 10)
}
