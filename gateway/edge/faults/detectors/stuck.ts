import { AnySubject } from '../any-subject.ts'
import type { MakeFaultDetector } from '../fault-detector.ts'

/**
 * Sensor stuck (读数不变): it still reports, and says the same over and over. Only for sensors whose value never
 * rests when they are well, so the configuration names them.
 */
export const stuck: MakeFaultDetector<'stuck'> = (rule, context) => {
  const sensors = new AnySubject(rule, rule.metrics, context.raised)
  const runs = new Map<string, { value: number; sinceMs: number; readings: number }>()
  return {
    evidenceSpanMs: rule.raise * 1000,
    get raised() {
      return sensors.raised
    },
    observe({ metric, value, atMs }) {
      if (!rule.metrics.includes(metric)) return undefined
      const run = runs.get(metric)
      const changed = run !== undefined && Math.abs(value - run.value) > rule.tolerance
      if (!run || changed) {
        runs.set(metric, { value, sinceMs: atMs, readings: 1 })
        // A first reading alone does not show that a sensor moves again.
        return changed ? { value: 0, verdict: sensors.observe(metric, 0, atMs), subject: metric } : undefined
      }
      run.readings++
      const unchangedS = (atMs - run.sinceMs) / 1000
      // What stands for too short, or was read too seldom, is neither stuck nor proven to move.
      const judged = { value: unchangedS, subject: metric, context: { [metric]: value } }
      if (unchangedS < rule.raise || run.readings < rule.minReadings) return judged
      return { ...judged, verdict: sensors.observe(metric, unchangedS, atMs) }
    },
    takeSuppressed: () => sensors.takeSuppressed(),
  }
}
