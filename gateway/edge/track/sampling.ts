import type { Fix } from '../../../proto/domain.ts'
import { Plane } from './plane.ts'
import type { Onward, Stage } from './stage.ts'
import type { SamplingRule } from './track-filter-config.ts'

/** No more fixes wait, however fast the receiver. */
const MAX_WAITING = 128
/** A fix this much poorer than both ends of a line is not hidden behind them. */
const POORER_FACTOR = 1.5

/**
 * Drops fixes that the line through the kept ones says as well (counted as `thinned-sampling`): the opening window
 * of Keogh et al., "An online algorithm for segmenting time series" (2001), with the time-aware distance of
 * Meratnia and de By, "Spatiotemporal compression techniques for moving point objects" (2004).
 *
 * The bound: a dropped fix is at most `errorM` away from the line between the kept fixes before and after it, and
 * at most `timeErrorM` from where that line is at the fix's time; its HDOP and accuracy figure are at most 1.5 times
 * those of the poorer of the two. Kept fixes are at most `maxS` apart, unless nothing came in between. Whether a fix
 * is kept is known when the next one comes, so a kept fix goes out one interval late.
 */
export class Sampling implements Stage {
  readonly #rule: SamplingRule
  readonly #onward: Onward
  /** The fix kept last, and the plane around it. */
  #from: Fix | undefined
  #plane = new Plane({ lat: 0, lon: 0 })
  /** Fixes since then that the line to the newest of them says within the bound. */
  #waiting: Fix[] = []
  readonly #eastM = new Float64Array(MAX_WAITING)
  readonly #northM = new Float64Array(MAX_WAITING)

  constructor(rule: SamplingRule, onward: Onward) {
    this.#rule = rule
    this.#onward = onward
  }

  push(fix: Fix): void {
    const newest = this.#waiting.at(-1)
    if (this.#from && fix.timeMs > (newest ?? this.#from).timeMs) {
      if (newest && !this.#saysAll(this.#from, newest, fix)) this.flush()
      this.#wait(fix)
      return
    }
    // The first fix of all, or the clock was set back.
    this.flush()
    this.#keep(fix)
  }

  flush(): void {
    const newest = this.#waiting.pop()
    if (!newest) return
    for (const _ of this.#waiting) this.#onward.count('thinned-sampling')
    this.#waiting = []
    this.#keep(newest)
  }

  #keep(fix: Fix): void {
    this.#from = fix
    this.#plane = new Plane(fix)
    this.#onward.keep(fix)
  }

  #wait(fix: Fix): void {
    this.#eastM[this.#waiting.length] = this.#plane.eastM(fix)
    this.#northM[this.#waiting.length] = this.#plane.northM(fix)
    this.#waiting.push(fix)
  }

  /** Whether the line to `to` says all waiting fixes within the bound. */
  #saysAll(from: Fix, newest: Fix, to: Fix): boolean {
    const spanMs = to.timeMs - from.timeMs
    if (spanMs > this.#rule.maxS * 1000 || this.#waiting.length >= MAX_WAITING) return false
    if (newest.quality !== to.quality) return false
    const toEastM = this.#plane.eastM(to)
    const toNorthM = this.#plane.northM(to)
    const lengthM2 = toEastM * toEastM + toNorthM * toNorthM
    const errorM2 = this.#rule.errorM ** 2
    const timeErrorM2 = this.#rule.timeErrorM ** 2
    const maxHdop = POORER_FACTOR * poorer(from.hdop, to.hdop)
    const maxAccuracyM = POORER_FACTOR * poorer(from.accuracyM, to.accuracyM)
    for (let i = 0; i < this.#waiting.length; i++) {
      const fix = this.#waiting[i]!
      if (fix.hdop! > maxHdop || fix.accuracyM! > maxAccuracyM) return false
      const eastM = this.#eastM[i]!
      const northM = this.#northM[i]!
      const share = (fix.timeMs - from.timeMs) / spanMs
      const timeOffM2 = (eastM - share * toEastM) ** 2 + (northM - share * toNorthM) ** 2
      if (timeOffM2 > timeErrorM2) return false
      // At its time the line is near enough: the nearest place of the line is nearer still.
      if (timeOffM2 <= errorM2) continue
      const along = lengthM2 === 0 ? 0 : (eastM * toEastM + northM * toNorthM) / lengthM2
      const nearest = Math.min(1, Math.max(0, along))
      if ((eastM - nearest * toEastM) ** 2 + (northM - nearest * toNorthM) ** 2 > errorM2) return false
    }
    return true
  }
}

/** The larger of two figures; one that is absent says nothing. */
function poorer(a: number | undefined, b: number | undefined): number {
  if (a === undefined) return b ?? 0
  return b === undefined ? a : Math.max(a, b)
}
