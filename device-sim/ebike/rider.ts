import { bearingDeg, type PlanePoint } from '../city/plane.ts'
import type { StreetGraph } from '../city/street-graph.ts'
import type { Random } from '../random.ts'
import { type Leg, PatrolRoute } from './patrol-route.ts'

/** Moves an inspector's e-bike along the streets of a beat, one second at a time: the truth behind the fixes. */

const ACCELERATION_MPS2 = 0.8
const BRAKING_MPS2 = 1.2
const MIN_CRUISE_MPS = 3
const MAX_CRUISE_MPS = 6
/** A stop within reach is a stop: braking towards a point converges on it but never gets there. */
const ARRIVED_M = 0.7

export interface Motion extends PlanePoint {
  speedMps: number
  courseDeg: number
  /** Id of the street. */
  street: string
  /** Index of the edge of the graph, and how far from its `from`. */
  edge: number
  edgeM: number
}

export class Rider {
  readonly #graph: StreetGraph
  readonly #route: PatrolRoute
  readonly #random: Random
  #leg: Leg
  #ahead: Leg[]
  #alongM = 0
  #speedMps = 0
  #cruiseMps = MIN_CRUISE_MPS
  #toStopM: number
  #standingS = 0
  /** How the second that was ridden last began: for what lies between two seconds. */
  #beganOn: Leg
  #beganAtM = 0
  #beganMps = 0
  /** Speed at the end of that second, before a stop makes it 0. */
  #endedMps = 0
  /** The legs that were turned into in that second. */
  readonly #entered: Leg[] = []

  constructor(graph: StreetGraph, beat: readonly string[], random: Random) {
    this.#graph = graph
    this.#random = random
    this.#route = new PatrolRoute(graph, beat, random)
    this.#leg = this.#route.start()
    this.#ahead = this.#route.after(this.#leg)
    this.#beganOn = this.#leg
    this.#toStopM = random.between(200, 900)
  }

  /** Where the e-bike is a second later. */
  step(): Motion {
    this.#beganOn = this.#leg
    this.#beganAtM = this.#alongM
    this.#beganMps = this.#speedMps
    this.#endedMps = this.#speedMps
    this.#entered.length = 0
    if (this.#standingS > 0) this.#standingS--
    else this.#ride()
    return this.#motionAt(this.#leg, this.#alongM, this.#speedMps)
  }

  /** Where it was within the second of the last step, on the road and round its corners: `share` in [0, 1). */
  within(share: number): Motion {
    const gainMps = this.#endedMps - this.#beganMps
    let leg = this.#beganOn
    let alongM = this.#beganAtM + this.#beganMps * share + (gainMps * share ** 2) / 2
    for (const next of this.#entered) {
      const { lengthM } = this.#graph.edges[leg.edge]!
      if (alongM < lengthM) break
      alongM -= lengthM
      leg = next
    }
    return this.#motionAt(leg, alongM, this.#beganMps + gainMps * share)
  }

  #motionAt({ from, to, edge }: Leg, alongM: number, speedMps: number): Motion {
    const a = this.#graph.nodes[from]!
    const b = this.#graph.nodes[to]!
    const { lengthM, street, from: edgeFrom } = this.#graph.edges[edge]!
    const share = alongM / lengthM
    return {
      xM: a.xM + (b.xM - a.xM) * share,
      yM: a.yM + (b.yM - a.yM) * share,
      speedMps,
      courseDeg: bearingDeg(a, b),
      street,
      edge,
      edgeM: from === edgeFrom ? alongM : lengthM - alongM,
    }
  }

  #ride(): void {
    const lengthM = this.#graph.edges[this.#leg.edge]!.lengthM
    const turnMps = this.#turnSpeedMps()
    const allowedMps = Math.min(
      this.#cruiseMps,
      Math.sqrt(turnMps ** 2 + 2 * BRAKING_MPS2 * Math.max(0, lengthM - this.#alongM - turnMps / 2)),
      Math.sqrt(2 * BRAKING_MPS2 * this.#toStopM),
    )
    const before = this.#speedMps
    this.#speedMps = Math.min(before + ACCELERATION_MPS2, Math.max(before - 2 * BRAKING_MPS2, allowedMps))
    this.#endedMps = this.#speedMps
    const goneM = (before + this.#speedMps) / 2
    this.#alongM += goneM
    this.#toStopM -= goneM
    if (this.#toStopM <= ARRIVED_M) this.#stop()
    this.#turnOff()
  }

  /** Looks at a place for 20 to 120 s; now and then stands for longer. */
  #stop(): void {
    this.#speedMps = 0
    this.#standingS = this.#random.chance(0.08)
      ? this.#random.integer(180, 600)
      : this.#random.integer(20, 120)
    this.#toStopM = this.#random.between(300, 1500)
  }

  #turnOff(): void {
    for (;;) {
      const { lengthM } = this.#graph.edges[this.#leg.edge]!
      if (this.#alongM < lengthM) return
      this.#alongM -= lengthM
      this.#leg = this.#ahead.shift()!
      this.#entered.push(this.#leg)
      if (this.#ahead.length === 0) this.#ahead = this.#route.after(this.#leg)
      this.#cruiseMps = this.#random.between(MIN_CRUISE_MPS, MAX_CRUISE_MPS)
    }
  }

  /** How fast the next corner may be taken: straight on at full speed, a right angle at 2.3 m/s. */
  #turnSpeedMps(): number {
    const { nodes } = this.#graph
    const next = this.#ahead[0]!
    const now = bearingDeg(nodes[this.#leg.from]!, nodes[this.#leg.to]!)
    const then = bearingDeg(nodes[next.from]!, nodes[next.to]!)
    const turnDeg = Math.abs(((then - now + 540) % 360) - 180)
    if (turnDeg < 20) return MAX_CRUISE_MPS
    return turnDeg < 60 ? 3.5 : turnDeg < 120 ? 2.3 : 2
  }
}
