/**
 * Which tasks to ride, in which order and direction. In: distances between tasks, their worth, how far one may go.
 * Out: a tour within that distance. The same input gives the same tour.
 */

export interface Stop {
  task: number
  /** Ridden from its part's end to its beginning. */
  reversed: boolean
}

/** The start is no task, and the tour ends where its last task ends. */
export interface Distances {
  readonly count: number
  lengthM(task: number): number
  fromStartM(task: number, reversed: boolean): number
  betweenM(task: number, reversed: boolean, next: number, nextReversed: boolean): number
}

interface Tour {
  stops: Stop[]
  lengthM: number
  worth: number
}

/** How much more the worth counts than the detour while tasks are inserted; each gives another tour to better. */
const GREEDS = [0.5, 1, 2]
/** A tour begins with each of so many, the most worth first: the greedy first choice may be the wrong one. */
const FIRST_STOPS = 12
/** Restarts from the best tour with a part of it taken out. */
const RESTARTS = 60
const TAKEN_OUT = 0.35
/** Less is rounding. */
const LEAST_GAIN_M = 1e-6

/** @param pause - awaited between tries of some ten milliseconds each. */
export async function improve(
  distances: Distances,
  worth: readonly number[],
  budgetM: number,
  pause: () => Promise<void>,
): Promise<Stop[]> {
  const search = new Search(distances, worth, budgetM)
  let best: Tour = { stops: [], lengthM: 0, worth: 0 }
  const attempt = async (begin: readonly Stop[], greed: number): Promise<void> => {
    best = better(best, search.bettered(begin, greed))
    await pause()
  }
  for (const greed of GREEDS) await attempt([], greed)
  const byWorth = worth.map((_, task) => task).sort((a, b) => worth[b]! - worth[a]! || a - b)
  for (const task of byWorth.slice(0, FIRST_STOPS))
    for (const reversed of [false, true]) await attempt([{ task, reversed }], 1)
  const random = seeded(best.stops.length + 1)
  for (let restart = 0; restart < RESTARTS && best.stops.length > 0; restart++) {
    const kept = best.stops.filter(() => random() >= TAKEN_OUT)
    await attempt(kept, GREEDS[restart % GREEDS.length]!)
  }
  return best.stops
}

function better(a: Tour, b: Tour): Tour {
  if (b.worth !== a.worth) return b.worth > a.worth ? b : a
  return b.lengthM < a.lengthM - LEAST_GAIN_M ? b : a
}

class Search {
  readonly #distances: Distances
  readonly #worth: readonly number[]
  readonly #budgetM: number

  constructor(distances: Distances, worth: readonly number[], budgetM: number) {
    this.#distances = distances
    this.#worth = worth
    this.#budgetM = budgetM
  }

  /** Inserts, shortens, and inserts into the room that this made, until nothing more fits. */
  bettered(begin: readonly Stop[], greed: number): Tour {
    let stops = this.#shortened([...begin])
    if (!(this.#lengthOf(stops) <= this.#budgetM)) stops = []
    for (;;) {
      const before = stops.length
      stops = this.#shortened(this.#filled(stops, greed))
      if (stops.length === before) break
    }
    const worth = stops.reduce((sum, { task }) => sum + this.#worth[task]!, 0)
    return { stops, lengthM: this.#lengthOf(stops), worth }
  }

  /** From the stop before (none: the start) through these to the one after (none: the tour ends). */
  #through(before: Stop | undefined, stops: readonly Stop[], after: Stop | undefined): number {
    let lengthM = 0
    let last = before
    for (const stop of stops) {
      lengthM += this.#leg(last, stop) + this.#distances.lengthM(stop.task)
      last = stop
    }
    return after ? lengthM + this.#leg(last, after) : lengthM
  }

  #leg(from: Stop | undefined, to: Stop): number {
    return from
      ? this.#distances.betweenM(from.task, from.reversed, to.task, to.reversed)
      : this.#distances.fromStartM(to.task, to.reversed)
  }

  #lengthOf(stops: readonly Stop[]): number {
    return this.#through(undefined, stops, undefined)
  }

  #filled(begin: readonly Stop[], greed: number): Stop[] {
    const stops = [...begin]
    const inside = new Set(stops.map(({ task }) => task))
    let lengthM = this.#lengthOf(stops)
    for (;;) {
      let bestScore = 0
      let best: { stop: Stop; at: number; addedM: number } | undefined
      for (let task = 0; task < this.#distances.count; task++) {
        if (inside.has(task)) continue
        for (let at = 0; at <= stops.length; at++)
          for (const reversed of [false, true]) {
            const [before, after] = [stops[at - 1], stops[at]]
            const stop = { task, reversed }
            const addedM = this.#through(before, [stop], after) - (after ? this.#leg(before, after) : 0)
            if (!(lengthM + addedM <= this.#budgetM)) continue
            const score = this.#worth[task]! ** greed / Math.max(addedM, 1)
            if (score <= bestScore) continue
            bestScore = score
            best = { stop, at, addedM }
          }
      }
      if (!best) return stops
      stops.splice(best.at, 0, best.stop)
      inside.add(best.stop.task)
      lengthM += best.addedM
    }
  }

  /** Turns pieces of the tour round (2-opt) and moves them elsewhere (or-opt) for as long as that shortens it. */
  #shortened(stops: Stop[]): Stop[] {
    for (;;) {
      const shorter = this.#turnedRound(stops) ?? this.#moved(stops)
      if (!shorter) return stops
      stops = shorter
    }
  }

  #turnedRound(stops: readonly Stop[]): Stop[] | undefined {
    for (let first = 0; first < stops.length; first++)
      for (let last = first; last < stops.length; last++) {
        const piece = stops.slice(first, last + 1)
        const turned = reversedPiece(piece)
        const [before, after] = [stops[first - 1], stops[last + 1]]
        const gainM = this.#through(before, piece, after) - this.#through(before, turned, after)
        if (gainM > LEAST_GAIN_M) return [...stops.slice(0, first), ...turned, ...stops.slice(last + 1)]
      }
    return undefined
  }

  #moved(stops: readonly Stop[]): Stop[] | undefined {
    const lengthM = this.#lengthOf(stops)
    for (let first = 0; first < stops.length; first++)
      for (let size = 1; size <= 3 && first + size <= stops.length; size++) {
        const piece = stops.slice(first, first + size)
        const rest = [...stops.slice(0, first), ...stops.slice(first + size)]
        const restM = this.#lengthOf(rest)
        for (let at = 0; at <= rest.length; at++)
          for (const put of [piece, reversedPiece(piece)]) {
            const [before, after] = [rest[at - 1], rest[at]]
            const addedM = this.#through(before, put, after) - (after ? this.#leg(before, after) : 0)
            if (restM + addedM < lengthM - LEAST_GAIN_M)
              return [...rest.slice(0, at), ...put, ...rest.slice(at)]
          }
      }
    return undefined
  }
}

const reversedPiece = (piece: readonly Stop[]): Stop[] =>
  piece.map(({ task, reversed }) => ({ task, reversed: !reversed })).reverse()

/** Numbers from 0 to 1 (Lehmer's generator, as Park and Miller set it, 1988). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
