import type { StreetGraph } from '../city/street-graph.ts'
import type { Random } from '../random.ts'

/** Where to ride next so that every street of a beat is seen, again and again. */

/** An edge of the graph ridden from `from` to the other end. */
export interface Leg {
  edge: number
  from: number
  to: number
}

/** A street ridden once more than the least ridden one counts as if it were this much further away. */
const LAP_M = 1500
/** Turning round on the spot counts as this much of a detour. */
const U_TURN_M = 300
/** Streets outside the beat are ridden only where nothing else leads on. */
const OUTSIDE_FACTOR = 6

export class PatrolRoute {
  readonly #graph: StreetGraph
  readonly #random: Random
  readonly #inBeat: Uint8Array
  readonly #rides: Uint32Array
  readonly #distanceM: Float64Array
  readonly #arrivedBy: Int32Array

  /** @throws RangeError when no street lies in the beat. */
  constructor(graph: StreetGraph, beat: readonly string[], random: Random) {
    this.#graph = graph
    this.#random = random
    this.#inBeat = Uint8Array.from(graph.edges, (edge) =>
      edge.grids.some((grid) => beat.includes(grid)) ? 1 : 0,
    )
    this.#rides = new Uint32Array(graph.edges.length)
    this.#distanceM = new Float64Array(graph.nodes.length)
    this.#arrivedBy = new Int32Array(graph.nodes.length)
    if (!this.#inBeat.includes(1))
      throw new RangeError(
        `beat ${JSON.stringify(beat)}: no street lies in these grids; expected grid codes of the district`,
      )
  }

  /** A street of the beat to begin with. */
  start(): Leg {
    const edges = [...this.#inBeat.keys()].filter((edge) => this.#inBeat[edge])
    const edge = this.#random.pick(edges)
    this.#rides[edge]!++
    const { from, to } = this.#graph.edges[edge]!
    return { edge, from, to }
  }

  /** The way from the end of a leg to the street that is least ridden and near; at least one leg. */
  after(last: Leg): Leg[] {
    const { edges, nodes } = this.#graph
    let fewest = Infinity
    for (let edge = 0; edge < edges.length; edge++)
      if (this.#inBeat[edge] && this.#rides[edge]! < fewest) fewest = this.#rides[edge]!

    this.#distanceM.fill(Infinity)
    this.#distanceM[last.to] = 0
    this.#arrivedBy[last.to] = -1
    const open = new Set([last.to])
    let best: Leg | undefined
    let bestCost = Infinity
    while (open.size > 0) {
      const node = this.#nearest(open)
      open.delete(node)
      const soFarM = this.#distanceM[node]!
      if (soFarM >= bestCost) break
      for (const edge of nodes[node]!.edges) {
        const { from, to, lengthM } = edges[edge]!
        const other = from === node ? to : from
        const turnM = node === last.to && edge === last.edge ? U_TURN_M : 0
        if (this.#inBeat[edge]) {
          const cost = soFarM + turnM + (this.#rides[edge]! - fewest) * LAP_M + this.#random.between(0, 60)
          if (cost < bestCost) {
            bestCost = cost
            best = { edge, from: node, to: other }
          }
        }
        const reachedM = soFarM + turnM + lengthM * (this.#inBeat[edge] ? 1 : OUTSIDE_FACTOR)
        if (reachedM < this.#distanceM[other]!) {
          this.#distanceM[other] = reachedM
          this.#arrivedBy[other] = edge
          open.add(other)
        }
      }
    }
    return best ? this.#wayTo(best) : [{ edge: last.edge, from: last.to, to: last.from }]
  }

  #nearest(open: Set<number>): number {
    let nearest = -1
    let leastM = Infinity
    for (const node of open)
      if (this.#distanceM[node]! < leastM) {
        nearest = node
        leastM = this.#distanceM[node]!
      }
    return nearest
  }

  #wayTo(goal: Leg): Leg[] {
    const legs = [goal]
    for (let node = goal.from; this.#arrivedBy[node]! >= 0; ) {
      const edge = this.#arrivedBy[node]!
      const { from, to } = this.#graph.edges[edge]!
      const before = from === node ? to : from
      legs.push({ edge, from: before, to: node })
      node = before
    }
    for (const leg of legs) this.#rides[leg.edge]!++
    return legs.reverse()
  }
}
