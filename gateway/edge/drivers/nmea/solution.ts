import { type Fix, QUALITIES, type Quality } from '../../../../proto/domain.ts'
import { type Report, SAYS_FIX, SAYS_NO_FIX } from './report.ts'

export interface NmeaFix extends Omit<Fix, 'timeMs'> {
  /** Unix ms, UTC; absent until a date is known. */
  timeMs?: number
  /** Milliseconds of the UTC day; absent when no sentence of the epoch has a time. */
  timeOfDayMs?: number
}

const ALT = 0
const SPEED = 1
const COURSE = 2
const HDOP = 3
const ACCURACY = 4
const QUALITY = 5
const QUANTITIES = 6

const NOBODY = 1 << 16
const MAX_LISTED = 64

/**
 * What the sentences of one epoch say together. Of several that say the same quantity, the one with the lowest
 * `rank` is taken; a position with more decimals goes before rank; of satellites the largest count is taken,
 * since some sentences count only those of their own system. One "no fix" outweighs all who say otherwise:
 * the positions beside it may be old.
 */
export class Solution {
  readonly #values = new Float64Array(QUANTITIES)
  readonly #saidBy = new Int32Array(QUANTITIES)
  #saysFix = false
  #saysNoFix = false
  #lat = Number.NaN
  #lon = Number.NaN
  #latDecimals = 0
  #positionBy = NOBODY
  #satellites = Number.NaN
  #dimension = 0
  /** Satellites that GSA sentences list, each once. */
  readonly #list = new Int32Array(MAX_LISTED)
  #listed = 0

  constructor() {
    this.clear()
  }

  clear(): void {
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      this.#values[quantity] = Number.NaN
      this.#saidBy[quantity] = NOBODY
    }
    this.#saysFix = false
    this.#saysNoFix = false
    this.#lat = Number.NaN
    this.#lon = Number.NaN
    this.#latDecimals = -1
    this.#positionBy = NOBODY
    this.#satellites = Number.NaN
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
    return this.#saysFix && !this.#saysNoFix && !Number.isNaN(this.#lat)
  }

  add(report: Report, rank: number): void {
    if (report.verdict === SAYS_NO_FIX) this.#saysNoFix = true
    else if (report.verdict === SAYS_FIX) this.#saysFix = true
    if (!Number.isNaN(report.lat) && !Number.isNaN(report.lon)) this.#addPosition(report, rank)
    this.#offer(ALT, report.altM, rank)
    this.#offer(SPEED, report.speedMps, rank)
    this.#offer(COURSE, report.courseDeg, rank)
    this.#offer(HDOP, report.hdop, rank)
    this.#offer(ACCURACY, report.accuracyM, rank)
    if (report.quality > 0) this.#offer(QUALITY, report.quality, rank)
    if (report.satellites > this.#satellites || Number.isNaN(this.#satellites))
      this.#satellites = report.satellites
    if (report.dimension > this.#dimension) this.#dimension = report.dimension
    if (Number.isNaN(this.#satellites))
      for (let place = 0; place < report.listed; place++) this.#addToList(report.list[place]!)
  }

  /** The fix, without time; only when {@link isFix}. */
  toFix(): NmeaFix {
    const fix: NmeaFix = { lat: this.#lat, lon: this.#lon }
    const values = this.#values
    // GSA says that the height is not measured: what GGA has is held from before, or 0.
    if (this.#dimension !== 2 && !Number.isNaN(values[ALT]!)) fix.altM = values[ALT]!
    if (!Number.isNaN(values[SPEED]!)) fix.speedMps = values[SPEED]!
    if (!Number.isNaN(values[COURSE]!)) fix.courseDeg = values[COURSE]!
    if (!Number.isNaN(values[HDOP]!)) fix.hdop = values[HDOP]!
    if (!Number.isNaN(this.#satellites)) fix.satellites = this.#satellites
    else if (this.#listed > 0) fix.satellites = this.#listed
    if (!Number.isNaN(values[QUALITY]!)) fix.quality = QUALITIES[values[QUALITY]!] as Quality
    if (!Number.isNaN(values[ACCURACY]!)) fix.accuracyM = values[ACCURACY]!
    return fix
  }

  #offer(quantity: number, value: number, rank: number): void {
    if (!Number.isNaN(value) && rank < this.#saidBy[quantity]!) {
      this.#values[quantity] = value
      this.#saidBy[quantity] = rank
    }
  }

  #addPosition(report: Report, rank: number): void {
    const { latDecimals } = report
    if (latDecimals < this.#latDecimals || (latDecimals === this.#latDecimals && rank >= this.#positionBy))
      return
    this.#lat = report.lat
    this.#lon = report.lon
    this.#latDecimals = latDecimals
    this.#positionBy = rank
  }

  #addToList(satellite: number): void {
    for (let place = 0; place < this.#listed; place++) if (this.#list[place] === satellite) return
    if (this.#listed < MAX_LISTED) this.#list[this.#listed++] = satellite
  }
}
