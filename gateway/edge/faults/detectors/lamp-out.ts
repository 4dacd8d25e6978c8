import type { MakeFaultDetector } from '../fault-detector.ts'
import { LampDue } from '../lamp-due.ts'
import { Threshold } from '../threshold.ts'

/**
 * Lamp out (路灯不亮): no current while the lamp should burn. A lamp that is out at dawn stays out until it is
 * seen to burn. Where the mains voltage is measured and gone, nothing is held against the lamp.
 */
export const lampOut: MakeFaultDetector<'lamp_out'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  const due = new LampDue('burn', rule, { lux: rule.darkLux, sunDeg: rule.darkSunDeg }, context)
  let mainsV: number | undefined
  return {
    get raised() {
      return threshold.raised
    },
    observe(observation) {
      const { metric, value, atMs } = observation
      if (metric === 'mains_v') {
        mainsV = value
        if (value < rule.mainsMinV) threshold.stopHolding()
        return undefined
      }
      if (due.see(observation)) {
        if (!due.at(observation)) threshold.stopHolding()
        return undefined
      }
      if (metric !== context.metric) return undefined
      const judgeable = due.at(observation) && (mainsV === undefined || mainsV >= rule.mainsMinV)
      const judged = {
        value,
        context: { ...due.evidence(), ...(mainsV === undefined ? {} : { mains_v: mainsV }) },
      }
      // A lamp that burns is not out, whatever the light says; only its being out needs the dark.
      if (judgeable || threshold.raised) return { ...judged, verdict: threshold.observe(value, atMs) }
      threshold.stopHolding()
      return judged
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
