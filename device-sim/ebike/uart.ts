/**
 * What a serial port reads when it is open at another speed than the other side sends: bits on a line in time,
 * 8 data bits, no parity, one stop bit, sampled in the middle of what the port takes for a bit.
 */

/** Start bit, eight data bits with the lowest first, stop bit. */
const BITS = 10
const MARK = 1

export interface UartOptions {
  /**
   * What becomes of a character whose stop bit is no mark. Linux hands the byte on as it was read, unless input
   * checking (INPCK) is on, which makes it NUL (termios(3)).
   */
  framingErrors?: 'byte' | 'nul'
}

/**
 * The line is idle before and after the bytes, which follow each other without a pause. After a framing error the
 * receiver takes the missing stop bit for the next start bit, as a 16550 does; after a break (all zero) it waits for
 * the line to rise.
 * @throws RangeError for a speed that is not a whole number of bits a second.
 */
export function asReadAtBaud(
  bytes: Uint8Array,
  sentBaud: number,
  readBaud: number,
  { framingErrors = 'byte' }: UartOptions = {},
): Uint8Array {
  checkBaud('sentBaud', sentBaud)
  checkBaud('readBaud', readBaud)
  // A unit of time in which both bits, and half of a bit that is read, are whole numbers.
  const sentBit = 2 * readBaud
  const readBit = 2 * sentBaud
  const levelOfBit = (bit: number): number => {
    const byte = bytes[Math.floor(bit / BITS)]
    const place = bit % BITS
    if (byte === undefined || place === BITS - 1) return MARK
    return place === 0 ? 0 : (byte >> (place - 1)) & 1
  }
  const level = (time: number) => levelOfBit(Math.floor(time / sentBit))
  /** The bit at or after this time with which the line falls; Infinity when it stays up. */
  const fallAfter = (time: number): number => {
    const last = bytes.length * BITS
    for (let bit = Math.ceil(time / sentBit); bit < last; bit++)
      if (levelOfBit(bit) !== MARK && (bit === 0 || levelOfBit(bit - 1) === MARK)) return bit * sentBit
    return Infinity
  }

  const read: number[] = []
  let start = fallAfter(0)
  while (start < Infinity) {
    const middle = start + readBit / 2
    if (level(middle) === MARK) {
      start = fallAfter(middle)
      continue
    }
    let byte = 0
    for (let place = 0; place < 8; place++) byte |= level(middle + (place + 1) * readBit) << place
    const stop = middle + 9 * readBit
    if (level(stop) === MARK) {
      read.push(byte)
      start = fallAfter(stop)
    } else {
      read.push(framingErrors === 'nul' ? 0 : byte)
      start = byte === 0 ? fallAfter(stop) : stop - readBit / 2
    }
  }
  return Uint8Array.from(read)
}

function checkBaud(option: string, baud: number): void {
  if (!(Number.isSafeInteger(baud) && baud > 0 && baud <= 10_000_000))
    throw new RangeError(`${option}: found ${baud}, expected whole bits a second from 1 to 10000000`)
}
