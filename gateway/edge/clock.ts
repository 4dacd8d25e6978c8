import type { TimeSource } from '../../proto/domain.ts'
import type { Log } from '../foundation/log.ts'

/** No clock that is right is earlier: Node 24, which all of this runs on, came out on that day. */
const EARLIEST_MS = Date.UTC(2025, 4, 6)
/**
 * While the time is not known, records are dated on a scale of the gateway's own that begins here with the process:
 * with room below for readings that are older than the process.
 */
const OWN_SCALE_BEGINS_MS = Date.UTC(1971, 0)
/** The own scale ends before; no receiver's date is earlier (drivers/nmea/calendar.ts). */
export const WALL_TIME_BEGINS_MS = Date.UTC(2000, 0)
/** The week number that satellites send has 10 bits (IS-GPS-200, 20.3.3.3.1.1). */
export const WEEK_ROLLOVER_MS = 1024 * 7 * 86_400_000

/** GPS time and the monotonic clock may differ by so much while both are right (a receiver speaks up to a second late). */
const AGREEMENT_MS = 2000
/** So many fixes must agree, over at least so long, before their date is believed. */
const FIXES_TO_TRUST = 3
const TRUST_AFTER_MS = 2000
/** Then the agreement is looked for anew: no monotonic clock is quite right. */
const RUN_MS = 600_000
/** A clock that is corrected slowly moves less between two looks; more is a step. */
const STEP_MS = 1000
/** Time stands still until so small a step back (a leap second, a receiver that spoke late) is made up for. */
const STAND_STILL_MS = 5000

/** Whether a time was taken while this gateway did not know what time it is. */
export const isUndated = (timeMs: number): boolean => timeMs < WALL_TIME_BEGINS_MS

/**
 * What time it is at this gateway. Timers run on the monotonic clock, which never steps; wall time is the monotonic
 * clock plus an offset, from GPS once several fixes in a row agree, until then from the system clock where that can be
 * right. While neither can, the time is not known: what `nowMs` gives then lies before 2000, counts from the start of
 * the process, and becomes wall time with {@link EdgeClock.dated} once the time is known. The system clock is never set.
 */
export class EdgeClock {
  /** Called once, when the time becomes known. */
  onKnown: () => void = () => {}
  readonly #log: Log | undefined
  #source: TimeSource = 'estimated'
  /** Own scale minus monotonic time. */
  #ownOffsetMs = OWN_SCALE_BEGINS_MS
  /** Wall time minus monotonic time, now and when it became known. */
  #offsetMs: number | undefined
  #firstOffsetMs: number | undefined
  #lastToldMs = Number.NEGATIVE_INFINITY
  #systemIsRefused = false
  /** The run of fixes that agree with its first one; the one that came with the least delay is nearest to the truth. */
  #run = { firstOffsetMs: Number.NaN, bestOffsetMs: Number.NaN, beganMs: 0, fixes: 0 }

  /** @param log where it is told that the time is not known, is known, was set. */
  constructor(log?: Log) {
    this.#log = log
  }

  /** Milliseconds since the process started; never steps. */
  monotonicMs(): number {
    return performance.now()
  }

  /** What the system's clock says, right or not. */
  systemMs(): number {
    return Date.now()
  }

  /** Whole Unix milliseconds; on the own scale while the time is not known. */
  nowMs(): number {
    this.#look()
    const nowMs = Math.round((this.#offsetMs ?? this.#ownOffsetMs) + this.monotonicMs())
    const backMs = this.#lastToldMs - nowMs
    if (backMs > 0 && backMs <= STAND_STILL_MS) return this.#lastToldMs
    this.#lastToldMs = nowMs
    return nowMs
  }

  get known(): boolean {
    this.#look()
    return this.#offsetMs !== undefined
  }

  /** Where the time comes from; `estimated` while it is not known. */
  get source(): TimeSource {
    this.#look()
    return this.#source
  }

  /** Whole milliseconds that turn times of the own scale into wall times; undefined while the time is not known. */
  get ownScaleShiftMs(): number | undefined {
    return this.#firstOffsetMs === undefined ? undefined : Math.round(this.#firstOffsetMs - this.#ownOffsetMs)
  }

  /** The wall time of a moment that `nowMs` gave at any time of this boot; as it was while that is not known. */
  dated(timeMs: number): number {
    return isUndated(timeMs) ? timeMs + (this.ownScaleShiftMs ?? 0) : timeMs
  }

  /**
   * An earlier boot never knew the time and left records on its own scale, the last at `lastMs`: the scale of this boot
   * goes on after it, so that one shift dates both. To be said before anybody asks for the time.
   */
  continueAfter(lastMs: number): void {
    this.#ownOffsetMs = lastMs + 1
  }

  /**
   * A valid fix said that it is `timeMs` now. A recording played fast does not agree with the monotonic clock, and
   * so never sets the time; neither does one from before this software.
   */
  observeGps(timeMs: number): void {
    this.#look()
    const gpsMs = this.#plausible(timeMs)
    if (gpsMs === undefined) return
    const atMs = this.monotonicMs()
    const offsetMs = gpsMs - atMs
    const run = this.#run
    if (Math.abs(offsetMs - run.firstOffsetMs) <= AGREEMENT_MS && atMs - run.beganMs < RUN_MS) {
      run.fixes++
      run.bestOffsetMs = Math.max(run.bestOffsetMs, offsetMs)
    } else this.#run = { firstOffsetMs: offsetMs, bestOffsetMs: offsetMs, beganMs: atMs, fixes: 1 }
    const { fixes, beganMs, bestOffsetMs } = this.#run
    if (fixes >= FIXES_TO_TRUST && atMs - beganMs >= TRUST_AFTER_MS) this.#set('gps', bestOffsetMs)
  }

  /**
   * The moment nearest to now with this UTC time of day, for receivers that never say the date; now itself while the
   * time is not known.
   */
  nearestTimeOfDay(timeOfDayMs: number): number {
    const dayMs = 86_400_000
    const nowMs = this.nowMs()
    if (isUndated(nowMs)) return nowMs
    const midnightMs = Math.floor(nowMs / dayMs) * dayMs
    return [-dayMs, 0, dayMs]
      .map((shiftMs) => midnightMs + shiftMs + timeOfDayMs)
      .reduce((best, candidate) => (Math.abs(candidate - nowMs) < Math.abs(best - nowMs) ? candidate : best))
  }

  /** A date before this software suffers from week rollover; where the time is known, the receiver's calendar has seen to it. */
  #plausible(timeMs: number): number | undefined {
    if (timeMs >= EARLIEST_MS) return timeMs
    if (this.#offsetMs !== undefined) return undefined
    return timeMs + Math.ceil((EARLIEST_MS - timeMs) / WEEK_ROLLOVER_MS) * WEEK_ROLLOVER_MS
  }

  /** Follows the system clock, wherever it is set to, while nothing better is known. */
  #look(): void {
    if (this.#source === 'gps') return
    const systemMs = this.systemMs()
    if (systemMs >= EARLIEST_MS) {
      this.#systemIsRefused = false
      this.#set('system', systemMs - this.monotonicMs())
    } else if (!this.#systemIsRefused) {
      this.#systemIsRefused = true
      const system = new Date(systemMs).toISOString()
      if (this.#offsetMs === undefined)
        this.#log?.warn(
          { system },
          'the time is not known: records wait until a GPS receiver or NTP (timedatectl) says it',
        )
      else this.#log?.warn({ system }, 'the system clock was set to a time that cannot be: not followed')
    }
  }

  #set(source: TimeSource, offsetMs: number): void {
    const beforeMs = this.#offsetMs
    this.#offsetMs = offsetMs
    this.#source = source
    const stepMs = offsetMs - (beforeMs ?? Number.NEGATIVE_INFINITY)
    if (Math.abs(stepMs) <= STEP_MS) return
    const time = new Date(offsetMs + this.monotonicMs()).toISOString()
    if (beforeMs === undefined) {
      this.#firstOffsetMs = offsetMs
      this.#log?.info({ source, time }, 'the time is known')
      this.onKnown()
    } else this.#log?.warn({ source, stepS: Math.round(stepMs / 1000), time }, 'the clock was set')
  }
}
