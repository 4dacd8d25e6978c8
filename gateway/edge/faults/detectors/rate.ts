import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/** The window is cut into so many parts, each with the mean of its samples: noise averages out. */
const PARTS = 30
/** A slope over less of the window than this is not judged. */
const MIN_SHARE = 0.8

/**
 * A quantity that rises fast (water, temperature): the slope of the straight line through the last window, by
 * least squares, per minute. A window with too little in it is not judged.
 */
export const rate: MakeFaultDetector<'rate'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  const slope = new WindowSlope(rule.windowMs)
  return {
    evidenceSpanMs: rule.windowMs,
    get raised() {
      return threshold.raised
    },
    observe({ metric, value, atMs }) {
      if (metric !== context.metric) return undefined
      const perMinute = slope.add(value, atMs)
      if (perMinute === undefined) {
        threshold.stopHolding()
        return undefined
      }
      return { value: perMinute, verdict: threshold.observe(perMinute, atMs), context: { [metric]: value } }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}

class WindowSlope {
  readonly #windowMs: number
  #parts: { number: number; sumMs: number; sum: number; count: number }[] = []

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Slope per minute, or undefined where the window is not full enough. */
  add(value: number, atMs: number): number | undefined {
    const number = Math.floor((atMs * PARTS) / this.#windowMs)
    let part = this.#parts.at(-1)
    if (part?.number !== number) {
      part = { number, sumMs: 0, sum: 0, count: 0 }
      this.#parts.push(part)
      this.#parts = this.#parts.filter((kept) => number - kept.number <= PARTS)
    }
    part.sumMs += atMs
    part.sum += value
    part.count++
    const points = this.#parts.map(({ sumMs, sum, count }) => ({
      minute: sumMs / count / 60_000,
      y: sum / count,
    }))
    const first = points[0]!
    const spanMin = points.at(-1)!.minute - first.minute
    if (points.length < 3 || spanMin * 60_000 < MIN_SHARE * this.#windowMs) return undefined
    const meanX = points.reduce((sum, { minute }) => sum + minute, 0) / points.length
    const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
    const products = points.reduce((sum, { minute, y }) => sum + (minute - meanX) * (y - meanY), 0)
    const squares = points.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0)
    return products / squares
  }
}
