import { AnySubject } from '../any-subject.ts'
import type { MakeFaultDetector } from '../fault-detector.ts'

/**
 * Sensor out of range (读数越界): a value that a sound sensor cannot give (a broken wire, a short circuit). The
 * other detectors are not shown such values.
 */
export const outOfRange: MakeFaultDetector<'out_of_range'> = (rule, context) => {
  const ranges = new Map<string, readonly [number, number]>()
  for (const { metric, range } of context.sensors) {
    const own = rule.ranges?.[metric] ?? range
    if (own && (rule.metrics === undefined || rule.metrics.includes(metric))) ranges.set(metric, own)
  }
  const sensors = new AnySubject(rule, [...ranges.keys()], context.raised)
  return {
    get raised() {
      return sensors.raised
    },
    observe({ metric, value, atMs }) {
      const range = ranges.get(metric)
      if (!range) return undefined
      const [lowest, highest] = range
      const outside = value < lowest || value > highest
      const verdict = sensors.observe(metric, outside ? 1 : 0, atMs)
      if (verdict === undefined && !outside) return undefined
      const limit = value < lowest ? lowest : highest
      const thresholds = { raise: limit, clear: limit, holdMs: rule.holdMs }
      return { value, verdict, metric, subject: metric, thresholds, context: { lowest, highest } }
    },
    takeSuppressed: () => sensors.takeSuppressed(),
  }
}
