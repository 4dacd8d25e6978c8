import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Routes, routesOf } from '../streets/routes.ts'
import type { Foot, StreetNetwork } from '../streets/street-network.ts'
import { improve } from './improve-tour.ts'

/**
 * A suggested round (补巡路线). In: where the inspector stands, street parts that are worth riding, and how far there
 * is time for. Out: a ride over the network that makes up as much as possible of that worth. Nothing fails: what
 * cannot be reached is left out.
 *
 * It is an arc-routing problem with profits (Archetti and Speranza, "Arc routing problems with profits", 2014), which
 * no fast method solves exactly: parts are inserted where they cost least for their worth, and the order is bettered
 * by local search with seeded restarts (improve-tour.ts). On small cases it is compared with the exact answer
 * (tests/hub/patrol/missed/round.test.ts, docs/coverage.md).
 */

/** A street part that is worth riding from one end to the other, in either direction. */
export interface RoundTask {
  part: number
  /** More is more important. */
  worth: number
}

export interface Ride {
  /** In order; the first begins where the inspector stands. */
  legs: RideLeg[]
  lengthM: number
  /** Indices of the tasks that it rides, in that order, those on the way included. */
  tasks: number[]
}

/** A piece of a part; `toM` < `fromM` where it is ridden backwards. */
export interface RideLeg {
  part: number
  fromM: number
  toM: number
}

/** Farther than this from one missed street to the next nobody is sent. */
const APART_M = 3000
/** More are left out, the least worth first: the time grows with their square. */
export const MAX_TASKS = 80

/** @param budgetM - how far there is time to ride. */
export async function planRound(
  network: StreetNetwork,
  start: Pick<Foot, 'part' | 'alongM'>,
  tasks: readonly RoundTask[],
  budgetM: number,
): Promise<Ride> {
  const order = tasks.map((_, index) => index)
  const chosen = order.sort((a, b) => tasks[b]!.worth - tasks[a]!.worth || a - b).slice(0, MAX_TASKS)
  const distances = new TaskDistances(
    network,
    start,
    chosen.map((index) => tasks[index]!.part),
  )
  const tour = await improve(
    distances,
    chosen.map((index) => tasks[index]!.worth),
    budgetM,
    nextTurn,
  )
  const legs = rideOf(
    network,
    start,
    tour.map(({ task, reversed }) => ({ part: tasks[chosen[task]!]!.part, reversed })),
  )
  return { legs, lengthM: lengthOf(legs), tasks: ridden(network, legs, tasks) }
}

/** Metres between the ends of tasks, and from the start: what the search needs to know of the streets. */
export class TaskDistances {
  readonly count: number
  readonly #lengthM: number[]
  readonly #fromStartM: Float64Array
  readonly #betweenM: Float64Array

  constructor(network: StreetNetwork, start: Pick<Foot, 'part' | 'alongM'>, parts: readonly number[]) {
    this.count = parts.length
    this.#lengthM = parts.map((part) => network.parts[part]!.lengthM)
    const routes = routesOf(network)
    const ends = parts.flatMap((part) => [network.parts[part]!.from, network.parts[part]!.to])
    this.#fromStartM = Float64Array.from(ends, (end) => toNode(network, routes, start, end).lengthM)
    this.#betweenM = new Float64Array(ends.length * ends.length)
    for (const [a, from] of ends.entries())
      for (const [b, to] of ends.entries())
        this.#betweenM[a * ends.length + b] = routes.distanceM(from, to, APART_M)
  }

  lengthM(task: number): number {
    return this.#lengthM[task]!
  }

  /** From the start to where a task is entered: at its part's beginning, or at its end where it is ridden backwards. */
  fromStartM(task: number, reversed: boolean): number {
    return this.#fromStartM[2 * task + (reversed ? 1 : 0)]!
  }

  /** From where one task is left to where the next is entered. */
  betweenM(task: number, reversed: boolean, next: number, nextReversed: boolean): number {
    const leftAt = 2 * task + (reversed ? 0 : 1)
    return this.#betweenM[leftAt * 2 * this.count + 2 * next + (nextReversed ? 1 : 0)]!
  }
}

/** The shortest way from a place on a part to a node, by the end of the part that leads there sooner. */
function toNode(
  network: StreetNetwork,
  routes: Routes,
  { part: index, alongM }: Pick<Foot, 'part' | 'alongM'>,
  node: number,
): { lengthM: number; end: number; endAtM: number } {
  const part = network.parts[index]!
  const byBeginning = alongM + routes.distanceM(part.from, node, APART_M)
  const byEnd = part.lengthM - alongM + routes.distanceM(part.to, node, APART_M)
  return byBeginning <= byEnd
    ? { lengthM: byBeginning, end: part.from, endAtM: 0 }
    : { lengthM: byEnd, end: part.to, endAtM: part.lengthM }
}

function rideOf(
  network: StreetNetwork,
  start: Pick<Foot, 'part' | 'alongM'>,
  tour: readonly { part: number; reversed: boolean }[],
): RideLeg[] {
  const routes = routesOf(network)
  const legs: RideLeg[] = []
  let at: number | undefined
  for (const { part: index, reversed } of tour) {
    const part = network.parts[index]!
    const [entry, exit] = reversed ? [part.to, part.from] : [part.from, part.to]
    if (at === undefined) {
      const { end, endAtM } = toNode(network, routes, start, entry)
      if (endAtM !== start.alongM) legs.push({ part: start.part, fromM: start.alongM, toM: endAtM })
      at = end
    }
    for (const step of routes.way(at, entry, APART_M)) legs.push(whole(network, step.part, step.from))
    legs.push(
      reversed ? { part: index, fromM: part.lengthM, toM: 0 } : { part: index, fromM: 0, toM: part.lengthM },
    )
    at = exit
  }
  return legs
}

function whole(network: StreetNetwork, index: number, enteredAt: number): RideLeg {
  const { from, lengthM } = network.parts[index]!
  return enteredAt === from
    ? { part: index, fromM: 0, toM: lengthM }
    : { part: index, fromM: lengthM, toM: 0 }
}

const lengthOf = (legs: readonly RideLeg[]): number =>
  legs.reduce((sum, { fromM, toM }) => sum + Math.abs(toM - fromM), 0)

function ridden(network: StreetNetwork, legs: readonly RideLeg[], tasks: readonly RoundTask[]): number[] {
  const order = new Map<number, number>()
  for (const [nth, { part, fromM, toM }] of legs.entries())
    if (Math.abs(toM - fromM) === network.parts[part]!.lengthM && !order.has(part)) order.set(part, nth)
  return tasks
    .map((_, index) => index)
    .filter((index) => order.has(tasks[index]!.part))
    .sort((a, b) => order.get(tasks[a]!.part)! - order.get(tasks[b]!.part)! || a - b)
}
