import { Random } from '../../device-sim/random.ts'

/**
 * What goes wrong and when, all of it from a seed: the same seed gives the same faults at the same seconds, so that a
 * run that failed can be repeated. Every target has a line of its own on which one fault follows the other.
 */

export interface Target {
  /** `hub`, `broker`, `store`, `edge 1`, `link 2` … */
  name: string
  faults: readonly FaultName[]
  /** Seconds in which all is well with it. */
  betweenS: readonly [number, number]
  /** From then on it is left alone. */
  untilS: number
}

export const FAULTS = {
  /** SIGKILL, and a start after so long. */
  killed: [0.5, 4],
  /** Every connection reset, once. */
  cut: [0, 0],
  /** Connections stand and nothing passes. */
  dumb: [1, 8],
  /** Connections reset, new ones too. */
  refused: [1, 6],
  /** Everything comes later. */
  slow: [3, 10],
} as const satisfies Record<string, readonly [number, number]>
export type FaultName = keyof typeof FAULTS

export interface Fault {
  atS: number
  forS: number
  target: string
  fault: FaultName
}

/** @returns in the order of their beginnings. */
export function faultsOf(seed: number, targets: readonly Target[]): Fault[] {
  return targets.flatMap((target) => lineOf(seed, target)).sort((a, b) => a.atS - b.atS)
}

function lineOf(seed: number, { name, faults, betweenS, untilS }: Target): Fault[] {
  const random = new Random(seed, `chaos/${name}`)
  const line: Fault[] = []
  // The first one comes sooner, so that targets are not in step.
  let atS = random.between(betweenS[0] / 2, betweenS[1])
  for (;;) {
    const fault = random.pick(faults)
    const [leastS, mostS] = FAULTS[fault]
    const forS = random.between(leastS, mostS)
    if (atS + forS > untilS) return line
    line.push({ atS: tenths(atS), forS: tenths(forS), target: name, fault })
    atS += forS + random.between(...betweenS)
  }
}

const tenths = (seconds: number): number => Math.round(seconds * 10) / 10

/** `12.3 s: hub killed for 2.1 s` */
export function faultText({ atS, forS, target, fault }: Fault): string {
  return `${atS} s: ${target} ${fault}${forS > 0 ? ` for ${forS} s` : ''}`
}

/** How often each came: `hub killed 4, link dumb 12 …` */
export function faultCounts(faults: readonly Fault[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { target, fault } of faults) {
    const what = `${target.replace(/ \d+$/, '')} ${fault}`
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
