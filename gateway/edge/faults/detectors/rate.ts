import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/** The window is cut into so many parts. */
const PARTS = 30
/** A slope over less of the window than this is not judged. */
const MIN_SHARE = 0.8
/** Each part is taken as the middle one of so many around it. */
const SMOOTHED_OVER = 7
const EACH_SIDE = (SMOOTHED_OVER - 1) / 2

/**
 * A quantity that rises fast (water, temperature): the slope of the straight line through the last window, by
 * least squares, per minute. A window with too little in it is not judged. What lasts for less than a twelfth of
 * the window - a wave over the probe, a loose wire - is no rise.
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
      slope.add(value, atMs)
      const { perMinute } = slope
      if (perMinute === undefined) {
        threshold.stopHolding()
        return undefined
      }
      return { value: perMinute, verdict: threshold.observe(perMinute, atMs), context: { [metric]: value } }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}

interface Part {
  number: number
  values: number[]
}

class WindowSlope {
  readonly #partMs: number
  /** Oldest first; the last one may go on. */
  #parts: Part[] = []
  /** Undefined where the window is not full enough. */
  perMinute: number | undefined

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS
  }

  add(value: number, atMs: number): void {
    const number = Math.floor(atMs / this.#partMs)
    const running = this.#parts.at(-1)
    if (running?.number === number) {
      running.values.push(value)
      return
    }
    this.#parts.push({ number, values: [value] })
    this.#parts = this.#parts.filter((part) => number - part.number <= PARTS)
    this.perMinute = this.#slope()
  }

  #slope(): number | undefined {
    const spanned = this.#parts.at(-1)!.number - this.#parts[0]!.number
    if (this.#parts.length < 3 || spanned < MIN_SHARE * PARTS) return undefined
    const values = everyPart(this.#parts)
    // The ends have no neighbours on one side.
    const smooth = values
      .slice(EACH_SIDE, -EACH_SIDE)
      .map((_, index) => middleOf(values.slice(index, index + SMOOTHED_OVER)))
    const meanX = (smooth.length - 1) / 2
    const products = smooth.reduce((sum, value, x) => sum + (x - meanX) * value, 0)
    const squares = smooth.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0)
    return (products / squares) * (60_000 / this.#partMs)
  }
}

/** A value for each part; where nothing was said, the last value stands. */
function everyPart(parts: readonly Part[]): number[] {
  return parts.flatMap(({ number, values }, index) => {
    const silent = (parts[index + 1]?.number ?? number + 1) - number - 1
    return [middleOf(values), ...new Array<number>(silent).fill(values.at(-1)!)]
  })
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
