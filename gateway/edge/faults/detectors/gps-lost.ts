import { GATEWAY_METRICS, type MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/**
 * GPS lost (定位丢失): no receiver of this gateway has had a fix for `raise` seconds. While all its ports are a
 * case of port_silent, the time does not count.
 */
export const gpsLost: MakeFaultDetector<'gps_lost'> = (rule, context) => {
  const threshold = new Threshold(rule, context.raised)
  const receivers = rule.ports ?? context.ports.filter(({ gps }) => gps).map(({ name }) => name)
  let fixAtMs = context.startedAtMs
  return {
    evidenceSpanMs: rule.raise * 1000,
    get raised() {
      return threshold.raised
    },
    observe({ metric, source, atMs }) {
      if (metric !== GATEWAY_METRICS.fix || !receivers.includes(source)) return undefined
      fixAtMs = atMs
      const verdict = threshold.observe(0, atMs)
      return verdict && { value: 0, verdict, subject: source }
    },
    tick({ atMs }) {
      if (!threshold.raised && receivers.every((port) => context.explained(port, atMs))) fixAtMs = atMs
      const withoutFixS = (atMs - fixAtMs) / 1000
      if (withoutFixS <= 0) return undefined
      return { value: withoutFixS, verdict: threshold.observe(withoutFixS, atMs) }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
