import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/** Phase mismatch (相位不符): the phase angle away from the one that the lamp is wired to, the short way round. */
export const phase: MakeFaultDetector<'phase'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  return {
    get raised() {
      return threshold.raised
    },
    observe({ metric, value, atMs }) {
      if (metric !== context.metric) return undefined
      const turned = value - rule.expectedDeg
      const errorDeg = Math.abs(turned - 360 * Math.round(turned / 360))
      return { value: errorDeg, verdict: threshold.observe(errorDeg, atMs), context: { [metric]: value } }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
