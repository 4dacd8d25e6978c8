import { AnySubject } from '../any-subject.ts'
import { GATEWAY_METRICS, type Judgement, type MakeFaultDetector } from '../fault-detector.ts'

/** Port silent (串口中断): a serial port is missing, busy, silent or talks nonsense for `raise` seconds. */
export const portSilent: MakeFaultDetector<'port_silent'> = (rule, context) => {
  const names = rule.ports ?? context.ports.map(({ name }) => name)
  const ports = new AnySubject(rule, names, context.raised)
  const downSinceMs = new Map<string, number | undefined>(names.map((name) => [name, context.startedAtMs]))
  return {
    evidenceSpanMs: rule.raise * 1000,
    get raised() {
      return ports.raised
    },
    observe({ metric, source, value, atMs }) {
      if (metric !== GATEWAY_METRICS.portWorking || !downSinceMs.has(source)) return undefined
      if (value !== 1) {
        downSinceMs.set(source, downSinceMs.get(source) ?? atMs)
        return undefined
      }
      downSinceMs.set(source, undefined)
      const verdict = ports.observe(source, 0, atMs)
      return verdict && { value: 0, verdict, subject: source }
    },
    tick({ atMs }) {
      let worst: Judgement | undefined
      for (const [name, sinceMs] of downSinceMs) {
        if (sinceMs === undefined) continue
        const downS = (atMs - sinceMs) / 1000
        if (downS <= 0) continue
        const verdict = ports.observe(name, downS, atMs)
        if (verdict || !worst || (!worst.verdict && downS > worst.value))
          worst = { value: downS, verdict, subject: name }
      }
      return worst
    },
    takeSuppressed: () => ports.takeSuppressed(),
    explains: (source) => downSinceMs.get(source) !== undefined,
  }
}
