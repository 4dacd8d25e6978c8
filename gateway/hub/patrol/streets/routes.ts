import type { StreetNetwork } from './street-network.ts'

/** Shortest ways from one node to those around it, nearest first by node number. */
interface Around {
  /** Ascending. */
  nodes: Int32Array
  distanceM: Float64Array
  /** The part by which the way arrives; -1 at the beginning. */
  by: Int32Array
}

/** Enough for two fixes ten seconds apart; farther ones are looked up in the wider tables. */
const NEAR_M = 400
const FAR_M = 3000
/** Entries of all tables, some 100 MB; beyond, they are made anew. */
const MAX_ENTRIES = 5_000_000

/**
 * Shortest ways over a network by Dijkstra's algorithm from each node as far as is asked for, kept for the next one
 * who asks. Ways go against one-way signs: inspectors do, on e-bikes and on foot. Nothing fails.
 */
export class Routes {
  readonly #network: StreetNetwork
  readonly #near: (Around | undefined)[] = []
  readonly #far = new Map<number, Around>()
  #entries = 0
  readonly #heap: Heap
  readonly #distanceM: Float64Array
  readonly #by: Int32Array

  constructor(network: StreetNetwork) {
    const nodes = network.nodes.length
    this.#network = network
    this.#heap = new Heap()
    this.#distanceM = new Float64Array(nodes).fill(Infinity)
    this.#by = new Int32Array(nodes).fill(-1)
  }

  /** From node to node in m; Infinity where the way is longer than the limit, or than 3 km. */
  distanceM(from: number, to: number, limitM: number): number {
    if (from === to) return 0
    const around = this.#around(from, limitM)
    const at = find(around.nodes, to)
    const distanceM = at < 0 ? Infinity : around.distanceM[at]!
    return distanceM <= limitM ? distanceM : Infinity
  }

  /** The parts of that way in order, with the node at which each is entered. */
  way(from: number, to: number, limitM: number): { part: number; from: number }[] {
    const around = this.#around(from, limitM)
    const way: { part: number; from: number }[] = []
    for (let node = to; node !== from; ) {
      const at = find(around.nodes, node)
      if (at < 0) return []
      const part = this.#network.parts[around.by[at]!]!
      const before = part.from === node ? part.to : part.from
      way.push({ part: part.index, from: before })
      node = before
    }
    return way.reverse()
  }

  #around(node: number, limitM: number): Around {
    const near = limitM <= NEAR_M
    const known = near ? this.#near[node] : this.#far.get(node)
    if (known) return known
    const made = this.#search(node, near ? NEAR_M : FAR_M)
    this.#entries += made.nodes.length
    if (this.#entries > MAX_ENTRIES) {
      this.#near.length = 0
      this.#far.clear()
      this.#entries = made.nodes.length
    }
    if (near) this.#near[node] = made
    else this.#far.set(node, made)
    return made
  }

  #search(start: number, limitM: number): Around {
    const { nodes, parts } = this.#network
    const reached: number[] = [start]
    this.#distanceM[start] = 0
    this.#heap.push(start, 0)
    while (this.#heap.size > 0) {
      const soFarM = this.#heap.leastM
      const node = this.#heap.pop()
      if (soFarM > this.#distanceM[node]!) continue
      for (const index of nodes[node]!.parts) {
        const part = parts[index]!
        const other = part.from === node ? part.to : part.from
        const viaM = soFarM + part.lengthM
        if (viaM > limitM || viaM >= this.#distanceM[other]!) continue
        if (this.#distanceM[other] === Infinity) reached.push(other)
        this.#distanceM[other] = viaM
        this.#by[other] = index
        this.#heap.push(other, viaM)
      }
    }
    reached.sort((a, b) => a - b)
    const around = {
      nodes: Int32Array.from(reached),
      distanceM: Float64Array.from(reached, (node) => this.#distanceM[node]!),
      by: Int32Array.from(reached, (node) => this.#by[node]!),
    }
    for (const node of reached) {
      this.#distanceM[node] = Infinity
      this.#by[node] = -1
    }
    return around
  }
}

/** All that match on a network share its routes: a thousand e-bikes ride the same streets. */
const shared = new WeakMap<StreetNetwork, Routes>()

export function routesOf(network: StreetNetwork): Routes {
  let routes = shared.get(network)
  if (!routes) {
    routes = new Routes(network)
    shared.set(network, routes)
  }
  return routes
}

function find(sorted: Int32Array, wanted: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = sorted[middle]!
    if (value === wanted) return middle
    if (value < wanted) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** A binary heap of nodes by distance; nodes at the same distance leave in the order of their numbers. */
class Heap {
  readonly #nodes: number[] = []
  readonly #distanceM: number[] = []

  get size(): number {
    return this.#nodes.length
  }

  /** Of the node that leaves next. */
  get leastM(): number {
    return this.#distanceM[0]!
  }

  push(node: number, distanceM: number): void {
    let at = this.#nodes.push(node) - 1
    this.#distanceM.push(distanceM)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#isBefore(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  pop(): number {
    const node = this.#nodes[0]!
    const lastNode = this.#nodes.pop()!
    const lastM = this.#distanceM.pop()!
    if (this.#nodes.length === 0) return node
    this.#nodes[0] = lastNode
    this.#distanceM[0] = lastM
    let at = 0
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#nodes.length && this.#isBefore(child, least)) least = child
      if (least === at) return node
      this.#swap(at, least)
      at = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const differenceM = this.#distanceM[a]! - this.#distanceM[b]!
    return differenceM < 0 || (differenceM === 0 && this.#nodes[a]! < this.#nodes[b]!)
  }

  #swap(a: number, b: number): void {
    const node = this.#nodes[a]!
    const distanceM = this.#distanceM[a]!
    this.#nodes[a] = this.#nodes[b]!
    this.#distanceM[a] = this.#distanceM[b]!
    this.#nodes[b] = node
    this.#distanceM[b] = distanceM
  }
}
