import type { Fix } from '../../../proto/domain.ts'
import { NOT_MEASURED, type QualityLimits } from './track-filter-config.ts'

const notMeasured: ReadonlySet<string> = new Set(NOT_MEASURED)

/**
 * What is wrong with a fix by what it says of itself; undefined where it is good enough. A quantity that the
 * receiver did not tell speaks for no fix and against none. What is no place at all is a fault even where the limits
 * are not enabled.
 */
export function qualityFault(fix: Fix, limits: QualityLimits): string | undefined {
  if (!isPlace(fix)) return 'position'
  if (!limits.enabled) return undefined
  // Comparisons with an absent value are false.
  if (fix.hdop! > limits.maxHdop) return 'hdop'
  // A fix of no satellites is how receivers write that they do not count them.
  if (fix.satellites! < limits.minSatellites && fix.satellites !== 0) return 'satellites'
  if (fix.accuracyM! > limits.maxAccuracyM) return 'accuracy'
  const { quality } = fix
  if (quality !== undefined && notMeasured.has(quality) && !allows(limits, quality)) return 'quality'
  return undefined
}

/** A time and a place on earth. 0° N 0° E to the last digit is what receivers write before they know better. */
function isPlace({ timeMs, lat, lon }: Fix): boolean {
  if (!Number.isFinite(timeMs) || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180)) return false
  return lat !== 0 || lon !== 0
}

function allows({ allow }: QualityLimits, quality: string): boolean {
  return (allow as string[]).includes(quality)
}
