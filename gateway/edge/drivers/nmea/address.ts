import { SENTENCES, TALKERS } from './sentences.ts'

/**
 * Talker and formatter of an address (`GN` `RMC` of `GNRMC`) as indices into TALKERS and SENTENCES, by tables
 * over five bits a letter: this runs once a sentence, and most sentences of a busy line are of no interest.
 */

const COMMA = 0x2c
/** Capitals are 0x41 … 0x5a: with this taken away they are below 32, and nothing but capitals and @[\\]^_ is. */
const CAPITALS = 0x40
/** Two letters of the talker, three of the formatter. */
export const ADDRESS_LENGTH = 5
export const UNKNOWN = -1

/** There are fewer talkers. */
const TALKER_BITS = 4

const talkerByLetters = new Int8Array(1 << 10).fill(UNKNOWN)
TALKERS.forEach((talker, index) => {
  talkerByLetters[packed(talker)] = index
})
const kindByLetters = new Int8Array(1 << 15).fill(UNKNOWN)
SENTENCES.forEach(({ formatter }, index) => {
  kindByLetters[packed(formatter)] = index
})

function packed(letters: string): number {
  let packed = 0
  for (let at = 0; at < letters.length; at++) packed = (packed << 5) | (letters.charCodeAt(at) & 31)
  return packed
}

/**
 * Talker and kind of the sentence `bytes[from … end)` in one, see below; UNKNOWN for other formatters and talkers.
 */
export function addressOf(bytes: Uint8Array, from: number, end: number): number {
  if (end - from <= ADDRESS_LENGTH || bytes[from + ADDRESS_LENGTH] !== COMMA) return UNKNOWN
  const first = bytes[from]! ^ CAPITALS
  const second = bytes[from + 1]! ^ CAPITALS
  const third = bytes[from + 2]! ^ CAPITALS
  const fourth = bytes[from + 3]! ^ CAPITALS
  const fifth = bytes[from + 4]! ^ CAPITALS
  if ((first | second | third | fourth | fifth) >= 32) return UNKNOWN
  const talker = talkerByLetters[(first << 5) | second]!
  const kind = kindByLetters[(third << 10) | (fourth << 5) | fifth]!
  return (talker | kind) < 0 ? UNKNOWN : (kind << TALKER_BITS) | talker
}

/** Index into SENTENCES. */
export function kindOf(address: number): number {
  return address >> TALKER_BITS
}

/** Index into TALKERS. */
export function talkerOf(address: number): number {
  return address & ((1 << TALKER_BITS) - 1)
}
