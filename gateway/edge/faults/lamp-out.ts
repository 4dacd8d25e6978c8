import type { MakeFaultDetector } from './fault-detector.ts'
import { Threshold } from './threshold.ts'

/** A light value older than this says nothing about now. */
const LIGHT_VALID_MS = 60_000

/**
 * Lamp out (路灯不亮): no current while it is dark. Judged only in the dark; a lamp that is out at dawn stays
 * out until it is seen to burn.
 */
export const lampOut: MakeFaultDetector = (rule, raised) => {
  const threshold = new Threshold(rule, raised)
  const { darkLux = 0 } = rule
  let dark = false
  let lightAtMs = Number.NEGATIVE_INFINITY
  return {
    rule,
    get raised() {
      return threshold.raised
    },
    judgedValue: ({ metric, value }) => (metric === 'current_a' ? value : undefined),
    observe(observation) {
      if (observation.metric === 'light_lux') {
        dark = observation.value < darkLux
        lightAtMs = observation.atMs
        if (!dark) threshold.stopHolding()
        return undefined
      }
      const currentA = this.judgedValue(observation)
      if (currentA === undefined) return undefined
      const judgeable = dark && observation.atMs - lightAtMs <= LIGHT_VALID_MS
      // A lamp that burns is not out, whatever the light says; only its being out needs the dark.
      if (judgeable || threshold.raised) return threshold.observe(currentA, observation.atMs)
      threshold.stopHolding()
      return undefined
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
