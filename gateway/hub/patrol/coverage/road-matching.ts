import type { Track } from '../../stores/track-store.ts'
import type { Ridden } from '../streets/street-network.ts'

/** Says of one device's fixes, in order, which street parts were ridden. */
export interface RideMatcher {
  /** @throws RangeError for a row that is not later than the last one. */
  add(track: Track): void
  /** What no later fix can change, in the order of riding; each piece once. */
  takeSettled(): Ridden[]
  /** The best guess of what is not settled yet. */
  open(): Ridden[]
}

/**
 * The streets that devices rode, matched once for all policies that ask. Every policy gives each track before any of
 * them gives the next one.
 */
export class StreetMatching {
  readonly #newMatcher: () => RideMatcher
  readonly #matchers = new Map<string, RideMatcher>()
  #track: Track | undefined
  #open: [device: string, pieces: readonly Ridden[]][] | undefined
  #settled: Ridden[] = []

  constructor(newMatcher: () => RideMatcher) {
    this.#newMatcher = newMatcher
  }

  /** What the track settles. @throws RangeError as {@link RideMatcher.add}. */
  ride(track: Track): readonly Ridden[] {
    if (track === this.#track) return this.#settled
    let matcher = this.#matchers.get(track.device)
    if (!matcher) {
      matcher = this.#newMatcher()
      this.#matchers.set(track.device, matcher)
    }
    this.#track = undefined
    this.#open = undefined
    matcher.add(track)
    this.#settled = matcher.takeSettled()
    this.#track = track
    return this.#settled
  }

  /** By device, what may still change. */
  open(): readonly [device: string, pieces: readonly Ridden[]][] {
    this.#open ??= [...this.#matchers].map(([device, matcher]) => [device, matcher.open()])
    return this.#open
  }
}
