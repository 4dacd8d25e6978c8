import { FIX_QUANTITIES } from '../../../proto/fix-columns.ts'
import { fixOf } from '../stores/fix-columns.ts'
import type { Track } from '../stores/track-store.ts'
import { fixJson } from './fix-json.ts'
import { isoTime, type TimeRange } from './range.ts'

/**
 * A track as JSON. In: columns of the store; out: the text in pieces of some thousand fixes, so that a month of one
 * device needs no second copy of itself in memory.
 */

const PIECE = 2000

/** @param format columns: an array a quantity; json: an object a fix. */
export function writeTrackJson(
  track: Track,
  range: TimeRange,
  format: 'columns' | 'json',
): Generator<string> {
  return format === 'columns' ? columns(track, range) : fixes(track, range)
}

function* columns(track: Track, range: TimeRange): Generator<string> {
  yield `${head(track, range)},"columns":{"timeMs":${numbers(track.timeMs)}`
  for (const { quantity } of FIX_QUANTITIES)
    if (quantity === 'lat' || quantity === 'lon' || !track[quantity].every(Number.isNaN))
      yield `,"${quantity}":${numbers(track[quantity])}`
  yield '}}'
}

function* fixes(track: Track, range: TimeRange): Generator<string> {
  yield `${head(track, range)},"fixes":[`
  for (let start = 0; start < track.count; start += PIECE) {
    const length = Math.min(PIECE, track.count - start)
    const text = Array.from({ length }, (_, i) => JSON.stringify(fixJson(fixOf(track, start + i)))).join(',')
    yield start === 0 ? text : `,${text}`
  }
  yield ']}'
}

/** The opening of a JSON answer, without its last brace. */
function head({ device, count }: Track, { fromMs, toMs }: TimeRange): string {
  return JSON.stringify({ device, from: isoTime(fromMs), to: isoTime(toMs), count }).slice(0, -1)
}

/** NaN, an absent value, becomes null. */
const numbers = (values: Float64Array): string => JSON.stringify(Array.from(values))
