/**
 * The streets of a district as a network: cut where they meet, so that a part (路段) leads from one node to another.
 * Lengths in m along the part, places in WGS-84 degrees.
 */
export interface StreetNetwork {
  readonly parts: readonly StreetPart[]
  readonly nodes: readonly StreetNode[]
  /** Streets, or pieces of them, that were left out or mended, and why. */
  readonly problems: readonly StreetProblem[]
  /** The nearest place of every part that comes within the radius, nearest first. */
  near(lat: number, lon: number, radiusM: number): Foot[]
}

export interface StreetPart {
  /** Place in `parts`. */
  index: number
  /** `{street}/{n}`: the n-th part of the street, from 0; the same as long as the register is. */
  id: string
  street: string
  name?: string
  highway?: string
  lengthM: number
  lat: Float64Array
  lon: Float64Array
  /** Metres from the part's beginning to each of its points. */
  alongM: Float64Array
  /** Indices of `nodes`. */
  from: number
  to: number
}

export interface StreetNode {
  lat: number
  lon: number
  /** Parts that begin or end here; one that does both is named twice. */
  parts: number[]
}

export interface StreetProblem {
  street: string
  problem: string
  lat?: number
  lon?: number
}

/** A place on a part: the foot of the perpendicular from some place beside it. */
export interface Foot {
  part: number
  alongM: number
  /** To the place that was asked for. */
  distanceM: number
  /** Of the part at the foot, in its own direction. */
  bearingDeg: number
}

/** A piece of a part that was ridden, in the order of riding; `toM` < `fromM` where it was ridden backwards. */
export interface Ridden {
  part: number
  fromM: number
  toM: number
  /** Of the fixes at its beginning and its end. */
  startMs: number
  endMs: number
  /** 0 to 1: how sure it is that it was this part and not another. */
  confidence: number
}
