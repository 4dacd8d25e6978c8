/**
 * Gives times of day their date. Dates come from RMC and ZDA sentences beside a fix; between them the day
 * follows from the time of day, so that a receiver that sends only GGA for a while passes midnight correctly.
 */

const DAY_MS = 86_400_000
const HALF_DAY_MS = DAY_MS / 2
/** The week number that satellites send has 10 bits (IS-GPS-200, 20.3.3.3.1.1). */
const WEEK_ROLLOVER_MS = 1024 * 7 * DAY_MS

/** Receivers start with week 0 of GPS, January 1980, or read as two digits 2080: those are no dates. */
const COLD_START_ENDS_MS = Date.UTC(1981, 0)
const END_MS = Date.UTC(2080, 0)
/** How far a host's clock and a receiver that knows the time may be apart. */
const NEAR_CLOCK_MS = 7 * DAY_MS
const DEFAULT_FLOOR_MS = Date.UTC(2000, 0)

export interface CalendarOptions {
  /**
   * No date is earlier (Unix ms): what a receiver dates before it suffers from week rollover and is moved on
   * by 1024 weeks, as often as needed. For a live line the product's build date is right; recordings need an
   * earlier one. 2000-01-01 unless given.
   */
  floorMs?: number
  /**
   * The host's clock (Unix ms), for a live line: a date that lies some times 1024 weeks before it, give or take
   * a week, suffers from week rollover and is moved on to it. Any other date stays as it is, so a recording played
   * onto the line keeps its own, and a clock without battery, which stands in the past, moves nothing.
   */
  clockMs?: () => number
}

export class Calendar {
  readonly #floorMs: number
  readonly #clockMs: (() => number) | undefined
  /** The last moment of which date and time of day were known. */
  #dayMs = Number.NaN
  #timeOfDayMs = 0
  /** The date that was said last, and what it was taken for. */
  #saidDayMs = Number.NaN
  #plausibleDayMs = Number.NaN
  /** A date that was said, waiting for a fix to confirm that the receiver knows the time. */
  #offeredDayMs = Number.NaN
  #offeredTimeOfDayMs = 0

  constructor(options: CalendarOptions) {
    this.#floorMs = options.floorMs ?? DEFAULT_FLOOR_MS
    this.#clockMs = options.clockMs
  }

  /** A sentence said this date, at this time of day. False when no receiver that knows the time says so. */
  offer(dayMs: number, timeOfDayMs: number): boolean {
    // Without a clock the same date has the same answer.
    const isAsBefore = dayMs === this.#saidDayMs && this.#clockMs === undefined
    const plausibleMs = isAsBefore ? this.#plausibleDayMs : this.#plausible(dayMs)
    this.#saidDayMs = dayMs
    this.#plausibleDayMs = plausibleMs
    if (Number.isNaN(plausibleMs)) return false
    this.#offeredDayMs = plausibleMs
    this.#offeredTimeOfDayMs = timeOfDayMs
    return true
  }

  /** There was a fix: a date offered beside it counts. */
  confirm(): void {
    if (Number.isNaN(this.#offeredDayMs)) return
    this.#dayMs = this.#offeredDayMs
    this.#timeOfDayMs = this.#offeredTimeOfDayMs
    this.#offeredDayMs = Number.NaN
  }

  /** There was no fix: a date offered beside it is of the receiver's own clock. */
  withdraw(): void {
    this.#offeredDayMs = Number.NaN
  }

  /** Unix ms of the moment with this UTC time of day that is nearest to the last one known; NaN without one. */
  timeMs(timeOfDayMs: number): number {
    const backMs = this.#timeOfDayMs - timeOfDayMs
    if (backMs < -HALF_DAY_MS || backMs > HALF_DAY_MS) this.#dayMs += Math.round(backMs / DAY_MS) * DAY_MS
    this.#timeOfDayMs = timeOfDayMs
    return this.#dayMs + timeOfDayMs
  }

  #plausible(dayMs: number): number {
    if (dayMs < COLD_START_ENDS_MS || dayMs >= END_MS) return Number.NaN
    let plausibleMs = dayMs
    const clockMs = this.#clockMs?.() ?? Number.NaN
    const rollovers = Math.round((clockMs - dayMs) / WEEK_ROLLOVER_MS)
    const rolledMs = dayMs + rollovers * WEEK_ROLLOVER_MS
    if (rollovers > 0 && Math.abs(clockMs - rolledMs) <= NEAR_CLOCK_MS) plausibleMs = rolledMs
    if (plausibleMs < this.#floorMs)
      plausibleMs += Math.ceil((this.#floorMs - plausibleMs) / WEEK_ROLLOVER_MS) * WEEK_ROLLOVER_MS
    return plausibleMs < END_MS ? plausibleMs : Number.NaN
  }
}
