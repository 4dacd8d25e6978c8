import { dayMsOf } from './civil-date.ts'
import { MAX_DIGITS, NONE, NumberReader, POWERS_OF_TEN } from './number-reader.ts'
import { ALT_M, COURSE_DEG, DAY_MS, HDOP, LAT, LON, NO_TIME, type Report, SATELLITES } from './report.ts'

const COMMA = 0x2c
const DOT = 0x2e
const ZERO = 0x30

/** No fix is deeper, or higher than the border of space; the wire carries the same range. */
const LOWEST_M = -1000
const HIGHEST_M = 100_000
const LAST_YEAR = 2099
const UNKNOWN_HDOP = 99
const MAX_HDOP = 1e6
const MAX_SATELLITES = 200

/** `hhmmss`, `ddmmyy`; an angle has five at most. */
const SIX_DIGITS = 6

interface Axis {
  name: string
  quantity: number
  /** Of degrees and minutes. */
  digits: number
  limit: number
  positive: number
  negative: number
}

const LATITUDE: Axis = {
  name: 'latitude',
  quantity: LAT,
  digits: 4,
  limit: 90,
  positive: 0x4e,
  negative: 0x53,
}
const LONGITUDE: Axis = {
  name: 'longitude',
  quantity: LON,
  digits: 5,
  limit: 180,
  positive: 0x45,
  negative: 0x57,
}

/**
 * Reads the quantities that several sentences have, each in its format and range. Times and angles of the usual form
 * are read four digits at a time; any other goes by {@link NumberReader}.
 */
export class FieldReader extends NumberReader {
  /** The characters `ddmm` and `yy` of the date read last, as numbers, and its day. */
  #dayMonth = 0
  #year = 0
  #lastDayMs = Number.NaN

  /** Degrees from true north, 0 up to but not including 360. */
  course(report: Report): void {
    if (!this.number('course')) return
    const { integer, fraction } = this
    const isZero = integer + fraction === 0
    if (integer > 360 || (integer === 360 && fraction > 0) || (this.isNegative && !isZero))
      this.refuse('course')
    else report.set(COURSE_DEG, integer === 360 ? 0 : this.value())
  }

  /** Receivers write 0 or 99.9 and more where they do not know it: absent. */
  hdop(report: Report): void {
    if (!this.number('hdop')) return
    const isZero = this.integer + this.fraction === 0
    if (this.integer > MAX_HDOP || (this.isNegative && !isZero)) this.refuse('hdop')
    else if (this.integer < UNKNOWN_HDOP && !isZero) report.set(HDOP, this.value())
  }

  satellites(report: Report): void {
    const satellites = this.whole(0, MAX_SATELLITES, 'satellites')
    if (satellites !== NONE) report.set(SATELLITES, satellites)
  }

  /** Metres above mean sea level. */
  altitude(report: Report): void {
    this.quantity(report, ALT_M, LOWEST_M, HIGHEST_M, 1, 'altitude')
  }

  /** `hhmmss[.s…]` as milliseconds of the UTC day, else NO_TIME; second 60 is a leap second. */
  timeOfDay(): number {
    const { bytes, end } = this
    const from = this.at
    let at = (from + SIX_DIGITS) | 0
    const hourMinute = at < end ? twoPairs(this.words, from) : NONE
    const tens = bytes[from + 4]! - ZERO
    const ones = bytes[from + 5]! - ZERO
    let fraction = 0
    let decimals = 0
    if (bytes[at] === DOT) {
      at = (at + 1) | 0
      for (let digit = bytes[at]! - ZERO; digit >>> 0 <= 9; digit = bytes[at]! - ZERO) {
        fraction = (fraction * 10 + digit) | 0
        at = (at + 1) | 0
      }
      decimals = (at - from - SIX_DIGITS - 1) | 0
    }
    const isUsual = hourMinute !== NONE && tens >>> 0 <= 9 && ones >>> 0 <= 9 && bytes[at] === COMMA
    if (!isUsual || decimals > MAX_DIGITS) return this.#unusualTimeOfDay()
    this.at = (at + 1) | 0
    return this.#timeOfDay(hourMinute & 0xff, hourMinute >>> 16, tens * 10 + ones, fraction, decimals)
  }

  #unusualTimeOfDay(): number {
    if (!this.number('time')) return NO_TIME
    if (this.isNegative || this.integerDigits !== SIX_DIGITS) this.refuse('time')
    const hourMinute = (this.integer / 100) | 0
    const seconds = this.integer % 100
    return this.#timeOfDay((hourMinute / 100) | 0, hourMinute % 100, seconds, this.fraction, this.decimals)
  }

  #timeOfDay(hours: number, minutes: number, seconds: number, fraction: number, decimals: number): number {
    if (hours > 23 || minutes > 59 || seconds > 60) {
      this.refuse('time')
      return NO_TIME
    }
    const isInMs = decimals === 3 || fraction === 0
    const ms = isInMs ? fraction : Math.round((fraction * 1000) / POWERS_OF_TEN[decimals]!)
    return (hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + ms) | 0
  }

  /** `ddmmyy` as UTC midnight. */
  date(report: Report): void {
    const { words, at, end } = this
    const isSix = at + SIX_DIGITS < end && this.bytes[at + SIX_DIGITS] === COMMA
    // The same day 86,400 times: a calendar is looked into once.
    if (isSix && words.getInt32(at, true) === this.#dayMonth && words.getInt16(at + 4, true) === this.#year) {
      report.set(DAY_MS, this.#lastDayMs)
      this.at = (at + SIX_DIGITS + 1) | 0
      return
    }
    if (!this.number('date')) return
    const date = this.integer
    const isDate = !this.isNegative && this.integerDigits === SIX_DIGITS && this.decimals === 0
    const dayMs = dayMsOf((date / 10_000) | 0, ((date / 100) | 0) % 100, date % 100)
    if (!isDate || Number.isNaN(dayMs)) {
      this.refuse('date')
      return
    }
    report.set(DAY_MS, dayMs)
    if (!isSix) return
    this.#dayMonth = words.getInt32(at, true)
    this.#year = words.getInt16(at + 4, true)
    this.#lastDayMs = dayMs
  }

  /** Three fields, day, month and year of two or four digits, as UTC midnight. */
  dayMonthYear(report: Report): void {
    const day = this.whole(1, 31, 'date')
    const month = this.whole(1, 12, 'date')
    const year = this.whole(0, LAST_YEAR, 'date')
    if (day === NONE || month === NONE || year === NONE) return
    const dayMs = dayMsOf(day, month, year)
    if (Number.isNaN(dayMs)) this.refuse('date')
    else report.set(DAY_MS, dayMs)
  }

  /** Four fields, `ddmm.m…` and `N` or `S`, `dddmm.m…` and `E` or `W`, as degrees. */
  position(report: Report): void {
    report.latDecimals = this.#angle(report, LATITUDE)
    this.#angle(report, LONGITUDE)
  }

  /** Returns the decimals of the minutes. */
  #angle(report: Report, axis: Axis): number {
    const { bytes, end } = this
    const from = this.at
    const point = (from + axis.digits) | 0
    const isPoint = point < end && bytes[point] === DOT
    const degreeMinute = isPoint ? twoPairs(this.words, point - 4) : NONE
    const hundreds = axis.digits === 5 ? bytes[from]! - ZERO : 0
    if (degreeMinute === NONE || hundreds >>> 0 > 9) return this.#unusualAngle(report, axis)
    let fraction = 0
    let at = (point + 1) | 0
    for (let digit = bytes[at]! - ZERO; digit >>> 0 <= 9; digit = bytes[at]! - ZERO) {
      fraction = (fraction * 10 + digit) | 0
      at = (at + 1) | 0
    }
    const decimals = (at - point - 1) | 0
    const side = bytes[at + 1]!
    if (bytes[at] !== COMMA || bytes[at + 2] !== COMMA || decimals > MAX_DIGITS)
      return this.#unusualAngle(report, axis)
    this.at = (at + 3) | 0
    const degrees = (Math.imul(hundreds, 100) + (degreeMinute & 0xff)) | 0
    this.#setAngle(report, axis, degrees, degreeMinute >>> 16, fraction, decimals, side)
    return decimals
  }

  #unusualAngle(report: Report, axis: Axis): number {
    const isPresent = this.number(axis.name)
    const side = this.letter(axis.name)
    if (!isPresent) return 0
    if (this.isNegative || this.integerDigits > SIX_DIGITS) this.refuse(axis.name)
    const degrees = (this.integer / 100) | 0
    this.#setAngle(report, axis, degrees, this.integer % 100, this.fraction, this.decimals, side)
    return this.decimals
  }

  #setAngle(
    report: Report,
    axis: Axis,
    degrees: number,
    minutes: number,
    fraction: number,
    decimals: number,
    side: number,
  ): void {
    const isWithin = degrees < axis.limit || (degrees === axis.limit && minutes + fraction === 0)
    if (!isWithin || minutes > 59 || (side !== axis.positive && side !== axis.negative)) {
      this.refuse(axis.name)
      return
    }
    // Units of the last decimal of a minute, divided once: the double nearest to what was written.
    const scale = POWERS_OF_TEN[decimals]!
    const units = (degrees * 60 + minutes) * scale + fraction
    report.set(axis.quantity, (side === axis.negative && units > 0 ? -units : units) / (60 * scale))
  }
}

/**
 * The four digits at `at`, read as one word, as two numbers: the first in the bits 0 … 7, the second in 16 … 23. NONE
 * where one is no digit.
 */
function twoPairs(words: DataView, at: number): number {
  // The first digit is in the low byte, each as its value: one above 9 sets the high bit of its byte.
  const digits = words.getInt32(at, true) ^ 0x30303030
  if (((digits | (digits + 0x76767676)) & 0x80808080) !== 0) return NONE
  // Ten times each digit and the digit after it.
  return (Math.imul(digits, 10) + (digits >>> 8)) & 0xff00ff
}
