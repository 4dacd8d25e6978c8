import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/**
 * A value too high or too low for the hold time: water level, gas, switches, leakage, voltage, temperature,
 * battery.
 *
 * A sensor that reports changes only (`lastStands`) says nothing while nothing changes: its last value then
 * stands, and completes the hold by itself.
 */
export const thresholdDetector: MakeFaultDetector<'threshold'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  let last: number | undefined
  return {
    get raised() {
      return threshold.raised
    },
    observe(observation) {
      if (observation.metric !== context.metric) return undefined
      last = observation.value
      return { value: last, verdict: threshold.observe(last, observation.atMs) }
    },
    tick({ atMs }) {
      if (rule.lastStands !== true || last === undefined || !threshold.holding) return undefined
      const verdict = threshold.observe(last, atMs)
      return verdict && { value: last, verdict }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
