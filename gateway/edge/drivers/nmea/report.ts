/** What a sentence says of the position: nothing, that it is good, or that there is none. */
export const SAYS_NOTHING = 0
export const SAYS_FIX = 1
export const SAYS_NO_FIX = 2

/** GSA lists at most 12 satellites a sentence (NMEA 0183 4.11, GSA). */
const MAX_LISTED = 12

/**
 * What one sentence said. One report is filled again and again, so that decoding allocates nothing; absent
 * numbers are NaN, absent codes 0.
 */
export class Report {
  timeOfDayMs = Number.NaN
  /** UTC midnight of the date that was said, Unix ms. */
  dayMs = Number.NaN
  verdict = SAYS_NOTHING
  lat = Number.NaN
  lon = Number.NaN
  /** Decimals of the minutes of latitude: the sentence with more of them is the better source. */
  latDecimals = 0
  altM = Number.NaN
  speedMps = Number.NaN
  courseDeg = Number.NaN
  hdop = Number.NaN
  satellites = Number.NaN
  accuracyM = Number.NaN
  /** Index into QUALITIES; 0 is not said. */
  quality = 0
  /** 2 or 3 as GSA says; 0 is not said. */
  dimension = 0
  /** Satellites listed as used, as (system × 1000 + number); the first `listed` entries count. */
  readonly list = new Int32Array(MAX_LISTED)
  listed = 0

  clear(): void {
    this.timeOfDayMs = Number.NaN
    this.dayMs = Number.NaN
    this.verdict = SAYS_NOTHING
    this.lat = Number.NaN
    this.lon = Number.NaN
    this.latDecimals = 0
    this.altM = Number.NaN
    this.speedMps = Number.NaN
    this.courseDeg = Number.NaN
    this.hdop = Number.NaN
    this.satellites = Number.NaN
    this.accuracyM = Number.NaN
    this.quality = 0
    this.dimension = 0
    this.listed = 0
  }
}
