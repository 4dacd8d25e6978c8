import type { Disturbance } from './disturbance.ts'
import type { CalendarDay, Epoch } from './nmea-sentences.ts'
import type { ReceiverOptions } from './receiver-options.ts'

/** The time and date that a receiver believes in: none before the first fix, and wrong ones after it. */

/**
 * Before the first fix: 6 January 1980 (`gps-start`: GPS week 0, two-digit year 80), the same with the year 2080 in
 * ZDA, 22 August 1999 (`rollover-1999`: week 1024, read as week 0 of the second round), all zeros, or the right time
 * of day from a clock of its own with the date blank.
 */
export type ColdDate = 'gps-start' | 'gps-start-2080' | 'rollover-1999' | 'zeros' | 'blank'

/** From `atS` of the ride on the clock is off by `byS` more. */
export interface ClockJump {
  atS: number
  byS: number
}

/** GPS counts weeks from here, 1024 to a round (IS-GPS-200, 20.3.3.3.1.1). */
const GPS_START_MS = Date.UTC(1980, 0, 6)
const ROUND_MS = 1024 * 7 * 86_400_000

export const COLD_DATES: Record<ColdDate, { startMs?: number; date?: CalendarDay | 'blank' }> = {
  'gps-start': { startMs: GPS_START_MS },
  'gps-start-2080': { startMs: GPS_START_MS, date: { day: 6, month: 1, year: 2080 } },
  'rollover-1999': { startMs: GPS_START_MS + ROUND_MS },
  zeros: { startMs: GPS_START_MS, date: { day: 0, month: 0, year: 0 } },
  blank: { date: 'blank' },
}

/** When it is, for the receiver. */
export interface Moment {
  /** The truth, Unix ms. */
  timeMs: number
  /** Since the ride began. */
  rideS: number
  /** Since power came, ms. */
  uptimeMs: number
  /** It knows no time: a cold start. */
  cold: boolean
}

export class ReceiverClock {
  readonly #options: ReceiverOptions
  /** Uptime at the first fix since power came. */
  #firstFixMs: number | undefined

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  /** Writes time and date into an epoch. */
  stamp(epoch: Epoch, moment: Moment, disturbed: Disturbance[]): void {
    const { rolloverAtS, leapSecondsAfterS, leapSeconds, clockJumps, datelessS } = this.#options
    const { rideS, uptimeMs } = moment
    if (moment.cold) {
      this.#firstFixMs = undefined
      const { startMs, date } = COLD_DATES[this.#options.coldDate]
      epoch.timeMs = startMs === undefined ? moment.timeMs : startMs + uptimeMs
      epoch.date = date
      return
    }
    epoch.timeMs = moment.timeMs
    if (uptimeMs <= leapSecondsAfterS * 1000) {
      epoch.timeMs += leapSeconds * 1000
      disturbed.push('leap-seconds')
    }
    let jumpedS = 0
    for (const { atS, byS } of clockJumps) if (rideS >= atS) jumpedS += byS
    if (jumpedS !== 0) {
      epoch.timeMs += jumpedS * 1000
      disturbed.push('clock-jump')
    }
    if (rolloverAtS !== undefined && rideS >= rolloverAtS) {
      epoch.timeMs -= ROUND_MS
      disturbed.push('rollover')
    }
    if (epoch.valid) this.#firstFixMs ??= uptimeMs
    if (datelessS > 0 && uptimeMs < (this.#firstFixMs ?? uptimeMs) + datelessS * 1000) {
      epoch.date = 'blank'
      disturbed.push('dateless')
    }
  }
}
