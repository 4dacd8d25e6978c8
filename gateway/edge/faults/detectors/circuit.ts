import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/**
 * Whole circuit silent (回路失联): not one of its members was heard within the window, so the cable is cut or its
 * supply is off. It is one case for the circuit; the members' own silence waits for it (`explains`).
 *
 * A member must report at least twice in a window.
 */
export const circuit: MakeFaultDetector<'circuit'> = (rule, context) => {
  const { members, windowMs } = rule
  const threshold = new Threshold(rule, context.raised)
  const heardAtMs = new Map(members.map((member) => [member, context.startedAtMs]))
  /** Heard since the circuit fell silent. */
  let backAgain = new Set<string>()
  const evidence = { members_total: members.length }
  const heardWithin = (ms: number, atMs: number, but?: string): string[] =>
    members.filter((member) => member !== but && atMs - heardAtMs.get(member)! < ms)
  const heardNow = (atMs: number): number => {
    const heard = heardWithin(windowMs, atMs)
    return threshold.raised ? heard.filter((member) => backAgain.has(member)).length : heard.length
  }

  return {
    evidenceSpanMs: windowMs,
    get raised() {
      return threshold.raised
    },
    observe({ source, atMs }) {
      if (!heardAtMs.has(source)) return undefined
      heardAtMs.set(source, atMs)
      if (!threshold.raised) return undefined
      backAgain.add(source)
      const value = heardNow(atMs)
      return { value, verdict: threshold.observe(value, atMs), subject: source, context: evidence }
    },
    tick({ atMs }) {
      const value = heardNow(atMs)
      const verdict = threshold.observe(value, atMs)
      if (verdict === 'raised') backAgain = new Set()
      return { value, verdict, context: evidence }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
    /** Also while it is not raised yet: where another member speaks, a member's silence is its own. */
    explains: (source, atMs) =>
      heardAtMs.has(source) && (threshold.raised || heardWithin(windowMs / 2, atMs, source).length === 0),
  }
}
