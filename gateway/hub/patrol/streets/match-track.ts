import type { Track } from '../../stores/track-store.ts'
import type { MatchOptions } from './match-options.ts'
import { Matcher } from './matcher.ts'
import type { Ridden, StreetNetwork } from './street-network.ts'

/** A track with the place on the streets of each of its rows. */
export interface MatchedTrack {
  /** Index of the network's part; -1: off the streets, or the fix said nothing. */
  part: Int32Array
  /** Metres along that part; NaN where there is none. */
  alongM: Float64Array
  /** 0 to 1, as of the pieces; NaN where there is no part. */
  confidence: Float64Array
  ridden: Ridden[]
}

/** Matches a whole track at once. @throws RangeError where its rows are not in order of time. */
export function matchTrack(
  track: Track,
  network: StreetNetwork,
  options?: Partial<MatchOptions>,
): MatchedTrack {
  const legs: Ridden[] = []
  const matcher = new Matcher(network, options, (leg) => legs.push(leg))
  matcher.add(track)
  matcher.finish()
  const part = new Int32Array(track.count).fill(-1)
  const alongM = new Float64Array(track.count).fill(Number.NaN)
  const confidence = new Float64Array(track.count).fill(Number.NaN)
  let at = 0
  for (let row = 0; row < track.count; row++) {
    const timeMs = track.timeMs[row]!
    while (at < legs.length && legs[at]!.endMs < timeMs) at++
    const leg = legs[at]
    if (!leg || leg.startMs > timeMs) continue
    const share = leg.endMs > leg.startMs ? (timeMs - leg.startMs) / (leg.endMs - leg.startMs) : 0
    part[row] = leg.part
    alongM[row] = leg.fromM + share * (leg.toM - leg.fromM)
    confidence[row] = leg.confidence
  }
  return { part, alongM, confidence, ridden: matcher.takeSettled() }
}
