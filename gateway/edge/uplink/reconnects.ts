import { Backoff } from '../../foundation/backoff.ts'

/** How a connection ended: by us or our own link; by the other end before it stood, soon after, or after it had stood. */
export type Ending = 'ours' | 'early' | 'short' | 'theirs'

/**
 * A broker that stops ends all its connections in one instant: who lost one that had stood knocks at any moment of so
 * long, 500 gateways a second where it had 5,000.
 */
const SPREAD_MS = 10_000
const FIRST_MS = 500
/** Those who were spread knock again and again: not all of them every second. */
const FIRST_AFTER_SPREAD_MS = 4_000
const LONGEST_MS = 60_000
/** A connection that stood, if not for long, shows that the broker is there: a link that flaps must not end in minutes. */
const LONGEST_AFTER_SHORT_MS = 5_000

/**
 * When to knock again. Tries that fail wait twice as long each, up to a minute, each shortened by up to half at random.
 * A connection that did not last counts as a try that failed, though for seconds, not minutes: two gateways under one id
 * would take it from each other as fast as they can.
 */
export class Reconnects {
  #backoff = new Backoff(FIRST_MS, LONGEST_MS)

  /** ms to wait. */
  next(ending: Ending): number {
    if (ending === 'early') return this.#backoff.next()
    if (ending === 'short')
      return Math.min(this.#backoff.next(), LONGEST_AFTER_SHORT_MS * (0.5 + Math.random() / 2))
    this.#backoff = new Backoff(ending === 'theirs' ? FIRST_AFTER_SPREAD_MS : FIRST_MS, LONGEST_MS)
    return ending === 'theirs' ? Math.random() * SPREAD_MS : this.#backoff.next()
  }
}
