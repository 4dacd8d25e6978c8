/** Whether the memory of a process grows: samples over time, and a slope that outliers do not bend. */

export interface MemorySample {
  /** Since the run began. */
  atS: number
  /** Which process: a hub that was killed begins anew. */
  life: number
  rssBytes: number
  heapUsedBytes: number
  /** Buffers outside of the heap. */
  externalBytes: number
}

export interface MemoryVerdict {
  peakRssMB: number
  /** Of the last life, second half of its samples while load was on. */
  rssSlopeMBAMinute: number
  overS: number
  /** Least heap in use soon after the warm-up and at the end: what garbage collection leaves. */
  heapAfterWarmUpMB: number
  heapAtEndMB: number
}

/** A hub that takes in thousands of gateways and warms its code up. */
const WARM_UP_S = 30
/** Long enough that a garbage collection falls into it. */
const FLOOR_S = 60

/** @param loadUntilS until then records were made. */
export function memoryVerdict(samples: readonly MemorySample[], loadUntilS: number): MemoryVerdict {
  const last = samples.at(-1)
  if (!last) throw new Error('the hub was never asked for its memory')
  const life = samples.filter(({ life }) => life === last.life)
  const beganS = life[0]!.atS
  const halfS = (beganS + loadUntilS) / 2
  const second = life.filter(({ atS }) => atS >= halfS && atS <= loadUntilS)
  const warmS = beganS + WARM_UP_S
  const floor = (fromS: number, toS: number): number => {
    const within = life.filter(({ atS }) => atS >= fromS && atS <= toS)
    return MB(Math.min(...(within.length > 0 ? within : life).map(({ heapUsedBytes }) => heapUsedBytes)))
  }
  return {
    peakRssMB: MB(Math.max(...samples.map(({ rssBytes }) => rssBytes))),
    rssSlopeMBAMinute: rounded(slope(second.map(({ atS, rssBytes }) => [atS / 60, rssBytes / 1e6]))),
    overS: Math.round((second.at(-1)?.atS ?? 0) - (second[0]?.atS ?? 0)),
    heapAfterWarmUpMB: floor(warmS, warmS + FLOOR_S),
    heapAtEndMB: floor(last.atS - FLOOR_S, last.atS),
  }
}

/**
 * The median of the slopes of all pairs (Theil, 1950; Sen, 1968): up to 29 % of the points may lie anywhere.
 * @returns y per x; 0 for fewer than two points.
 */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = []
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++) {
      const dx = points[j]![0] - points[i]![0]
      if (dx > 0) slopes.push((points[j]![1] - points[i]![1]) / dx)
    }
  slopes.sort((a, b) => a - b)
  const middle = slopes.length >> 1
  if (slopes.length === 0) return 0
  return slopes.length % 2 === 1 ? slopes[middle]! : (slopes[middle - 1]! + slopes[middle]!) / 2
}

const MB = (bytes: number): number => Math.round(bytes / 1e5) / 10
const rounded = (value: number): number => Math.round(value * 100) / 100
