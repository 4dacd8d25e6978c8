import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeTimes } from '../../../proto/track-chunk.ts'
import {
  type AnsweredTrack,
  encodeEnd,
  encodeHead,
  encodeTrack,
  encodeTracks,
  type TrackChunk,
  trackChunks,
} from '../../../proto/track-columns.ts'
import type { TrackStore } from '../stores/track-store.ts'
import { gapRowsOf, thinnedFurther, thinnedTrack } from './thinned-track.ts'

/**
 * Tracks of the store as answers in the columns format. In: devices and a range; out: bytes. Between devices the
 * process gets its turn. Fails as the store does.
 */

export interface AskedTracks {
  fromMs: number
  toMs: number
  devices: readonly string[]
}

/** Coarser and coarser, m: what an answer is thinned with so that it fits. */
export const TOLERANCES_M = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const

/** One after the other as they are read; a month of a fleet never stands in memory. @throws StoreUnavailable */
export async function* streamedTracks(
  store: TrackStore,
  { devices, fromMs, toMs }: AskedTracks,
  toleranceM: number,
): AsyncGenerator<Uint8Array> {
  let head = encodeHead(toleranceM)
  for (const device of devices) {
    const track =
      toleranceM === 0
        ? await wholeTrack(store, device, fromMs, toMs)
        : encoded(thinnedTrack(await store.readTrack(device, fromMs, toMs), toleranceM))
    // Only now: a store that is away is an error, and no answer that breaks off.
    yield Buffer.concat([head, track])
    head = new Uint8Array()
    await nextTurn()
  }
  yield Buffer.concat([head, encodeEnd(devices.length)])
}

/** A store that keeps chunks hands them through: only the times are read, for the gaps. */
async function wholeTrack(
  store: TrackStore,
  device: string,
  fromMs: number,
  toMs: number,
): Promise<Uint8Array> {
  const chunks = await store.readChunks?.(device, fromMs, toMs)
  if (chunks) return encodeTrack(device, chunks, gapRowsOf(timesOf(chunks)))
  return encoded(thinnedTrack(await store.readTrack(device, fromMs, toMs), 0))
}

function timesOf(chunks: readonly TrackChunk[]): Float64Array {
  const timeMs = new Float64Array(chunks.reduce((sum, { count }) => sum + count, 0))
  let at = 0
  for (const { bytes, startMs, count } of chunks) {
    decodeTimes(bytes, startMs, timeMs.subarray(at, at + count))
    at += count
  }
  return timeMs
}

const encoded = (track: AnsweredTrack): Uint8Array =>
  encodeTrack(track.device, trackChunks(track), track.gapRows)

/** The answer does not fit even at the coarsest tolerance. */
export class TooManyFixes extends Error {
  override readonly name = 'TooManyFixes'
}

/**
 * Tracks with the least of TOLERANCES_M that leaves at most so many fixes. They are thinned as they are read, and all
 * of them further whenever they become too many, so that never more than one track beyond the answer is in memory.
 * @throws TooManyFixes, StoreUnavailable
 */
export async function fittingTracks(
  store: TrackStore,
  { devices, fromMs, toMs }: AskedTracks,
  maxFixes: number,
): Promise<{ toleranceM: number; bytes: Uint8Array }> {
  let tracks: AnsweredTrack[] = []
  let fixes = 0
  let level = 0
  for (const device of devices) {
    const track = thinnedTrack(await store.readTrack(device, fromMs, toMs), TOLERANCES_M[level]!)
    tracks.push(track)
    fixes += track.count
    while (fixes > maxFixes) {
      const before = TOLERANCES_M[level]!
      level++
      const tolerance = TOLERANCES_M[level]
      if (tolerance === undefined)
        throw new TooManyFixes(`more than ${maxFixes} fixes even when thinned to ${before} m`)
      // What was thinned before may lie off by that much already.
      tracks = tracks.map((it) => thinnedFurther(it, tolerance - before))
      fixes = tracks.reduce((sum, { count }) => sum + count, 0)
      await nextTurn()
    }
    await nextTurn()
  }
  const toleranceM = TOLERANCES_M[level]!
  return { toleranceM, bytes: encodeTracks(tracks, toleranceM) }
}
