import type { MakeFaultDetector } from './fault-detector.ts'
import { Threshold } from './threshold.ts'

/**
 * Cover tilted (井盖倾斜): the angle away from the installed background angle. A truck shakes a cover for less
 * than 2 s, which the hold time lets pass.
 */
export const coverTilted: MakeFaultDetector = (rule, raised) => {
  const threshold = new Threshold(rule, raised)
  const { backgroundDeg = 0 } = rule
  return {
    rule,
    get raised() {
      return threshold.raised
    },
    judgedValue: ({ metric, value }) => (metric === 'tilt_deg' ? Math.abs(value - backgroundDeg) : undefined),
    observe(observation) {
      const leanDeg = this.judgedValue(observation)
      return leanDeg === undefined ? undefined : threshold.observe(leanDeg, observation.atMs)
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
