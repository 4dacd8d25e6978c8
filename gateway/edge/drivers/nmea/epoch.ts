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
import { type Report, SAYS_FIX, SAYS_NOTHING } from './report.ts'
import { SENTENCES, TALKERS } from './sentences.ts'
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
  #open = false
  #timeOfDayMs = Number.NaN
  /** Time of day of the epoch that went out last. */
  #pastTimeOfDayMs = Number.NaN

  constructor(calendar: Calendar, handlers: EpochHandlers) {
    this.#calendar = calendar
    this.#handlers = handlers
  }

  /** @param kind index into SENTENCES. @param talker index into TALKERS. */
  take(report: Report, kind: number, talker: number): void {
    if (SENTENCES[kind]!.dateOnly) {
      this.#offerDate(report)
      return
    }
    const { timeOfDayMs } = report
    if (this.#isLate(timeOfDayMs)) {
      this.#open = false
      this.#cycle.late(kind)
      // Its fix is out; its date serves the next.
      this.#offerDate(report)
      return
    }
    if (this.#open && this.#isOfNext(report, kind)) this.#finish()
    if (!this.#open) this.#begin()
    if (Number.isNaN(this.#timeOfDayMs)) this.#timeOfDayMs = timeOfDayMs
    if (report.verdict !== SAYS_NOTHING) this.#spoken |= 1 << kind
    this.#offerDate(report)
    this.#solution.add(report, kind * TALKERS.length + talker)
    if (this.#cycle.take(kind) && this.#solution.decided) this.#finish()
  }

  /** Nothing more comes for this epoch. */
  idle(): void {
    if (this.#open) this.#finish()
  }

  /** Of the epoch that went out last; what has come since without a time was of that epoch, too. */
  #isLate(timeOfDayMs: number): boolean {
    const undecided = !this.#open || Number.isNaN(this.#timeOfDayMs)
    return undecided && isSameEpoch(timeOfDayMs, this.#pastTimeOfDayMs)
  }

  #isOfNext({ timeOfDayMs, verdict }: Report, kind: number): boolean {
    if (!Number.isNaN(timeOfDayMs) && !Number.isNaN(this.#timeOfDayMs))
      return !isSameEpoch(timeOfDayMs, this.#timeOfDayMs)
    if (verdict === SAYS_NOTHING) return false
    // Without times to compare: a sentence that comes again, or a fix, with its time, after "no fix" without one.
    const again = (this.#spoken & (1 << kind)) !== 0
    return again || (verdict === SAYS_FIX && !Number.isNaN(timeOfDayMs) && this.#solution.saysNoFix)
  }

  #offerDate({ dayMs, timeOfDayMs }: Report): void {
    if (Number.isNaN(dayMs) || Number.isNaN(timeOfDayMs)) return
    if (!this.#calendar.offer(dayMs, timeOfDayMs)) this.#handlers.onReject('untrusted-date')
  }

  #begin(): void {
    this.#open = true
    this.#timeOfDayMs = Number.NaN
    this.#spoken = 0
    this.#solution.clear()
    this.#cycle.next()
  }

  #finish(): void {
    this.#open = false
    if (!Number.isNaN(this.#timeOfDayMs)) this.#pastTimeOfDayMs = this.#timeOfDayMs
    if (this.#solution.isFix) {
      this.#calendar.confirm()
      this.#handlers.onFix(this.#timed(this.#solution.toFix()))
    } else if (this.#solution.decided) {
      this.#calendar.withdraw()
      this.#handlers.onReject('no-fix')
    }
  }

  #timed(fix: NmeaFix): NmeaFix {
    if (Number.isNaN(this.#timeOfDayMs)) return fix
    fix.timeOfDayMs = this.#timeOfDayMs
    const timeMs = this.#calendar.timeMs(this.#timeOfDayMs)
    if (!Number.isNaN(timeMs)) fix.timeMs = timeMs
    return fix
  }
}

function isSameEpoch(oneMs: number, otherMs: number): boolean {
  return Math.abs(oneMs - otherMs) < SAME_EPOCH_MS
}
