import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/**
 * Lamp flickering (灯光闪烁): how often the lamp went on or off within the window. Between `offBelow` and
 * `onAbove` it is what it was, so noise is no switching; one dip of the mains is two.
 */
export const flicker: MakeFaultDetector<'flicker'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  let on: boolean | undefined
  let switchedAtMs: number[] = []
  return {
    evidenceSpanMs: rule.windowMs,
    get raised() {
      return threshold.raised
    },
    observe({ metric, value, atMs }) {
      if (metric !== context.metric) return undefined
      const now = value >= rule.onAbove ? true : value <= rule.offBelow ? false : on
      if (on !== undefined && now !== on) switchedAtMs.push(atMs)
      on = now
      switchedAtMs = switchedAtMs.filter((switchedMs) => atMs - switchedMs < rule.windowMs)
      const switchings = switchedAtMs.length
      return { value: switchings, verdict: threshold.observe(switchings, atMs) }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
