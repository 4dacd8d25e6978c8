import type { Fix } from '../../../proto/domain.ts'
import { Plane } from './plane.ts'
import type { Onward, Stage } from './stage.ts'
import type { StandingRule } from './track-filter-config.ts'

/** To begin standing takes `speedMps`, to end it so many times as much: in between nothing changes. */
const LEAVING_FACTOR = 1.5

/** A time in which nothing speaks of moving; fixes are kept until it has lasted long enough to be standing. */
interface Slow {
  from: Fix
  around: Plane
  /** Some fix of it told a speed. */
  told: boolean
}

/**
 * Thins the fixes of a receiver that stands, so that its drift is not drawn as a way.
 *
 * Standing begins when for `afterS` every told speed is at most `speedMps` and every position within `radiusM` of
 * the first. Without told speeds it takes as long as walking out of the radius at `speedMps` would. From then on
 * one fix in `keepAliveS` is kept. It ends with two fixes in a row above 1.5 times `speedMps`, or, without told
 * speed, with the first outside the radius; the fix before is kept then, as the start of the leg. A fix that is
 * outside the radius though its told speed is low is kept, and the radius lies around it from then on.
 *
 * So every fix that is thinned (counted as `thinned-standing`) lies within `radiusM` of one that was kept before.
 */
export class Standing implements Stage {
  readonly #rule: StandingRule
  readonly #onward: Onward
  #slow: Slow | undefined
  #standing = false
  #keptMs = 0
  /** While standing: the newest fix, neither kept nor thinned yet. */
  #held: Fix | undefined
  /** While standing: a fix that may be the first of a departure. */
  #leaving: Fix | undefined

  constructor(rule: StandingRule, onward: Onward) {
    this.#rule = rule
    this.#onward = onward
  }

  push(fix: Fix): void {
    // The clock was set back: what was measured by the old one is over.
    if (this.#standing && fix.timeMs < this.#keptMs) this.#depart()
    if (!this.#standing) this.#pass(fix)
    else if (this.#slow!.around.distanceM(fix) > this.#rule.radiusM) this.#passOutside(fix)
    else this.#passInside(fix)
  }

  flush(): void {
    this.#release()
  }

  #pass(fix: Fix): void {
    this.#keep(fix)
    const { speedMps } = fix
    const { speedMps: slowMps, radiusM, afterS } = this.#rule
    if (speedMps! > slowMps) {
      this.#slow = undefined
      return
    }
    const slow = this.#slow
    if (!slow || fix.timeMs < slow.from.timeMs || slow.around.distanceM(fix) > radiusM) {
      this.#slow = { from: fix, around: new Plane(fix), told: speedMps !== undefined }
      return
    }
    if (speedMps !== undefined) slow.told = true
    const neededS = slow.told ? afterS : radiusM / slowMps
    this.#standing = fix.timeMs - slow.from.timeMs >= neededS * 1000
  }

  #passOutside(fix: Fix): void {
    if (fix.speedMps === undefined || this.#isLeaving(fix)) {
      this.#depart()
      this.#pass(fix)
      return
    }
    if (this.#leaving) this.#hold(this.#leaving)
    this.#leaving = undefined
    this.#settle(fix)
    this.#keep(fix)
    this.#slow!.around = new Plane(fix)
  }

  #passInside(fix: Fix): void {
    if (!this.#isLeaving(fix)) {
      if (this.#leaving) this.#hold(this.#leaving)
      this.#leaving = undefined
      this.#hold(fix)
    } else if (this.#leaving) {
      this.#depart()
      this.#pass(fix)
    } else this.#leaving = fix
  }

  #isLeaving({ speedMps }: Fix): boolean {
    return speedMps! > this.#rule.speedMps * LEAVING_FACTOR
  }

  #depart(): void {
    this.#onward.count('departures')
    this.#release()
    this.#standing = false
    this.#slow = undefined
  }

  /** Keeps all that waits. */
  #release(): void {
    if (this.#held) this.#keep(this.#held)
    if (this.#leaving) this.#keep(this.#leaving)
    this.#held = undefined
    this.#leaving = undefined
  }

  #hold(fix: Fix): void {
    this.#settle(fix)
    this.#held = fix
  }

  /** The fix that is held is kept where it is the last before the next keep-alive is due, else thinned. */
  #settle(next: Fix): void {
    if (!this.#held) return
    if (next.timeMs - this.#keptMs > this.#rule.keepAliveS * 1000) this.#keep(this.#held)
    else this.#onward.count('thinned-standing')
    this.#held = undefined
  }

  #keep(fix: Fix): void {
    this.#keptMs = fix.timeMs
    this.#onward.keep(fix)
  }
}
