import type { Fix } from '../../../proto/domain.ts'
import { Plane } from '../track/plane.ts'
import { Disagreement } from './disagreement.ts'
import type { ReceiverChoiceRules, ReceiverPort } from './receiver-choice-config.ts'

/**
 * Several receivers of one device, of which one is used at a time. In: the fixes of all of them. Out: the fixes of one,
 * in the order of their times. The preferred receiver is used while it gives usable fixes; without one for
 * `failoverAfterS` the next takes over with its next fix; back goes the use when the preferred one has given fixes for
 * `returnAfterS` without a break.
 *
 * A fix is usable where it is good enough for the caller and later than the one before of its receiver: a receiver that
 * says the same time again and again hangs. Times are passed in, of a monotonic clock. Nothing fails.
 */

/** Fixes of two receivers that far apart in time say nothing of their distance. */
const COMPARABLE_MS = 2000
/** A receiver is still awaited for so many of its intervals. */
const AWAITED_INTERVALS = 1.5

export type SwitchReason = 'failover' | 'return'

export interface ReceiverChoiceHandlers {
  onFix(fix: Fix): void
  onSwitch(change: { to: string; from: string; reason: SwitchReason }): void
  onDisagreement(between: { used: string; other: string; distanceM: number }): void
}

export interface ReceiverCounts {
  /** How often the use went over to this receiver. */
  switches: number
  /** Fixes while in use that were not later than the last one handed on. */
  overlap: number
  /** Fixes with the time of the one before. */
  frozen: number
  /** How often it was told to be far from the one in use. */
  disagree: number
  /** Fixes with which an earlier time was gone back to. */
  timeSteps: number
}

interface Receiver {
  port: string
  /** 0 is preferred. */
  rank: number
  /** The last fix that was usable, and when it came. */
  last?: { fix: Fix; atMs: number }
  lastTimeMs?: number
  /** From one usable fix to the next. */
  intervalMs: number
  /** Since when usable fixes have come without a break. */
  steadySinceMs: number
  disagreement: Disagreement
  counts: ReceiverCounts
}

export class ReceiverChoice {
  readonly #receivers = new Map<string, Receiver>()
  readonly #rules: ReceiverChoiceRules
  readonly #isGood: (fix: Fix) => boolean
  readonly #handlers: ReceiverChoiceHandlers
  readonly #failoverMs: number
  #used: Receiver | undefined
  #usedSinceMs = 0
  #handedOn = { timeMs: Number.NEGATIVE_INFINITY, atMs: Number.NEGATIVE_INFINITY }

  /** Ports in the order of the file. `isGood` says whether a fix is one that a receiver is used for. */
  constructor(
    ports: readonly Pick<ReceiverPort, 'name' | 'priority'>[],
    rules: ReceiverChoiceRules,
    isGood: (fix: Fix) => boolean,
    handlers: ReceiverChoiceHandlers,
  ) {
    this.#rules = rules
    this.#isGood = isGood
    this.#handlers = handlers
    this.#failoverMs = rules.failoverAfterS * 1000
    const ranked = ports.toSorted((a, b) => a.priority - b.priority)
    ranked.forEach(({ name }, rank) => {
      this.#receivers.set(name, {
        port: name,
        rank,
        intervalMs: 0,
        steadySinceMs: 0,
        disagreement: this.#newDisagreement(),
        counts: { switches: 0, overlap: 0, frozen: 0, disagree: 0, timeSteps: 0 },
      })
    })
  }

  /** The port in use; undefined before the first fix of all. */
  get used(): string | undefined {
    return this.#used?.port
  }

  /** @throws RangeError where the choice does not know the port. */
  countsOf(port: string): Readonly<ReceiverCounts> {
    return this.#known(port).counts
  }

  /**
   * A fix came on a port. `atMs`: when, by a monotonic clock.
   * @throws RangeError where the choice does not know the port.
   */
  push(port: string, fix: Fix, atMs: number): void {
    const receiver = this.#known(port)
    if (fix.timeMs === receiver.lastTimeMs) {
      receiver.counts.frozen++
      return
    }
    // Whether its first fix of all is of now, or of long ago, shows with the second.
    const advances = receiver.lastTimeMs !== undefined && fix.timeMs > receiver.lastTimeMs
    receiver.lastTimeMs = fix.timeMs
    const usable = advances && this.#isGood(fix)
    if (usable) this.#note(receiver, fix, atMs)

    this.#used ??= receiver
    if (receiver !== this.#used) {
      if (!usable) return
      const reason = this.#reasonToUse(receiver, this.#used, atMs)
      if (!reason) {
        this.#compare(receiver, fix, this.#used, atMs)
        return
      }
      this.#use(receiver, this.#used, reason, atMs)
    }
    if (fix.timeMs > this.#handedOn.timeMs) this.#handOn(fix, atMs)
    else if (advances && atMs - this.#handedOn.atMs >= this.#failoverMs) {
      // What was handed on came from the future: waiting for it could take years.
      receiver.counts.timeSteps++
      this.#handOn(fix, atMs)
    } else receiver.counts.overlap++
  }

  #known(port: string): Receiver {
    const receiver = this.#receivers.get(port)
    if (receiver) return receiver
    throw new RangeError(
      `port ${port} is none of the device's: expected ${[...this.#receivers.keys()].join(', ')}`,
    )
  }

  #note(receiver: Receiver, fix: Fix, atMs: number): void {
    const gapMs = receiver.last ? atMs - receiver.last.atMs : Number.POSITIVE_INFINITY
    if (gapMs >= this.#failoverMs) receiver.steadySinceMs = atMs
    else receiver.intervalMs = gapMs
    receiver.last = { fix, atMs }
  }

  #reasonToUse(receiver: Receiver, used: Receiver, atMs: number): SwitchReason | undefined {
    const silentMs = used.last ? atMs - used.last.atMs : Number.POSITIVE_INFINITY
    if (silentMs >= this.#failoverMs) return this.#awaitsBetter(receiver, used, atMs) ? undefined : 'failover'
    const steady = atMs - receiver.steadySinceMs >= this.#rules.returnAfterS * 1000
    // Two changes do not follow each other at once, whatever the receivers do.
    const settled = atMs - this.#usedSinceMs >= this.#failoverMs
    return receiver.rank < used.rank && steady && settled ? 'return' : undefined
  }

  /** Whether a receiver that goes before this one is about to give its next fix. */
  #awaitsBetter(receiver: Receiver, used: Receiver, atMs: number): boolean {
    for (const other of this.#receivers.values()) {
      if (other === used || other.rank >= receiver.rank || !other.last) continue
      if (atMs - other.last.atMs <= AWAITED_INTERVALS * other.intervalMs) return true
    }
    return false
  }

  #use(receiver: Receiver, before: Receiver, reason: SwitchReason, atMs: number): void {
    this.#used = receiver
    this.#usedSinceMs = atMs
    receiver.counts.switches++
    for (const each of this.#receivers.values()) each.disagreement = this.#newDisagreement()
    this.#handlers.onSwitch({ to: receiver.port, from: before.port, reason })
  }

  #compare(receiver: Receiver, fix: Fix, used: Receiver, atMs: number): void {
    if (!used.last || Math.abs(used.last.fix.timeMs - fix.timeMs) > COMPARABLE_MS) return
    const distanceM = new Plane(used.last.fix).distanceM(fix)
    if (!receiver.disagreement.observe(distanceM, atMs)) return
    receiver.counts.disagree++
    this.#handlers.onDisagreement({ used: used.port, other: receiver.port, distanceM })
  }

  #newDisagreement(): Disagreement {
    return new Disagreement(this.#rules.disagreeM, this.#rules.disagreeAfterS * 1000)
  }

  #handOn(fix: Fix, atMs: number): void {
    this.#handedOn = { timeMs: fix.timeMs, atMs }
    this.#handlers.onFix(fix)
  }
}
