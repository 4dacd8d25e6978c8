import { list, number, type Rules, required, share, span, whole } from './option-rules.ts'
import type { Span } from './span.ts'

/** What may happen to sentences on their way from a receiver to a port. */

export interface Mishaps {
  /** Share of bytes that get lost. */
  lostBytes: number
  /** Share of bytes of which one bit turns over. */
  flippedBits: number
  /** Bursts of 8 to 64 random bytes in the midst of the sentences. */
  binaryBurstsPerHour: number
  /** Frames of the receivers' binary protocols (UBX, CASIC), whole and with right checksums, between the sentences. */
  protocolFramesPerHour: number
  /** Sentences of which the beginning or the end gets lost. */
  cutLinesPerHour: number
  /** Sentences that come twice. */
  doubledLinesPerHour: number
  /** Sentences with a right checksum and a field that cannot be: spoilt before the checksum was made. */
  nonsenseFieldsPerHour: number
  /** The port is open at another speed than the receiver sends. */
  atBaud?: { receiver: number; port: number } | undefined
  /** All this happens in these spans of the ride only; in all of it unless given. */
  during?: readonly Span[] | undefined
}

/** What is counted as it happens: bytes, bits, bursts, frames and lines. */
export type Mishap =
  | 'lostBytes'
  | 'flippedBits'
  | 'binaryBursts'
  | 'protocolFrames'
  | 'cutLines'
  | 'doubledLines'
  | 'nonsenseFields'

export const NO_MISHAPS: Mishaps = {
  lostBytes: 0,
  flippedBits: 0,
  binaryBurstsPerHour: 0,
  protocolFramesPerHour: 0,
  cutLinesPerHour: 0,
  doubledLinesPerHour: 0,
  nonsenseFieldsPerHour: 0,
}

const baud = whole(50, 4_000_000)

export const MISHAP_RULES: Rules<Mishaps> = {
  lostBytes: share,
  flippedBits: share,
  binaryBurstsPerHour: number(0),
  protocolFramesPerHour: number(0),
  cutLinesPerHour: number(0),
  doubledLinesPerHour: number(0),
  nonsenseFieldsPerHour: number(0),
  atBaud: required({ receiver: baud, port: baud }),
  during: list(span()),
}
