import type { Fix } from '../../../proto/domain.ts'
import { Plane } from './plane.ts'
import type { Onward, Stage } from './stage.ts'
import type { PlausibilityLimits } from './track-filter-config.ts'

/** Fixes that agree must do so for this long, too: a receiver at 10 Hz repeats an error ten times a second. */
const AGREE_FOR_MS = 2000
/** More than this is never held; a receiver that gives so many in that time is believed by number. */
const MAX_DOUBTED = 64
/** A device that speaks rarely has no gap before so many of its usual intervals. */
const GAP_INTERVALS = 5
/** Two told speeds may differ by so much at any interval: receivers smooth and round. */
const SPEED_SLACK_MPS = 2

interface Doubted {
  fix: Fix
  reason: string
}

/**
 * Fixes that cannot follow the one believed last are doubted: held back until enough of them agree with each
 * other, then all are handed on, for the receiver was right and the belief is old. When instead a fix comes that
 * follows the old belief, the doubted ones are counted as rejected: `speed`, `jump`, `acceleration`,
 * `time-backwards`. The first fixes, and those after a gap, have nothing to follow and must agree likewise:
 * `unconfirmed`. A time that is there twice is rejected at once: `time-repeated`.
 *
 * Whether doubted fixes agree is judged by the largest speed alone, and those that only told speeds speak against are
 * believed when the way on leads through them: a receiver that tells nonsense of its speed is late by some fixes, but
 * never shut out.
 */
export class Plausibility implements Stage {
  readonly #limits: PlausibilityLimits
  readonly #onward: Onward
  #believed: Fix | undefined
  /** Between the two fixes believed last. */
  #intervalMs = 0
  #doubted: Doubted[] = []

  constructor(limits: PlausibilityLimits, onward: Onward) {
    this.#limits = limits
    this.#onward = onward
  }

  push(fix: Fix): void {
    const reason = this.#believed === undefined ? 'unconfirmed' : this.#faultAfter(this.#believed, fix)
    if (reason === undefined) {
      if (this.#liesOnTheWayTo(fix)) this.#believeDoubted()
      else this.#reject()
      this.#believe(fix)
    } else if (reason === 'time-repeated') this.#onward.count('rejected-time-repeated')
    else this.#doubt(fix, reason)
  }

  /** Doubted fixes against which nothing speaks but their small number are handed on, others rejected. */
  flush(): void {
    if (this.#doubted[0]?.reason === 'unconfirmed') this.#believeDoubted()
    else this.#reject()
  }

  #doubt(fix: Fix, reason: string): void {
    const before = this.#doubted.at(-1)?.fix
    if (before && fix.timeMs === before.timeMs) {
      this.#onward.count('rejected-time-repeated')
      return
    }
    if (before && !this.#agree(before, fix)) this.#reject()
    this.#doubted.push({ fix, reason })
    const forMs = fix.timeMs - this.#doubted[0]!.fix.timeMs
    const enough = this.#doubted.length >= this.#limits.agreeingFixes && forMs >= AGREE_FOR_MS
    if (!enough && this.#doubted.length < MAX_DOUBTED) return
    if (reason !== 'unconfirmed') this.#onward.count('relocations')
    this.#believeDoubted()
  }

  #believeDoubted(): void {
    const doubted = this.#doubted
    this.#doubted = []
    for (const { fix } of doubted) this.#believe(fix)
  }

  #believe(fix: Fix): void {
    if (this.#believed) this.#intervalMs = Math.max(0, fix.timeMs - this.#believed.timeMs)
    this.#believed = fix
    this.#onward.keep(fix)
  }

  /** Doubted fixes that only the told speeds speak against, and that make the way to this fix no longer. */
  #liesOnTheWayTo(fix: Fix): boolean {
    if (!this.#believed || this.#doubted.length === 0) return false
    let before = this.#believed
    let wayM = 0
    for (const doubted of this.#doubted) {
      if (doubted.reason !== 'jump') return false
      wayM += new Plane(before).distanceM(doubted.fix)
      before = doubted.fix
    }
    wayM += new Plane(before).distanceM(fix)
    return wayM <= new Plane(this.#believed).distanceM(fix) + this.#limits.jumpM
  }

  #reject(): void {
    for (const { reason } of this.#doubted) this.#onward.count(`rejected-${reason}`)
    this.#doubted = []
  }

  /** Why a fix cannot follow one that is believed. */
  #faultAfter(before: Fix, fix: Fix): string | undefined {
    const { maxSpeedMps, maxAccelerationMps2, jumpM, gapS } = this.#limits
    const afterMs = fix.timeMs - before.timeMs
    if (afterMs === 0) return 'time-repeated'
    if (afterMs < 0) return 'time-backwards'
    if (afterMs > Math.max(gapS * 1000, GAP_INTERVALS * this.#intervalMs)) return 'unconfirmed'
    const afterS = afterMs / 1000
    const wayM = new Plane(before).distanceM(fix)
    if (fix.speedMps! > maxSpeedMps || wayM > maxSpeedMps * afterS + jumpM) return 'speed'
    if (before.speedMps === undefined || fix.speedMps === undefined) return undefined
    const gainedMps = maxAccelerationMps2 * afterS
    if (Math.abs(fix.speedMps - before.speedMps) > gainedMps + SPEED_SLACK_MPS) return 'acceleration'
    const fastestMps = Math.max(before.speedMps, fix.speedMps)
    return wayM > (fastestMps + gainedMps / 2) * afterS + jumpM ? 'jump' : undefined
  }

  #agree(before: Fix, fix: Fix): boolean {
    const { maxSpeedMps, jumpM } = this.#limits
    const afterS = (fix.timeMs - before.timeMs) / 1000
    return afterS > 0 && new Plane(before).distanceM(fix) <= maxSpeedMps * afterS + jumpM
  }
}
