/**
 * In: chunks of bytes, cut anywhere, with anything between the sentences. Out: sentences, `$` … `*hh`
 * (NMEA 0183 4.11, 5.3), as ranges of bytes. Binary frames whose header, length and checksum are right are skipped
 * whole, whatever is in them. All else that is no sentence is skipped to the next `$`; a sentence that is cut by
 * another `$`, by a line end or by binary is refused with the reason.
 *
 * A sentence is complete with its second checksum digit: no line end is waited for. A frame that has begun is waited
 * for, as what it holds cannot be told from sentences that follow it: until its length has come, until the line has
 * fallen idle twice, or to the end.
 */

import {
  frameLength,
  HEADER_INCOMPLETE,
  isFrameSumRight,
  MAX_FRAME_LENGTH,
  NO_FRAME,
} from './binary-frames.ts'

const DOLLAR = 0x24
const ASTERISK = 0x2a
const COMMA = 0x2c
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const FIRST_PRINTABLE = 0x20
const FIRST_EIGHT_BIT = 0x80

/** From `$` to `*`, both counted. The standard says 82 with line end; receivers go beyond it, up to about 200. */
const MAX_LENGTH = 256
/** Enough to end a sentence that was cut: no more of a chunk is copied than it needs. */
const COPIED_AT_ONCE = 512

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

/** What the scan of a sentence returns when more bytes must come to tell. */
const INCOMPLETE = -1

export class Framer {
  readonly #handlers: FramerHandlers
  /** From the beginning of the sentence or frame whose end has not come yet. */
  readonly #held = new Uint8Array(MAX_FRAME_LENGTH)
  readonly #heldWords = new DataView(this.#held.buffer)
  #heldLength = 0
  /** Of the bytes held, how many were there when the line last fell idle. */
  #heldAtIdle = 0
  /** Of the bytes held, in how many no beginning of a frame is waited for any more. */
  #hurried = 0
  /** Where the scan met a sentence or frame whose end has not come yet. */
  #isOpen = false
  /** Bytes outside of sentences, line ends apart; all bytes of binary frames. */
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
    if (at === end) return
    at = this.#scan(chunk, words, at, end, end)
    if (!this.#isOpen) return
    this.#held.set(chunk.subarray(at))
    this.#heldLength = end - at
  }

  /**
   * The line is quiet. A sentence that was cut may still be continued; a frame too, but one that waited at the last
   * idle time already has lost bytes, and what it held back is taken.
   */
  idle(): void {
    if (this.#heldLength === 0) return
    this.#rescan(this.#heldAtIdle)
    this.#heldAtIdle = this.#heldLength
  }

  /** No more bytes come: a sentence or frame that is still open was cut. */
  end(): void {
    this.#rescan(this.#heldLength)
    if (this.#heldLength === 0) return
    if (isAddress(this.#held, 1, this.#heldLength)) this.#handlers.onFault('cut')
    else this.skippedBytes += this.#heldLength
    this.#drop(this.#heldLength)
  }

  /** Joins what is held with the chunk that follows; returns where in the chunk to go on. */
  #resume(chunk: Uint8Array): number {
    let copied = 0
    while (copied < chunk.length) {
      const room = Math.min(COPIED_AT_ONCE, this.#held.length - this.#heldLength)
      const more = chunk.subarray(copied, copied + room)
      this.#held.set(more, this.#heldLength)
      this.#heldLength += more.length
      copied += more.length
      const chunkBegins = this.#heldLength - copied
      const at = this.#scan(this.#held, this.#heldWords, 0, chunkBegins, this.#heldLength)
      if (!this.#isOpen) {
        this.#drop(this.#heldLength)
        return at - chunkBegins
      }
      this.#drop(at)
    }
    return copied
  }

  /** Goes through what is held once more, without waiting for frames that begin in the first `hurried` bytes. */
  #rescan(hurried: number): void {
    this.#hurried = hurried
    const at = this.#scan(this.#held, this.#heldWords, 0, this.#heldLength, this.#heldLength)
    this.#hurried = 0
    this.#drop(this.#isOpen ? at : this.#heldLength)
  }

  /** Forgets the first bytes of what is held. */
  #drop(length: number): void {
    if (length === 0) return
    this.#held.copyWithin(0, length, this.#heldLength)
    this.#heldLength -= length
    this.#heldAtIdle = Math.max(0, this.#heldAtIdle - length)
  }

  /**
   * Takes all that begins in `bytes[at … stop)`; returns where what follows it begins, or where that stands which
   * `isOpen` at `end`. `words` are the same bytes.
   */
  #scan(bytes: Uint8Array, words: DataView, from: number, stop: number, end: number): number {
    let at = from
    this.#isOpen = false
    while (at < stop) {
      const byte = bytes[at]!
      if (byte === DOLLAR) {
        const next = this.#sentence(bytes, words, at, end)
        if (next === INCOMPLETE) {
          this.#isOpen = true
          return at
        }
        at = next
        if (at < stop - 2 && bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at += 2
      } else if (byte < FIRST_EIGHT_BIT) {
        if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED) this.skippedBytes++
        at++
      } else {
        const length = this.#lengthToSkip(bytes, at, end)
        if (length === INCOMPLETE) {
          this.#isOpen = true
          return at
        }
        this.skippedBytes += length
        at += length
      }
    }
    return at
  }

  /** Length of the binary frame at `at`; 1 where there is none. */
  #lengthToSkip(bytes: Uint8Array, at: number, end: number): number {
    const length = frameLength(bytes, at, end)
    if (length === NO_FRAME) return 1
    if (length === HEADER_INCOMPLETE || at + length > end) return at < this.#hurried ? 1 : INCOMPLETE
    return isFrameSumRight(bytes, at, at + length) ? length : 1
  }

  /** Takes the sentence that begins with the `$` at `start`; returns where what follows it begins. */
  #sentence(bytes: Uint8Array, words: DataView, start: number, end: number): number {
    const limit = end - start < MAX_LENGTH ? end : start + MAX_LENGTH
    let at = start + 1
    // Nearly all characters of a sentence are above `*` and of seven bits: four at a time as long as all four are.
    let sums = 0
    for (const last = limit - 4; at <= last; at += 4) {
      const four = words.getInt32(at, true)
      const others = ((four - 0x2b2b2b2b) | four) & 0x80808080
      if (others !== 0) break
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
      return this.#refuse('too-long', bytes, start, at, end)
    }
    if (byte === ASTERISK) return this.#checked(bytes, start, at, end, sum)
    const isLine = byte === CARRIAGE_RETURN || byte === LINE_FEED
    if (!isLine || !isAddress(bytes, start + 1, at) || frameWithin(bytes, start, at, end) !== at)
      return this.#refuse('cut', bytes, start, at, end)
    this.#handlers.onUnchecked(bytes, start + 1, at)
    return at
  }

  /** Compares the two digits after the `*` at `asterisk` with the sum of what stands before it. */
  #checked(bytes: Uint8Array, start: number, asterisk: number, end: number, sum: number): number {
    if (asterisk + 1 >= end) return INCOMPLETE
    const high = HEX[bytes[asterisk + 1]!]!
    if (high < 0) return this.#refuse('checksum', bytes, start, asterisk + 1, end)
    if (asterisk + 2 >= end) return INCOMPLETE
    const low = HEX[bytes[asterisk + 2]!]!
    if (low < 0) return this.#refuse('checksum', bytes, start, asterisk + 2, end)
    if (high * 16 + low !== sum)
      return this.#refuse('checksum', bytes, start, asterisk + CHECKSUM_LENGTH, end)
    this.#handlers.onSentence(bytes, start + 1, asterisk)
    return asterisk + CHECKSUM_LENGTH
  }

  /**
   * What stands in `bytes[start … stop)` is no sentence. A binary frame may have cut it, and is looked at for itself.
   * A `$` in the middle of binary or comment is no fault, if no `*hh` follows.
   */
  #refuse(fault: FramingFault, bytes: Uint8Array, start: number, stop: number, end: number): number {
    const next = frameWithin(bytes, start, stop, end)
    if (next === INCOMPLETE) return INCOMPLETE
    const reason = next < stop ? 'cut' : fault
    if (reason === 'checksum' || isAddress(bytes, start + 1, next)) this.#handlers.onFault(reason)
    else this.skippedBytes += next - start
    return next
  }
}

/** Where in `bytes[from … stop)` the header of a binary frame stands, else `stop`; INCOMPLETE as long as it is. */
function frameWithin(bytes: Uint8Array, from: number, stop: number, end: number): number {
  for (let at = from; at < stop; at++) {
    if (bytes[at]! < FIRST_EIGHT_BIT) continue
    const length = frameLength(bytes, at, end)
    if (length === HEADER_INCOMPLETE) return INCOMPLETE
    if (length !== NO_FRAME) return at
  }
  return stop
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
