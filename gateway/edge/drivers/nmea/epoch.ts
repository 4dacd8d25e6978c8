/**
 * In: what the sentences say, one report after the other. Out: one fix an epoch, that is, for all sentences of
 * one UTC time of day, whatever their talkers.
 *
 * An epoch ends with the sentence that was learned to be the last of the cycle, else when another time of day
 * begins, else when the line falls idle. What comes for an epoch that is already out is dropped: no fix goes
 * out twice.
 */

import type { Calendar } from './calendar.ts'
import { CycleEnd } from './cycle-end.ts'
import { DAY_MS, NO_TIME, type Report, SAYS_FIX, SAYS_NOTHING } from './report.ts'
import { TALKERS } from './sentences.ts'
import { type NmeaFix, Solution } from './solution.ts'

/**
 * Sentences of one epoch may round their time differently (`030129.0`, `.00`, `.004`); no receiver has two
 * epochs this close.
 */
const SAME_EPOCH_MS = 10

export interface EpochHandlers {
  onFix(fix: NmeaFix): void
  /** `no-fix`: the sentences of an epoch said so. `untrusted-date`: no receiver that knows the time says it. */
  onReject(reason: 'no-fix' | 'untrusted-date'): void
}

export class Epoch {
  readonly #handlers: EpochHandlers
  readonly #calendar: Calendar
  readonly #solution = new Solution()
  readonly #cycle = new CycleEnd()
  /** Which kinds of sentence spoke of a fix in this epoch, a bit each. */
  #spoken = 0
  #isOpen = false
  #count = 0
  #timeOfDayMs = NO_TIME
  /** Time of day of the epoch that went out last. */
  #pastTimeOfDayMs = NO_TIME

  constructor(calendar: Calendar, handlers: EpochHandlers) {
    this.#calendar = calendar
    this.#handlers = handlers
  }

  /**
   * How many epochs there have been, with the one to which a sentence without time that came now would belong.
   */
  get count(): number {
    return this.#isOpen ? this.#count : this.#count + 1
  }

  /** @param kind index into SENTENCES. @param talker index into TALKERS. */
  take(report: Report, kind: number, talker: number): void {
    const { timeOfDayMs, verdict } = report
    const isOfOpen =
      this.#isOpen && (timeOfDayMs === NO_TIME ? verdict === SAYS_NOTHING : timeOfDayMs === this.#timeOfDayMs)
    if (!isOfOpen && !this.#turnTo(report, kind)) return
    if (verdict !== SAYS_NOTHING) this.#spoken |= 1 << kind
    this.offerDate(report)
    this.#solution.add(report, kind * TALKERS.length + talker)
    if (this.#cycle.take(kind) && this.#solution.decided) this.#finish()
  }

  /** Opens the epoch of this report if it is not open; false when it is out already. */
  #turnTo(report: Report, kind: number): boolean {
    if (this.#isLate(report.timeOfDayMs)) {
      this.#isOpen = false
      this.#cycle.late(kind)
      // Its fix is out; its date serves the next.
      this.offerDate(report)
      return false
    }
    if (this.#isOpen && this.#isOfNext(report, kind)) this.#finish()
    if (!this.#isOpen) this.#begin()
    if (this.#timeOfDayMs === NO_TIME) this.#timeOfDayMs = report.timeOfDayMs
    return true
  }

  /** Nothing more comes for this epoch. */
  idle(): void {
    if (this.#isOpen) this.#finish()
  }

  /** Of the epoch that went out last; what has come since without a time was of that epoch, too. */
  #isLate(timeOfDayMs: number): boolean {
    const undecided = !this.#isOpen || this.#timeOfDayMs === NO_TIME
    return undecided && isSameEpoch(timeOfDayMs, this.#pastTimeOfDayMs)
  }

  #isOfNext({ timeOfDayMs, verdict }: Report, kind: number): boolean {
    if (timeOfDayMs !== NO_TIME && this.#timeOfDayMs !== NO_TIME)
      return !isSameEpoch(timeOfDayMs, this.#timeOfDayMs)
    if (verdict === SAYS_NOTHING) return false
    // Without times to compare: a sentence that comes again, or a fix, with its time, after "no fix" without one.
    const again = (this.#spoken & (1 << kind)) !== 0
    return again || (verdict === SAYS_FIX && timeOfDayMs !== NO_TIME && this.#solution.saysNoFix)
  }

  /** The date that a sentence gives waits for a fix beside it. */
  offerDate(report: Report): void {
    if (!report.says(DAY_MS) || report.timeOfDayMs === NO_TIME) return
    if (!this.#calendar.offer(report.get(DAY_MS), report.timeOfDayMs))
      this.#handlers.onReject('untrusted-date')
  }

  #begin(): void {
    this.#count++
    this.#isOpen = true
    this.#timeOfDayMs = NO_TIME
    this.#spoken = 0
    this.#solution.clear()
    this.#cycle.next()
  }

  #finish(): void {
    this.#isOpen = false
    if (this.#timeOfDayMs !== NO_TIME) this.#pastTimeOfDayMs = this.#timeOfDayMs
    if (this.#solution.isFix) {
      this.#calendar.confirm()
      const timeOfDayMs = this.#timeOfDayMs
      const timeMs = timeOfDayMs === NO_TIME ? Number.NaN : this.#calendar.timeMs(timeOfDayMs)
      this.#handlers.onFix(this.#solution.toFix(timeMs, timeOfDayMs))
    } else if (this.#solution.decided) {
      this.#calendar.withdraw()
      this.#handlers.onReject('no-fix')
    }
  }
}

function isSameEpoch(oneMs: number, otherMs: number): boolean {
  return oneMs !== NO_TIME && otherMs !== NO_TIME && Math.abs(oneMs - otherMs) < SAME_EPOCH_MS
}
