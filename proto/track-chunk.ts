import { ABSENT, FIX_QUANTITIES, type FixColumns } from './fix-columns.ts'

/**
 * A chunk: the fixes of one device in one stretch of time as bytes, 7 to 9 a fix.
 *
 *   version, 1 byte
 *   varint count
 *   time column, then the columns of FIX_QUANTITIES, each:
 *     varint (bytes of the column) * 2 + (1 where it has a bitmap)
 *     bitmap of the fixes that lack the quantity, lowest bit first, (count + 7) / 8 bytes
 *     differences between the present values as zigzag varints, trailing zeros left off
 *
 * Times (in ms from the start of the stretch) and positions are differenced twice, since a rider is steady;
 * the other columns once. Sums are modulo 2^32, so no difference overflows.
 */
const VERSION = 1
const MAX_VARINT_BYTES = 5
/** Ten minutes of the store at a fix a ms. */
const MAX_COUNT = 600_000
/** Latitude and longitude come first in FIX_QUANTITIES. */
const TWICE_DIFFERENCED = 2

/** The bytes, of the store or of an answer, are no chunk. */
export class ChunkDamaged extends Error {
  override readonly name = 'ChunkDamaged'
}

/** @param startMs - not after the first and at most 2^31 ms before the last time; it is not kept in the bytes. */
export function encodeChunk(columns: FixColumns, startMs: number): Uint8Array {
  const { count, timeMs, values } = columns
  const columnBytes = count * MAX_VARINT_BYTES + (count >> 3) + 1 + MAX_VARINT_BYTES
  const bytes = new Uint8Array(1 + MAX_VARINT_BYTES + columnBytes * (1 + values.length))
  const offsets = new Float64Array(count)
  for (let i = 0; i < count; i++) offsets[i] = timeMs[i]! - startMs
  bytes[0] = VERSION
  let at = putVarint(bytes, 1, count)
  at = putColumn(bytes, at, offsets, count, true)
  for (let c = 0; c < values.length; c++) at = putColumn(bytes, at, values[c]!, count, c < TWICE_DIFFERENCED)
  return bytes.slice(0, at)
}

/**
 * How many fixes a chunk holds, without reading them.
 * @throws ChunkDamaged where the bytes are no chunk.
 */
export function chunkCount(bytes: Uint8Array): number {
  return readCount({ bytes, at: 0 })
}

function readCount(reader: Reader): number {
  const version = reader.bytes[reader.at++]
  if (version !== VERSION) throw new ChunkDamaged(`chunk version ${version}, expected ${VERSION}`)
  const count = getVarint(reader)
  if (count > MAX_COUNT) throw new ChunkDamaged(`chunk of ${count} fixes, at most ${MAX_COUNT} are expected`)
  return count
}

/** Room for one column while it is written: a column's length stands before it. */
let scratch = new Uint8Array(0)

function putColumn(
  bytes: Uint8Array,
  start: number,
  column: Float64Array,
  count: number,
  twice: boolean,
): number {
  if (scratch.length < count * MAX_VARINT_BYTES) scratch = new Uint8Array(count * MAX_VARINT_BYTES)
  let length = 0
  let withoutZeros = 0
  let previous = 0
  let previousStep = 0
  let present = 0
  for (let i = 0; i < count; i++) {
    const value = column[i]!
    if (Number.isNaN(value)) continue
    const step = (value - previous) | 0
    // The first value has no step before it.
    const difference = twice && present > 1 ? (step - previousStep) | 0 : step
    length = putVarint(scratch, length, (difference << 1) ^ (difference >> 31))
    if (difference !== 0) withoutZeros = length
    previous = value
    previousStep = step
    present++
  }
  const hasBitmap = present < count
  let at = putVarint(bytes, start, withoutZeros * 2 + (hasBitmap ? 1 : 0))
  if (hasBitmap) {
    for (let i = 0; i < count; i++) if (Number.isNaN(column[i]!)) bytes[at + (i >> 3)]! |= 1 << (i & 7)
    at += (count + 7) >> 3
  }
  bytes.set(scratch.subarray(0, withoutZeros), at)
  return at + withoutZeros
}

function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest > 127 || rest < 0) {
    bytes[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/**
 * Appends a chunk's fixes to `into`, which has room for them.
 * @param divisors - of each column; given, the values come out in the units of a Track.
 * @throws ChunkDamaged where the bytes are no chunk, or hold more fixes than there is room for.
 */
export function decodeChunk(
  bytes: Uint8Array,
  startMs: number,
  into: FixColumns,
  divisors = UNDIVIDED,
): void {
  const reader = { bytes, at: 0 }
  const first = into.count
  const count = readCount(reader)
  if (count > into.timeMs.length - first)
    throw new ChunkDamaged(`chunk of ${count} fixes, more than recorded`)
  const { timeMs, values } = into
  getColumn(reader, timeMs.subarray(first, first + count), 1, true)
  for (let i = first; i < first + count; i++) timeMs[i]! += startMs
  for (let c = 0; c < values.length; c++)
    getColumn(reader, values[c]!.subarray(first, first + count), divisors[c]!, c < TWICE_DIFFERENCED)
  if (reader.at !== bytes.length) throw new ChunkDamaged(`${bytes.length - reader.at} bytes after a chunk`)
  into.count = first + count
}

/** The times of a chunk alone. @param into - of as many as it holds. @throws ChunkDamaged */
export function decodeTimes(bytes: Uint8Array, startMs: number, into: Float64Array): void {
  const reader = { bytes, at: 0 }
  const count = readCount(reader)
  if (count !== into.length) throw new ChunkDamaged(`chunk of ${count} fixes, ${into.length} recorded`)
  getColumn(reader, into, 1, true)
  for (let i = 0; i < count; i++) into[i]! += startMs
}

const UNDIVIDED: readonly number[] = FIX_QUANTITIES.map(() => 1)

interface Reader {
  bytes: Uint8Array
  at: number
}

function getColumn(reader: Reader, out: Float64Array, divisor: number, twice: boolean): void {
  const header = getVarint(reader)
  const hasBitmap = (header & 1) === 1
  const bitmapAt = reader.at
  if (hasBitmap) reader.at += (out.length + 7) >> 3
  const end = reader.at + (header >>> 1)
  if (end > reader.bytes.length) throw new ChunkDamaged('chunk is cut off')
  getValues(reader, end, out, divisor, twice)
  if (reader.at !== end) throw new ChunkDamaged('chunk column has values left over')
  if (hasBitmap) spread(out, reader.bytes.subarray(bitmapAt, bitmapAt + ((out.length + 7) >> 3)))
}

/** Varints up to `end`, then zeros, added up; this loop is where reading a track spends its time. */
function getValues(reader: Reader, end: number, out: Float64Array, divisor: number, twice: boolean): void {
  const { bytes } = reader
  const count = out.length
  let { at } = reader
  let value = 0
  let step = 0
  let i = 0
  for (; i < count && at < end; i++) {
    let byte = bytes[at++]!
    let zigzag = byte & 127
    for (let shift = 7; byte > 127 && at < end; shift += 7) {
      byte = bytes[at++]!
      zigzag |= (byte & 127) << shift
    }
    const difference = (zigzag >>> 1) ^ -(zigzag & 1)
    step = twice && i > 1 ? (step + difference) | 0 : difference
    value = (value + step) | 0
    out[i] = value / divisor
  }
  reader.at = at
  if (!twice || i < 2) step = 0
  for (; i < count; i++) {
    value = (value + step) | 0
    out[i] = value / divisor
  }
}

/** Moves the present values, which stand at the front, to their places. */
function spread(out: Float64Array, absent: Uint8Array): void {
  let from = 0
  for (let i = 0; i < out.length; i++) if ((absent[i >> 3]! & (1 << (i & 7))) === 0) from++
  for (let i = out.length - 1; i >= 0; i--)
    out[i] = (absent[i >> 3]! & (1 << (i & 7))) === 0 ? out[--from]! : ABSENT
}

function getVarint(reader: Reader): number {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.bytes[reader.at++]
    if (byte === undefined) throw new ChunkDamaged('chunk is cut off')
    value |= (byte & 127) << shift
    if (byte < 128) return value >>> 0
  }
  throw new ChunkDamaged('chunk has a number without end')
}
