import type { Fix } from '../../../proto/domain.ts'
import type { FixJson } from '../../../proto/http.ts'
import { isoTime } from './range.ts'

/** A fix as the API shows it: its time in words, absent values left out. */
export function fixJson({ timeMs, ...rest }: Fix): FixJson {
  return { time: isoTime(timeMs), ...rest }
}
