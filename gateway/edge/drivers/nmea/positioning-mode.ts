import { QUALITIES, type Quality } from '../../../../proto/domain.ts'
import type { FieldReader } from './field-reader.ts'
import { SAYS_FIX, SAYS_NO_FIX, SAYS_NOTHING } from './report.ts'

/** Status and mode letters that several sentences share (NMEA 0183 4.11: RMC, GLL, VTG, GNS). */

const LETTER_A = 0x41
const LETTER_D = 0x44
export const LETTER_N = 0x4e
const LETTER_V = 0x56

const qualityByLetter = new Uint8Array(128)
const LETTERS: [letter: string, quality: Quality][] = [
  ['A', 'gps'],
  ['D', 'dgps'],
  ['P', 'pps'],
  ['R', 'rtk'],
  ['F', 'float-rtk'],
  ['E', 'estimated'],
  ['M', 'manual'],
  ['S', 'simulated'],
]
for (const [letter, quality] of LETTERS) qualityByLetter[letter.charCodeAt(0)] = QUALITIES.indexOf(quality)

/** Quality index that a mode letter stands for; 0 for N (no fix), blank, and letters that no edition defines. */
export function qualityOfMode(letter: number): number {
  return qualityByLetter[letter] ?? 0
}

/**
 * Reads a status field: A (or D, differential) is a fix, V (or N, in Magellan receivers) is none, blank says
 * nothing; others are refused.
 */
export function readStatus(fields: FieldReader): number {
  const status = fields.letter('status')
  if (status === LETTER_A || status === LETTER_D) return SAYS_FIX
  if (status === LETTER_V || status === LETTER_N) return SAYS_NO_FIX
  if (status !== 0) fields.refuse('status')
  return SAYS_NOTHING
}
