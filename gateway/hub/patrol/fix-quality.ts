import { QUALITIES } from '../../../proto/domain.ts'
import type { Track } from '../stores/track-store.ts'

/** From here on a fix is dead reckoning, typed in, or simulated: no position was measured. */
const NOT_MEASURED = QUALITIES.indexOf('estimated')

/** What makes a fix too poor to say where the device was. */
export interface FixQualityLimits {
  /** One sigma, horizontal. */
  maxAccuracyM: number
  maxHdop: number
}

/** A quantity that the receiver did not tell speaks for no fix and against none. */
export function isPoor(track: Track, row: number, limits: FixQualityLimits): boolean {
  // Comparisons with NaN, an absent value, are false.
  return (
    track.accuracyM[row]! > limits.maxAccuracyM ||
    track.hdop[row]! > limits.maxHdop ||
    track.quality[row]! >= NOT_MEASURED
  )
}
