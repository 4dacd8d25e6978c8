import type { MakeFaultDetector } from '../fault-detector.ts'
import { LampDue } from '../lamp-due.ts'
import { Threshold } from '../threshold.ts'

/**
 * Lamp on by day (路灯白天亮灯): current while the lamp should rest. It stands over the night, in which burning
 * is right, until the lamp is seen to be off.
 */
export const lampOnByDay: MakeFaultDetector<'lamp_on_by_day'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  const due = new LampDue('rest', rule, { lux: rule.brightLux, sunDeg: rule.brightSunDeg }, context)
  return {
    get raised() {
      return threshold.raised
    },
    observe(observation) {
      if (due.see(observation)) {
        if (!due.at(observation)) threshold.stopHolding()
        return undefined
      }
      if (observation.metric !== context.metric) return undefined
      const { value, atMs } = observation
      if (due.at(observation) || threshold.raised)
        return { value, verdict: threshold.observe(value, atMs), context: due.evidence() }
      threshold.stopHolding()
      return { value, context: due.evidence() }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
