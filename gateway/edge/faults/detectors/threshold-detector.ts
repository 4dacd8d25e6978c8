import type { MakeFaultDetector } from '../fault-detector.ts'
import { Recovery } from '../recovery.ts'
import { Threshold } from '../threshold.ts'

/** A bouncing contact, a register that reads 0 once: shorter than this, nothing has recovered. */
const RECOVERED_MS = 2000

/**
 * A value too high or too low for the hold time: water level, gas, switches, leakage, voltage, temperature,
 * battery. Its recovery must last two seconds where readings come more often than that.
 *
 * A sensor that reports changes only (`lastStands`) says nothing while nothing changes: its last value then
 * stands, and completes hold and recovery by itself.
 */
export const thresholdDetector: MakeFaultDetector<'threshold'> = (rule, context) => {
  const { raise, clear, lastStands } = rule
  const threshold = new Threshold(rule, context.raised)
  const recovery = new Recovery({ settleMs: RECOVERED_MS, sparseMs: RECOVERED_MS, lastStands })
  const isBack = (value: number): boolean => (clear > raise ? value >= clear : value <= clear)
  let last: number | undefined
  return {
    get raised() {
      return threshold.raised
    },
    observe({ metric, value, atMs }) {
      if (metric !== context.metric) return undefined
      last = value
      const isOver = recovery.observe(isBack(value), atMs)
      if (threshold.raised && !isOver) return { value }
      return { value, verdict: threshold.observe(value, atMs) }
    },
    tick({ atMs }) {
      if (lastStands !== true || last === undefined) return undefined
      const isDue = threshold.raised ? recovery.stands(atMs) : threshold.holding
      const verdict = isDue ? threshold.observe(last, atMs) : undefined
      return verdict && { value: last, verdict }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}
