/**
 * What map matching (地图匹配) goes by. The defaults are those with which simulated rides on real streets came out
 * best at all noise levels together.
 */
export interface MatchOptions {
  /** One sigma of a fix where the receiver tells neither its accuracy nor its HDOP. */
  sigmaM: number
  /** One sigma where HDOP is 1; it grows with a power of HDOP, for what hides satellites also reflects them. */
  rangeErrorM: number
  hdopPower: number
  /** From such a sigma on places are thought of that nobody measured: where the device must be if it just rode on. */
  reckonSigmaM: number
  minSigmaM: number
  maxSigmaM: number
  /** A fix so many metres on is weighed; those between go with their neighbours. */
  stepM: number
  /** The same in sigmas, where that is more: errors close by are nearly the same and tell nothing new. */
  stepSigmas: number
  /** Streets so many sigmas away are thought of, */
  reachSigmas: number
  /** but at least and at most so far. */
  minReachM: number
  maxReachM: number
  maxCandidates: number
  /**
   * How much a fix is trusted, as a power of its likelihood: errors of neighbouring fixes are alike, so that each is
   * worth less than it would be alone.
   */
  trust: number
  /** Weight of the heading, as the concentration of a von Mises distribution. */
  headingWeight: number
  /** Slower than this the course says nothing. */
  headingMinMps: number
  /** Slower than this the device stands. */
  standingMps: number
  /** Scale of how far the way over the streets differs from the way that was gone: so much, */
  detourM: number
  /** and so much of each metre gone, */
  detourShare: number
  /** and so much of each metre of sigma. */
  detourSigmas: number
  /** Faster is no ride but a jump. */
  maxSpeedMps: number
  /** What leaving the streets costs, and coming back to them: logarithms of probabilities. */
  leaveCost: number
  returnCost: number
  /** Off the streets is as likely as a street so many sigmas (and `offRoadM`) away. */
  offRoadSigmas: number
  offRoadM: number
  /** What a road costs on which no patrol rides: motorways and trunk roads, elevated in most cities. */
  closedRoadCost: number
  /** Decided after so many weighed fixes. */
  lag: number
}

export const MATCH_OPTIONS: MatchOptions = {
  sigmaM: 8,
  rangeErrorM: 5,
  hdopPower: 2,
  reckonSigmaM: 10,
  minSigmaM: 4,
  maxSigmaM: 60,
  stepM: 10,
  stepSigmas: 0.5,
  reachSigmas: 3,
  minReachM: 30,
  maxReachM: 150,
  maxCandidates: 10,
  trust: 0.25,
  headingWeight: 3,
  headingMinMps: 1,
  standingMps: 0.5,
  detourM: 3,
  detourShare: 0.1,
  detourSigmas: 0.1,
  maxSpeedMps: 40,
  leaveCost: 6,
  returnCost: 2,
  offRoadSigmas: 3,
  offRoadM: 10,
  closedRoadCost: 3,
  lag: 32,
}
