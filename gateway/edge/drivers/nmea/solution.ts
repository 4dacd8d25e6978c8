import { type Fix, QUALITIES, type Quality } from '../../../../proto/domain.ts'
import {
  ACCURACY_M,
  ALT_M,
  COURSE_DEG,
  HDOP,
  LAT,
  LON,
  NO_TIME,
  QUANTITIES,
  type Report,
  SATELLITES,
  SAYS_FIX,
  SAYS_NO_FIX,
  SPEED_MPS,
} from './report.ts'

export interface NmeaFix extends Omit<Fix, 'timeMs'> {
  /** Unix ms, UTC; absent until a date is known. */
  timeMs?: number
  /** Milliseconds of the UTC day; absent when no sentence of the epoch has a time. */
  timeOfDayMs?: number
}

const NOBODY = 1 << 16
const MAX_LISTED = 64
/** Tells satellites of different systems apart, where their sentences name the system. */
const NUMBERS_A_SYSTEM = 1000

const POSITION = (1 << LAT) | (1 << LON)
/** Quantities of which the sentence of highest authority is taken. */
const BY_RANK = [ALT_M, SPEED_MPS, COURSE_DEG, HDOP, ACCURACY_M].reduce(
  (bits, quantity) => bits | (1 << quantity),
  0,
)
/** What GGA and RMC say together. */
const USUAL = [LAT, LON, ALT_M, SPEED_MPS, COURSE_DEG, HDOP, SATELLITES].reduce(
  (bits, quantity) => bits | (1 << quantity),
  0,
)

/**
 * What the sentences of one epoch say together. Of several that say the same quantity, the one with the lowest
 * `rank` is taken; a position with more decimals goes before rank; of satellites the largest count is taken,
 * since some sentences count only those of their own system. One "no fix" outweighs all who say otherwise:
 * the positions beside it may be old.
 */
export class Solution {
  /** The quantities said, a bit each; and what was said, by whom. */
  #said = 0
  readonly #values = new Float64Array(QUANTITIES)
  readonly #saidBy = new Int32Array(QUANTITIES)
  #saysFix = false
  #saysNoFix = false
  #latDecimals = 0
  #positionBy = NOBODY
  #quality = 0
  #qualityBy = NOBODY
  #dimension = 0
  /** Satellites that GSA sentences list, each once. */
  readonly #list = new Int32Array(MAX_LISTED)
  #listed = 0

  clear(): void {
    this.#said = 0
    this.#saysFix = false
    this.#saysNoFix = false
    this.#quality = 0
    this.#qualityBy = NOBODY
    this.#dimension = 0
    this.#listed = 0
  }

  /** Some sentence spoke of whether there is a fix. */
  get decided(): boolean {
    return this.#saysFix || this.#saysNoFix
  }

  get saysNoFix(): boolean {
    return this.#saysNoFix
  }

  get isFix(): boolean {
    return this.#saysFix && !this.#saysNoFix && this.#says(LAT)
  }

  add(report: Report, rank: number): void {
    if (report.verdict === SAYS_NO_FIX) this.#saysNoFix = true
    else if (report.verdict === SAYS_FIX) this.#saysFix = true
    if ((report.said & POSITION) === POSITION) this.#offerPosition(report, rank)
    for (let offered = report.said & BY_RANK; offered !== 0; ) {
      const quantity = 31 - Math.clz32(offered)
      offered ^= 1 << quantity
      if (this.#says(quantity) && rank >= this.#saidBy[quantity]!) continue
      this.#take(quantity, report)
      this.#saidBy[quantity] = rank
    }
    if (report.quality > 0 && rank < this.#qualityBy) {
      this.#quality = report.quality
      this.#qualityBy = rank
    }
    if (
      report.says(SATELLITES) &&
      !(this.#says(SATELLITES) && this.#values[SATELLITES]! >= report.get(SATELLITES))
    )
      this.#take(SATELLITES, report)
    if (report.dimension > this.#dimension) this.#dimension = report.dimension
    if (report.listed > 0 && !this.#says(SATELLITES)) this.#addToList(report)
  }

  /** The fix; only when {@link isFix}. `timeMs` is NaN without date, `timeOfDayMs` NO_TIME without time. */
  toFix(timeMs: number, timeOfDayMs: number): NmeaFix {
    const values = this.#values
    const lat = values[LAT]!
    const lon = values[LON]!
    // GSA says that the height is not measured: what GGA has is held from before, or 0.
    if (this.#dimension === 2) this.#said &= ~(1 << ALT_M)
    if (!this.#says(SATELLITES) && this.#listed > 0) {
      values[SATELLITES] = this.#listed
      this.#said |= 1 << SATELLITES
    }
    const quality = this.#quality > 0 ? (QUALITIES[this.#quality] as Quality) : undefined
    const isDated = !Number.isNaN(timeMs)
    // Made at once where it is one of the usual: an object that grows key by key takes several times as long.
    if ((this.#said & USUAL) === USUAL && quality !== undefined && isDated) {
      const fix: NmeaFix = {
        timeMs,
        timeOfDayMs,
        lat,
        lon,
        altM: values[ALT_M]!,
        speedMps: values[SPEED_MPS]!,
        courseDeg: values[COURSE_DEG]!,
        hdop: values[HDOP]!,
        satellites: values[SATELLITES]! | 0,
        quality,
      }
      if (this.#says(ACCURACY_M)) fix.accuracyM = values[ACCURACY_M]!
      return fix
    }
    const fix = isDated ? { timeMs, timeOfDayMs, lat, lon } : positioned(timeOfDayMs, lat, lon)
    if (this.#says(ALT_M)) fix.altM = values[ALT_M]!
    if (this.#says(SPEED_MPS)) fix.speedMps = values[SPEED_MPS]!
    if (this.#says(COURSE_DEG)) fix.courseDeg = values[COURSE_DEG]!
    if (this.#says(HDOP)) fix.hdop = values[HDOP]!
    if (this.#says(SATELLITES)) fix.satellites = values[SATELLITES]!
    if (quality !== undefined) fix.quality = quality
    if (this.#says(ACCURACY_M)) fix.accuracyM = values[ACCURACY_M]!
    return fix
  }

  #says(quantity: number): boolean {
    return (this.#said & (1 << quantity)) !== 0
  }

  #take(quantity: number, report: Report): void {
    this.#values[quantity] = report.get(quantity)
    this.#said |= 1 << quantity
  }

  #offerPosition(report: Report, rank: number): void {
    const { latDecimals } = report
    if (this.#says(LAT)) {
      if (latDecimals < this.#latDecimals) return
      if (latDecimals === this.#latDecimals && rank >= this.#positionBy) return
    }
    this.#take(LAT, report)
    this.#take(LON, report)
    this.#latDecimals = latDecimals
    this.#positionBy = rank
  }

  #addToList({ list, listed, system }: Report): void {
    for (let place = 0; place < listed; place++) {
      const satellite = system * NUMBERS_A_SYSTEM + list[place]!
      let before = 0
      while (before < this.#listed && this.#list[before] !== satellite) before++
      if (before === this.#listed && before < MAX_LISTED) this.#list[this.#listed++] = satellite
    }
  }
}

function positioned(timeOfDayMs: number, lat: number, lon: number): NmeaFix {
  return timeOfDayMs === NO_TIME ? { lat, lon } : { timeOfDayMs, lat, lon }
}
