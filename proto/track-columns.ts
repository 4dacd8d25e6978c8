import { DIVISORS, emptyColumns, FIX_QUANTITIES, type TrackArrays, trackOf } from './fix-columns.ts'
import { ChunkDamaged, chunkCount, decodeChunk, encodeChunk } from './track-chunk.ts'

/**
 * Tracks as bytes for the page, application/vnd.gridpatrol.columns: a head, each track, an end. The chunks inside are
 * those of the embedded store, which hands its own through. docs/track-columns.md has the layout. In: columns or
 * chunks; out: bytes, and back. Fails with FrameDamaged alone. Free of server code: the page imports it.
 */

export const TRACK_COLUMNS_TYPE = 'application/vnd.gridpatrol.columns'

export type { TrackArrays }

/** "GPTC" */
const MAGIC = [0x47, 0x50, 0x54, 0x43]
const VERSION = 1
const TRACK = 1
const END = 0
/** A chunk of this many is some 30 KB. */
const FIXES_A_CHUNK = 4096
/** What times in a chunk, whole ms from its start, may reach: 24.8 days. */
const CHUNK_SPAN_MS = 2 ** 31
const CM_PER_M = 100

/** The bytes are no answer of this format, or only a part of one. */
export class FrameDamaged extends Error {
  override readonly name = 'FrameDamaged'
}

/** A track of an answer. */
export interface AnsweredTrack extends TrackArrays {
  /** Ascending rows before which a gap lies: nothing is known between it and the row before. */
  gapRows: Uint32Array
}

/** Fixes of one device in one stretch of time, as track-chunk.ts has them. */
export interface TrackChunk {
  /** Its times count from here. */
  startMs: number
  count: number
  bytes: Uint8Array
}

/**
 * The whole answer of tracks at hand.
 * @param toleranceM - how far a fix that was left out may lie from what the others say, m; 0: none was left out.
 */
export function encodeTracks(
  tracks: readonly (TrackArrays & { gapRows?: ArrayLike<number> })[],
  toleranceM = 0,
): Uint8Array {
  const parts = tracks.map((track) => encodeTrack(track.device, trackChunks(track), track.gapRows ?? []))
  return joined([encodeHead(toleranceM), ...parts, encodeEnd(tracks.length)])
}

/** Begins an answer. @param toleranceM - to the cm, as in encodeTracks. */
export function encodeHead(toleranceM: number): Uint8Array {
  return Uint8Array.from([...MAGIC, VERSION, ...varint(Math.round(toleranceM * CM_PER_M))])
}

/**
 * One track of an answer.
 * @param chunks - in order of time, each with at least one fix. @param gapRows - as in AnsweredTrack.
 */
export function encodeTrack(
  device: string,
  chunks: readonly TrackChunk[],
  gapRows: ArrayLike<number>,
): Uint8Array {
  const id = new TextEncoder().encode(device)
  const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const head = [TRACK, ...varint(id.length), ...id, ...varint(count), ...varint(chunks.length)]
  const parts: Uint8Array[] = [Uint8Array.from(head)]
  for (const { startMs, bytes } of chunks)
    parts.push(Uint8Array.from([...varint(startMs), ...varint(bytes.length)]), bytes)
  const gaps = varint(gapRows.length)
  for (let g = 0; g < gapRows.length; g++) gaps.push(...varint(gapRows[g]! - (g > 0 ? gapRows[g - 1]! : 0)))
  return joined([...parts, Uint8Array.from(gaps)])
}

/** Ends an answer: without it, it was cut off. */
export function encodeEnd(tracks: number): Uint8Array {
  return Uint8Array.from([END, ...varint(tracks)])
}

/** A track that is not kept as chunks, as chunks. Times are whole ms from 1970 on. */
export function trackChunks(track: TrackArrays): TrackChunk[] {
  const chunks: TrackChunk[] = []
  const room = emptyColumns(Math.min(track.count, FIXES_A_CHUNK))
  for (let start = 0, end = 0; start < track.count; start = end) {
    const startMs = track.timeMs[start]!
    while (end < track.count && end - start < FIXES_A_CHUNK && track.timeMs[end]! - startMs < CHUNK_SPAN_MS)
      end++
    room.count = end - start
    room.timeMs.set(track.timeMs.subarray(start, end))
    FIX_QUANTITIES.forEach(({ quantity, factor }, c) => {
      const column = room.values[c]!
      const from = track[quantity]
      for (let i = start; i < end; i++) column[i - start] = Math.round(from[i]! * factor)
    })
    chunks.push({ startMs, count: room.count, bytes: encodeChunk(room, startMs) })
  }
  return chunks
}

/** The tolerance that an answer was thinned with, m; 0: it has every fix. @throws FrameDamaged */
export function frameToleranceM(bytes: Uint8Array): number {
  return readHead({ bytes, at: 0 })
}

/** The tracks of an answer, in its order; one that has no fix in it too. @throws FrameDamaged */
export function decodeTracks(bytes: Uint8Array): AnsweredTrack[] {
  const reader: Reader = { bytes, at: 0 }
  readHead(reader)
  const tracks: AnsweredTrack[] = []
  try {
    for (let kind = getVarint(reader); kind !== END; kind = getVarint(reader)) {
      if (kind !== TRACK)
        throw new FrameDamaged(`byte ${reader.at - 1}: expected a track or the end, found ${kind}`)
      tracks.push(readTrack(reader))
    }
  } catch (error) {
    if (error instanceof ChunkDamaged)
      throw new FrameDamaged(`track ${tracks.length + 1}: ${error.message}`, { cause: error })
    throw error
  }
  const told = getVarint(reader)
  if (told !== tracks.length) throw new FrameDamaged(`${tracks.length} tracks, but the end tells of ${told}`)
  if (reader.at !== bytes.length) throw new FrameDamaged(`${bytes.length - reader.at} bytes after the end`)
  return tracks
}

interface Reader {
  bytes: Uint8Array
  at: number
}

function readHead(reader: Reader): number {
  const { bytes } = reader
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw new FrameDamaged('expected an answer that begins with GPTC: this is no gridpatrol track')
  const version = bytes[MAGIC.length]
  if (version !== VERSION)
    throw new FrameDamaged(`version ${version} of the track format, expected ${VERSION}: reload the page`)
  reader.at = MAGIC.length + 1
  return getVarint(reader) / CM_PER_M
}

function readTrack(reader: Reader): AnsweredTrack {
  const device = new TextDecoder().decode(take(reader, getVarint(reader)))
  const count = getVarint(reader)
  const chunks = getVarint(reader)
  const found: TrackChunk[] = []
  let sum = 0
  for (let c = 0; c < chunks; c++) {
    const startMs = getVarint(reader)
    const bytes = take(reader, getVarint(reader))
    const inChunk = chunkCount(bytes)
    sum += inChunk
    found.push({ startMs, count: inChunk, bytes })
  }
  // Before room is made for them: a damaged number must not ask for gigabytes.
  if (sum !== count) throw new FrameDamaged(`device ${device}: ${count} fixes told, ${sum} in its chunks`)
  const columns = emptyColumns(count)
  for (const chunk of found) decodeChunk(chunk.bytes, chunk.startMs, columns, DIVISORS)
  const { timeMs } = columns
  for (let i = 1; i < count; i++)
    if (!(timeMs[i]! > timeMs[i - 1]!))
      throw new FrameDamaged(`device ${device}: fix ${i} is not after the one before`)
  return { ...trackOf(device, columns), gapRows: readGapRows(reader, device, count) }
}

function readGapRows(reader: Reader, device: string, count: number): Uint32Array {
  const gaps = getVarint(reader)
  // A byte each at least, so that no damaged number asks for gigabytes.
  if (gaps > reader.bytes.length - reader.at) throw new FrameDamaged('cut off: the gaps are missing')
  const rows = new Uint32Array(gaps)
  for (let g = 0, row = 0; g < gaps; g++) {
    const step = getVarint(reader)
    row += step
    if (step === 0 || row >= count)
      throw new FrameDamaged(`device ${device}: a gap before fix ${row} of ${count}`)
    rows[g] = row
  }
  return rows
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length
  if (end > reader.bytes.length)
    throw new FrameDamaged(`cut off: ${end - reader.bytes.length} bytes or more are missing`)
  const part = reader.bytes.subarray(reader.at, end)
  reader.at = end
  return part
}

/** Seven bits a byte, the lowest first; up to 2^53, since times need more than 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  bytes.push(rest)
  return bytes
}

function getVarint(reader: Reader): number {
  let value = 0
  for (let factor = 1; factor < 2 ** 53; factor *= 128) {
    const byte = reader.bytes[reader.at++]
    if (byte === undefined) throw new FrameDamaged('cut off: the end is missing')
    value += (byte & 127) * factor
    if (byte < 128 && Number.isSafeInteger(value)) return value
  }
  throw new FrameDamaged(`byte ${reader.at - 1}: a number without end`)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
