import { Cursor } from './cursor.ts'
import type { Report } from './report.ts'

const SPACE = 0x20
const COMMA = 0x2c
const PLUS = 0x2b
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30

export const NONE = -1

/** Of more decimals the rest does not count: these are micrometres of a position. No whole number has more digits. */
export const MAX_DIGITS = 9
export const POWERS_OF_TEN = Float64Array.from({ length: MAX_DIGITS + 1 }, (_, power) => 10 ** power)

/**
 * Reads fields that are numbers. Those with decimals go into the report, which holds them in an array: a number with
 * decimals that is returned would be an object on the heap.
 */
export class NumberReader extends Cursor {
  /** Of the number read last: what stands before and after the point, how many digits each, and the sign. */
  integer = 0
  integerDigits = 0
  fraction = 0
  decimals = 0
  isNegative = false

  /**
   * A decimal number within [min, max], which are whole, goes into the report, times `unit`, unless the quantity has
   * been said; anything else is refused.
   */
  quantity(report: Report, quantity: number, min: number, max: number, unit: number, reason: string): void {
    if (!this.number(reason)) return
    const limit = this.isNegative ? -min : max
    if (this.integer > limit || (this.integer === limit && this.fraction > 0)) this.refuse(reason)
    else if (!report.says(quantity)) report.set(quantity, this.value() * unit)
  }

  /** A number without decimals within [min, max]; NONE when it is absent or refused. */
  whole(min: number, max: number, reason: string): number {
    const digit = this.at < this.end ? this.bytes[this.at]! - ZERO : NONE
    if (digit >= min && digit <= 9 && digit <= max && this.bytes[this.at + 1] === COMMA) {
      this.at = (this.at + 2) | 0
      return digit
    }
    if (!this.number(reason)) return NONE
    const whole = this.integer
    if (this.fraction === 0 && !(this.isNegative && whole > 0) && whole >= min && whole <= max) return whole
    this.refuse(reason)
    return NONE
  }

  /** A whole number up to `max`; 0 when it is absent, or has decimals: some receivers have another quantity there. */
  id(max: number, reason: string): number {
    if (!this.number(reason) || this.decimals > 0) return 0
    if (!this.isNegative && this.integer <= max) return this.integer
    this.refuse(reason)
    return 0
  }

  /** The number read last: its digits as one whole number, divided once, are the double nearest to what was written. */
  value(): number {
    const scale = POWERS_OF_TEN[this.decimals]!
    const size = (this.integer * scale + this.fraction) / scale
    return this.isNegative && this.integer + this.fraction > 0 ? -size : size
  }

  /** Reads a number into integer, fraction and sign; false when the field is absent or not a number. */
  number(reason: string): boolean {
    const { bytes, end } = this
    const from = this.at
    if (from > end) return false
    let at = from
    let integer = 0
    for (let digit = bytes[at]! - ZERO; digit >>> 0 <= 9; digit = bytes[at]! - ZERO) {
      integer = (integer * 10 + digit) | 0
      at = (at + 1) | 0
    }
    const integerDigits = (at - from) | 0
    let fraction = 0
    let decimals = 0
    if (bytes[at] === DOT) {
      at = (at + 1) | 0
      const point = at
      for (let digit = bytes[at]! - ZERO; digit >>> 0 <= 9; digit = bytes[at]! - ZERO) {
        fraction = (fraction * 10 + digit) | 0
        at = (at + 1) | 0
      }
      decimals = (at - point) | 0
    }
    const isEnd = bytes[at] === COMMA || at === end
    if (isEnd && at === from) {
      this.at = (at + 1) | 0
      return false
    }
    if (!isEnd || integerDigits > MAX_DIGITS || decimals > MAX_DIGITS || integerDigits + decimals === 0)
      return this.#unusualNumber(reason)
    this.integer = integer
    this.integerDigits = integerDigits
    this.fraction = fraction
    this.decimals = decimals
    this.isNegative = false
    this.at = (at + 1) | 0
    return true
  }

  /** The same for numbers with a sign, with more decimals than count, or padded with spaces, as some receivers do. */
  #unusualNumber(reason: string): boolean {
    const { bytes, end } = this
    let { at } = this
    while (bytes[at] === SPACE) at++
    const isBlank = bytes[at] === COMMA || at === end
    this.isNegative = bytes[at] === MINUS
    if (bytes[at] === MINUS || bytes[at] === PLUS) at++
    const from = at
    let integer = 0
    for (; isDigit(bytes[at]!) && at - from < MAX_DIGITS; at++) integer = integer * 10 + bytes[at]! - ZERO
    const integerDigits = at - from
    let fraction = 0
    let decimals = 0
    if (bytes[at] === DOT) {
      for (at++; isDigit(bytes[at]!); at++) {
        if (decimals === MAX_DIGITS) continue
        fraction = fraction * 10 + bytes[at]! - ZERO
        decimals++
      }
    }
    while (bytes[at] === SPACE) at++
    this.integer = integer
    this.integerDigits = integerDigits
    this.fraction = fraction
    this.decimals = decimals
    this.at = at
    const isNumber = (bytes[at] === COMMA || at === end) && integerDigits + decimals > 0
    if (!isNumber && !isBlank) this.refuse(reason)
    this.skip(1)
    return isNumber
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}
