/**
 * Reads the comma-separated fields of one sentence, byte by byte and in order, without making strings. A blank
 * field, or one past the end, is absent: NaN, or 0 for a letter. The first field that is not what it should be
 * leaves its reason in `error`; whoever reads on gets absent values and looks at `error` once, at the end.
 */

const SPACE = 0x20
const COMMA = 0x2c
const PLUS = 0x2b
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30

/** More digits than a double holds are read but do not count. */
const MAX_DIGITS = 15
/** No fix is deeper, or higher than the border of space; the wire carries the same range. */
const LOWEST_M = -1000
const HIGHEST_M = 100_000
/** GPS time began in 1980. */
const FIRST_YEAR = 1980
const UNKNOWN_HDOP = 99
const MAX_HDOP = 1e6
const MAX_SATELLITES = 200

/** `hhmmss`, `ddmmyy`; an angle has five at most. */
const SIX_DIGITS = 6
const POWERS_OF_TEN = Array.from({ length: MAX_DIGITS + 1 }, (_, power) => 10 ** power)

export class FieldReader {
  /** Why the sentence is refused; empty while all is well. */
  error = ''
  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  #end = 0
  /** Of the number read last: what stands before and after the point, how many digits each, and the sign. */
  #whole = 0
  #wholeDigits = 0
  #fraction = 0
  #decimals = 0
  #negative = false
  #lastDate = -1
  #lastDayMs = Number.NaN

  /** The fields are `bytes[from … end)`. */
  start(bytes: Uint8Array, from: number, end: number): void {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
    this.error = ''
  }

  refuse(reason: string): void {
    if (this.error === '') this.error = reason
  }

  /** Takes a refusal back: the sentence turned out to say that there is nothing to read. */
  forgive(): void {
    this.error = ''
  }

  skip(fields: number): void {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#at
    for (let left = fields; left > 0 && at < end; at++) if (bytes[at] === COMMA) left--
    this.#at = at
  }

  /** A field of one character: its code. Longer fields are refused. */
  letter(reason: string): number {
    const at = this.#at
    if (at >= this.#end) return 0
    const letter = this.#bytes[at]!
    if (letter === COMMA) {
      this.#at = at + 1
      return 0
    }
    if (at + 1 < this.#end && this.#bytes[at + 1] !== COMMA) {
      this.refuse(reason)
      this.skip(1)
      return 0
    }
    this.#at = at + 2
    return letter
  }

  /** The next character of a field of letters, such as the modes of GNS; 0 ends the field. */
  nextLetter(): number {
    const letter = this.#at < this.#end ? this.#bytes[this.#at]! : COMMA
    this.#at++
    return letter === COMMA ? 0 : letter
  }

  /** A decimal number within [min, max]; anything else is refused. */
  decimal(min: number, max: number, reason: string): number {
    if (!this.#number(reason)) return Number.NaN
    let value = this.#whole
    if (this.#fraction > 0) {
      // Digits as one whole number, divided once: the double nearest to what was written.
      const scale = POWERS_OF_TEN[this.#decimals]!
      value = (value * scale + this.#fraction) / scale
    }
    if (this.#negative && value > 0) value = -value
    if (value >= min && value <= max) return value
    this.refuse(reason)
    return Number.NaN
  }

  /** A number without decimals within [min, max]. */
  whole(min: number, max: number, reason: string): number {
    const value = this.decimal(min, max, reason)
    if (Number.isNaN(value) || Number.isInteger(value)) return value
    this.refuse(reason)
    return Number.NaN
  }

  /** Degrees from true north, 0 up to but not including 360. */
  course(): number {
    const courseDeg = this.decimal(0, 360, 'course')
    return courseDeg === 360 ? 0 : courseDeg
  }

  /** Receivers write 0 or 99.9 and more where they do not know it: absent. */
  hdop(): number {
    const hdop = this.decimal(0, MAX_HDOP, 'hdop')
    return hdop > 0 && hdop < UNKNOWN_HDOP ? hdop : Number.NaN
  }

  satellites(): number {
    return this.whole(0, MAX_SATELLITES, 'satellites')
  }

  /** Metres above mean sea level. */
  altitude(): number {
    return this.decimal(LOWEST_M, HIGHEST_M, 'altitude')
  }

  /**
   * As many fields as `list` has places: the numbers above 0 among them go into it.
   * @returns how many these are.
   */
  numbers(list: Int32Array, max: number, reason: string): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#at
    let listed = 0
    let number = 0
    for (let places = list.length; places > 0 && at <= end; at++) {
      const byte = at < end ? bytes[at]! : COMMA
      if (byte === COMMA) {
        if (number > 0) list[listed++] = number
        number = 0
        places--
      } else if (byte !== SPACE) {
        const digit = byte - ZERO
        number = number * 10 + digit
        if (digit < 0 || digit > 9 || number > max) {
          this.refuse(reason)
          number = 0
        }
      }
    }
    this.#at = at
    return listed
  }

  /** `hhmmss[.s…]` as milliseconds of the UTC day; second 60 is a leap second. */
  timeOfDay(): number {
    if (!this.#number('time')) return Number.NaN
    if (this.#negative || this.#wholeDigits !== SIX_DIGITS) {
      this.refuse('time')
      return Number.NaN
    }
    const whole = this.#whole
    const hours = (whole / 10_000) | 0
    const minutes = ((whole / 100) | 0) % 100
    let ms = (whole % 100) * 1000
    if (this.#fraction > 0) ms += Math.round((this.#fraction * 1000) / POWERS_OF_TEN[this.#decimals]!)
    if (hours > 23 || minutes > 59 || ms >= 61_000) {
      this.refuse('time')
      return Number.NaN
    }
    return hours * 3_600_000 + minutes * 60_000 + ms
  }

  /** `ddmmyy` as UTC midnight in Unix ms. */
  date(): number {
    if (!this.#number('date')) return Number.NaN
    if (this.#negative || this.#wholeDigits !== SIX_DIGITS || this.#decimals > 0) {
      this.refuse('date')
      return Number.NaN
    }
    const whole = this.#whole
    // The same day 86,400 times: a calendar is looked into once.
    if (whole !== this.#lastDate) {
      this.#lastDayMs = this.day(whole % 100, ((whole / 100) | 0) % 100, (whole / 10_000) | 0)
      this.#lastDate = whole
    }
    if (Number.isNaN(this.#lastDayMs)) this.refuse('date')
    return this.#lastDayMs
  }

  /**
   * UTC midnight of a calendar day; one that is not in the calendar is refused. Of two-digit years 80 … 99 are
   * of the 20th century, as GPS began in 1980.
   */
  day(yearOrShort: number, month: number, day: number): number {
    const year = yearOrShort >= 100 ? yearOrShort : yearOrShort + (yearOrShort < 80 ? 2000 : 1900)
    if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
      this.refuse('date')
      return Number.NaN
    }
    return Date.UTC(year, month - 1, day)
  }

  /** Two fields, `ddmm.m…` and `N` or `S`: degrees. */
  latitude(): number {
    return this.#angle(90, 0x4e, 0x53, 'latitude')
  }

  /** Two fields, `dddmm.m…` and `E` or `W`: degrees. */
  longitude(): number {
    return this.#angle(180, 0x45, 0x57, 'longitude')
  }

  /** Decimals of the number read last. */
  get decimals(): number {
    return this.#decimals
  }

  #angle(limit: number, positive: number, negative: number, reason: string): number {
    const present = this.#number(reason)
    const side = this.letter(reason)
    if (!present) return Number.NaN
    if (this.#negative || this.#wholeDigits > SIX_DIGITS || (side !== positive && side !== negative)) {
      this.refuse(reason)
      return Number.NaN
    }
    const whole = this.#whole
    const degrees = (whole / 100) | 0
    const minutes = whole - degrees * 100
    // Units of the last decimal of a minute, divided once: the double nearest to what was written.
    const scale = POWERS_OF_TEN[this.#decimals]!
    const angle = ((degrees * 60 + minutes) * scale + this.#fraction) / (60 * scale)
    if (minutes >= 60 || angle > limit) {
      this.refuse(reason)
      return Number.NaN
    }
    return side === positive || angle === 0 ? angle : -angle
  }

  /** Reads a number into whole, fraction and sign; false when the field is absent or not a number. */
  #number(reason: string): boolean {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#at
    if (at >= end) return false
    let byte = bytes[at]!
    // Some receivers pad numbers with spaces.
    while (byte === SPACE && at + 1 < end) byte = bytes[++at]!
    if (byte === COMMA) {
      this.#at = at + 1
      return false
    }
    this.#negative = byte === MINUS
    if (byte === MINUS || byte === PLUS) at++
    const from = at
    let whole = 0
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      whole = whole * 10 + digit
    }
    const wholeDigits = at - from
    let decimals = 0
    let fraction = 0
    if (at < end && bytes[at] === DOT) {
      for (at++; at < end; at++) {
        const digit = bytes[at]! - ZERO
        if (digit < 0 || digit > 9) break
        if (wholeDigits + decimals < MAX_DIGITS) {
          fraction = fraction * 10 + digit
          decimals++
        }
      }
    }
    this.#whole = whole
    this.#wholeDigits = wholeDigits
    this.#fraction = fraction
    this.#decimals = decimals
    while (at < end && bytes[at] === SPACE) at++
    byte = at < end ? bytes[at]! : COMMA
    if (byte !== COMMA || wholeDigits + decimals === 0 || wholeDigits > MAX_DIGITS) {
      this.refuse(reason)
      this.#at = at
      this.skip(1)
      return false
    }
    this.#at = at + 1
    return true
  }
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
