/**
 * In: chunks of bytes, cut anywhere, with anything between the sentences. Out: sentences, `$` … `*hh`
 * (NMEA 0183 4.11, 5.3), as ranges of bytes. What is no sentence is skipped to the next `$` and counted; a
 * sentence that is cut by another `$`, by a line end or by binary is refused with the reason.
 *
 * A sentence is complete with its second checksum digit: no line end is waited for.
 */

const DOLLAR = 0x24
const ASTERISK = 0x2a
const COMMA = 0x2c
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const FIRST_PRINTABLE = 0x20

/** From `$` to `*`, both counted. The standard says 82 with line end; receivers go beyond it, up to about 200. */
const MAX_LENGTH = 256

/** `*hh` */
const CHECKSUM_LENGTH = 3
const ADDRESS_LENGTH = 5

const HEX = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  HEX[text.charCodeAt(0)] = digit
  HEX[text.toUpperCase().charCodeAt(0)] = digit
}

export type FramingFault = 'checksum' | 'no-checksum' | 'cut' | 'too-long'

export interface FramerHandlers {
  /** Address and fields are `bytes[from … end)`, without `$` and `*`; the bytes are valid during the call only. */
  onSentence(bytes: Uint8Array, from: number, end: number): void
  /** The same for a line that ended in CR or LF before any checksum. */
  onUnchecked(bytes: Uint8Array, from: number, end: number): void
  onFault(fault: FramingFault): void
}

/** What the scan of a sentence returns when its end has not come yet. */
const INCOMPLETE = -1

export class Framer {
  readonly #handlers: FramerHandlers
  /** The beginning of a sentence whose end has not come yet. */
  readonly #held = new Uint8Array(MAX_LENGTH + CHECKSUM_LENGTH)
  readonly #heldWords = new DataView(this.#held.buffer)
  #heldLength = 0
  /** Bytes outside of sentences, line ends apart. */
  skippedBytes = 0

  constructor(handlers: FramerHandlers) {
    this.#handlers = handlers
  }

  push(data: Uint8Array): void {
    // Buffer and Uint8Array differ to the compiler; loops that meet one kind only run twice as fast.
    const chunk = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const words = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const end = chunk.length
    let at = this.#heldLength > 0 ? this.#resume(chunk) : 0
    while (at < end) {
      const byte = chunk[at]!
      if (byte === DOLLAR) {
        const next = this.#sentence(chunk, words, at, end)
        if (next === INCOMPLETE) {
          this.#held.set(chunk.subarray(at))
          this.#heldLength = end - at
          return
        }
        at = next
      } else {
        if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED) this.skippedBytes++
        at++
      }
    }
  }

  /** No more bytes come: a sentence that is still open was cut. */
  end(): void {
    if (this.#heldLength > 0) this.#abandon('cut', this.#held, 0, this.#heldLength)
    this.#heldLength = 0
  }

  /** Joins the sentence held back with the chunk that follows; returns where in the chunk to go on. */
  #resume(chunk: Uint8Array): number {
    const before = this.#heldLength
    const copied = Math.min(chunk.length, this.#held.length - before)
    this.#held.set(chunk.subarray(0, copied), before)
    const next = this.#sentence(this.#held, this.#heldWords, 0, before + copied)
    if (next === INCOMPLETE) {
      this.#heldLength = before + copied
      return copied
    }
    this.#heldLength = 0
    return next - before
  }

  /**
   * Takes the sentence that begins with the `$` at `start`; returns where what follows it begins. `words` are
   * the same bytes.
   */
  #sentence(bytes: Uint8Array, words: DataView, start: number, end: number): number {
    const limit = Math.min(end, start + MAX_LENGTH)
    let at = start + 1
    // Nearly all characters of a sentence are above `*`: four at a time as long as all four are.
    let sums = 0
    for (const last = limit - 4; at <= last; at += 4) {
      const four = words.getInt32(at)
      if (((four - 0x2b2b2b2b) & ~four & 0x80808080) !== 0) break
      sums ^= four
    }
    sums ^= sums >>> 16
    let sum = (sums ^ (sums >>> 8)) & 0xff
    let byte = 0
    for (; at < limit; at++) {
      byte = bytes[at]!
      if (byte <= ASTERISK && (byte === ASTERISK || byte === DOLLAR || byte < FIRST_PRINTABLE)) break
      sum ^= byte
    }
    if (at === limit) {
      if (at - start < MAX_LENGTH) return INCOMPLETE
      this.#abandon('too-long', bytes, start, at)
    } else if (byte === ASTERISK) {
      return this.#checked(bytes, start, at, end, sum)
    } else if ((byte === CARRIAGE_RETURN || byte === LINE_FEED) && isAddress(bytes, start + 1, at)) {
      this.#handlers.onUnchecked(bytes, start + 1, at)
    } else {
      this.#abandon('cut', bytes, start, at)
    }
    return at
  }

  /** Compares the two digits after the `*` at `asterisk` with the sum of what stands before it. */
  #checked(bytes: Uint8Array, start: number, asterisk: number, end: number, sum: number): number {
    if (asterisk + 1 >= end) return INCOMPLETE
    const high = HEX[bytes[asterisk + 1]!]!
    if (high < 0) {
      this.#handlers.onFault('checksum')
      return asterisk + 1
    }
    if (asterisk + 2 >= end) return INCOMPLETE
    const low = HEX[bytes[asterisk + 2]!]!
    if (low < 0) {
      this.#handlers.onFault('checksum')
      return asterisk + 2
    }
    if (high * 16 + low === sum) this.#handlers.onSentence(bytes, start + 1, asterisk)
    else this.#handlers.onFault('checksum')
    return asterisk + CHECKSUM_LENGTH
  }

  /** A `$` in the middle of binary or comment is no sentence and no fault. */
  #abandon(fault: FramingFault, bytes: Uint8Array, start: number, end: number): void {
    if (isAddress(bytes, start + 1, end)) this.#handlers.onFault(fault)
    else this.skippedBytes += end - start
  }
}

/** Begins like talker and formatter, five capitals or digits, or like a shorter proprietary address. */
function isAddress(bytes: Uint8Array, from: number, end: number): boolean {
  const stop = Math.min(from + ADDRESS_LENGTH, end)
  for (let at = from; at < stop; at++) {
    const byte = bytes[at]!
    if (!((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || (byte === COMMA && at > from)))
      return false
  }
  return stop > from
}
