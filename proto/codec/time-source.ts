import type { TimeSource } from '../domain.ts'
import { refuse } from './decode-error.ts'

/** By their numbers on the wire. */
const TIME_SOURCES: (TimeSource | undefined)[] = [undefined, 'gps', 'system', 'estimated']

/** 0, unspecified, for undefined. */
export const encodeTimeSource = (source: TimeSource | undefined): number => TIME_SOURCES.indexOf(source)

/** @throws DecodeError */
export function decodeTimeSource(value: number): TimeSource {
  return TIME_SOURCES[value] ?? refuse('bad-value', `time source ${value}`)
}

/** Nothing where an older gateway does not say. @throws DecodeError */
export function decodeOptionalTimeSource(value: number): { timeSource?: TimeSource } {
  return value === 0 ? {} : { timeSource: decodeTimeSource(value) }
}
