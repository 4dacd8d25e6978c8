import type { What } from '../scenario/happenings.ts'
import type { Occurrence, OccurrenceOf } from '../scenario/occurrences.ts'

/** What goes on at a component at a moment, found quickly among thousands of occurrences. */

/** All occurrences at one component, by what they are. */
export class ComponentOccurrences {
  readonly #byWhat = new Map<What, Occurrence[]>()

  constructor(occurrences: readonly Occurrence[]) {
    for (const occurrence of occurrences) {
      const same = this.#byWhat.get(occurrence.what)
      if (same) same.push(occurrence)
      else this.#byWhat.set(occurrence.what, [occurrence])
    }
  }

  of<W extends What>(what: W): readonly OccurrenceOf<W>[] {
    // The map holds under each key occurrences of that `what` alone.
    return (this.#byWhat.get(what) ?? []) as unknown as OccurrenceOf<W>[]
  }
}

interface Stretch {
  beginMs: number
  endMs: number
}

/** Occurrences of one kind that are felt from their begin until some time after their end. */
export class Ongoing<One extends Stretch> {
  readonly #sorted: One[]
  readonly #untilMs: number[]
  /** The latest end among this one and all that began before it. */
  readonly #latestMs: number[]

  /** @param tailMs how long one is felt after its end; Infinity: for ever. */
  constructor(occurrences: readonly One[], tailMs: (one: One) => number = () => 0) {
    this.#sorted = [...occurrences].sort((a, b) => a.beginMs - b.beginMs)
    this.#untilMs = this.#sorted.map((one) => one.endMs + tailMs(one))
    let latest = Number.NEGATIVE_INFINITY
    this.#latestMs = this.#untilMs.map((untilMs) => {
      latest = Math.max(latest, untilMs)
      return latest
    })
  }

  /** Those that are felt at this moment, oldest first. */
  at(elapsedMs: number): One[] {
    const found: One[] = []
    for (let index = this.#countUntil(elapsedMs) - 1; index >= 0; index--) {
      if (this.#latestMs[index]! <= elapsedMs) break
      if (this.#untilMs[index]! > elapsedMs) found.push(this.#sorted[index]!)
    }
    return found.reverse()
  }

  /** The one that began last among those that are felt. */
  latestAt(elapsedMs: number): One | undefined {
    return this.at(elapsedMs).at(-1)
  }

  #countUntil(elapsedMs: number): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]!.beginMs <= elapsedMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * How much of something is there: it grows from 0 at the begin to 1 after `riseMs`, stays, and from the end on
 * shrinks to 0 within `fallMs`.
 */
export function shareAt(
  { beginMs, endMs }: Stretch,
  elapsedMs: number,
  riseMs: number,
  fallMs: number,
): number {
  const grown = (atMs: number) => (riseMs > 0 ? Math.min(1, Math.max(0, (atMs - beginMs) / riseMs)) : 1)
  if (elapsedMs < beginMs) return 0
  if (elapsedMs <= endMs) return grown(elapsedMs)
  if (fallMs <= 0) return 0
  return grown(endMs) * Math.max(0, 1 - (elapsedMs - endMs) / fallMs)
}
