/** What a sentence says of the position: nothing, that it is good, or that there is none. */
export const SAYS_NOTHING = 0
export const SAYS_FIX = 1
export const SAYS_NO_FIX = 2

/** Quantities that a sentence can give, as indices. */
export const LAT = 0
export const LON = 1
export const ALT_M = 2
export const SPEED_MPS = 3
export const COURSE_DEG = 4
export const HDOP = 5
export const SATELLITES = 6
export const ACCURACY_M = 7
/** UTC midnight of the date, Unix ms. */
export const DAY_MS = 8
export const QUANTITIES = 9

export const NO_TIME = -1

/** Numbers of satellites are below 1000. */
export const SNR_SHIFT = 10

/** GSA lists at most 12 satellites a sentence (NMEA 0183 4.11, GSA), GSV 4. */
const MAX_LISTED = 12

/**
 * What one sentence said. One report is filled again and again, so that decoding allocates nothing; numbers with
 * decimals stay in an array of doubles for the same reason. Absent codes are 0.
 */
export class Report {
  verdict = SAYS_NOTHING
  /** Milliseconds of the UTC day, or NO_TIME. */
  timeOfDayMs = NO_TIME
  /** Index into QUALITIES; 0 is not said. */
  quality = 0
  /** Decimals of the minutes of latitude: the sentence with more of them is the better source. */
  latDecimals = 0
  /** 2 or 3 as GSA says; 0 is not said. */
  dimension = 0
  /** Satellite system of GSA, 1 GPS … 6 NavIC (NMEA 0183 4.11); 0 is not said. */
  system = 0
  /**
   * Satellites listed, used (GSA) or in view (GSV), each as its number, with GSV in the bits from SNR_SHIFT on its
   * carrier to noise density in dB-Hz, 0 where it is not tracked. The first `listed` entries count.
   */
  readonly list = new Int32Array(MAX_LISTED)
  listed = 0
  /** Of GSV: how many sentences the set has, which one this is, counted from 1, and of which signal. */
  parts = 0
  part = 0
  signal = 0
  /** Of TXT: its kind by number, and the text. */
  textKind = 0
  text = ''
  /** The quantities said, a bit each. */
  said = 0
  readonly #numbers = new Float64Array(QUANTITIES)

  clear(): void {
    this.verdict = SAYS_NOTHING
    this.timeOfDayMs = NO_TIME
    this.quality = 0
    this.dimension = 0
    this.listed = 0
    this.said = 0
  }

  set(quantity: number, value: number): void {
    this.#numbers[quantity] = value
    this.said |= 1 << quantity
  }

  unset(quantity: number): void {
    this.said &= ~(1 << quantity)
  }

  says(quantity: number): boolean {
    return (this.said & (1 << quantity)) !== 0
  }

  /** Only where {@link says}. */
  get(quantity: number): number {
    return this.#numbers[quantity]!
  }
}
