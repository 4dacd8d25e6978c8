import type { MakeFaultDetector } from '../fault-detector.ts'
import { Threshold } from '../threshold.ts'

/** A member that has not spoken for twice its longest pause, and for so long, has fallen silent. */
const SILENT_MS = 5000
/** A long pause is forgotten slowly. */
const PAUSE_KEPT = 0.9

/**
 * Whole circuit silent (回路失联): not one of its members was heard within the window, so the cable is cut or its
 * supply is off. It is one case for the circuit; the members' own silence waits for it (`explains`). A port that
 * went down while its members still spoke is a case of its own: meanwhile they are not judged.
 *
 * A member must report at least twice in a window.
 */
export const circuit: MakeFaultDetector<'circuit'> = (rule, context) => {
  const { windowMs } = rule
  const threshold = new Threshold(rule, context.raised)
  const members = rule.members.map((code) => new Member(code, context.portsOf(code), context.startedAtMs))
  const byCode = new Map(members.map((member) => [member.code, member]))
  /** Heard since the circuit fell silent. */
  let backAgain = new Set<Member>()
  const evidence = { members_total: members.length }
  const heardWithin = (ms: number, atMs: number, but?: Member): Member[] =>
    members.filter((member) => member !== but && atMs - member.heardAtMs < ms)
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
      const member = byCode.get(source)
      if (!member) return undefined
      member.hear(atMs)
      if (!threshold.raised) return undefined
      backAgain.add(member)
      const value = heardNow(atMs)
      return { value, verdict: threshold.observe(value, atMs), subject: source, context: evidence }
    },
    tick({ atMs }) {
      for (const member of members)
        member.passTime(
          atMs,
          !threshold.raised && member.ports.every((port) => context.explained(port, atMs)),
        )
      const value = heardNow(atMs)
      const verdict = threshold.observe(value, atMs)
      if (verdict === 'raised') backAgain = new Set()
      return { value, verdict, context: evidence }
    },
    takeSuppressed: () => threshold.takeSuppressed(),
    /** Also while it is not raised yet: where another member speaks, a member's silence is its own. */
    explains(source, atMs) {
      const member = byCode.get(source)
      if (!member) return false
      return threshold.raised || heardWithin(windowMs / 2, atMs, member).length === 0
    },
  }
}

class Member {
  readonly code: string
  readonly ports: readonly string[]
  heardAtMs: number
  #pauseMs = 0
  /** While its port is down: whether the port is to blame. */
  #portFailed: boolean | undefined

  constructor(code: string, ports: readonly string[], startedAtMs: number) {
    this.code = code
    this.ports = ports
    this.heardAtMs = startedAtMs
  }

  hear(atMs: number): void {
    this.#pauseMs = Math.max(atMs - this.heardAtMs, this.#pauseMs * PAUSE_KEPT)
    this.heardAtMs = atMs
  }

  passTime(atMs: number, portIsDown: boolean): void {
    if (!portIsDown || this.ports.length === 0) {
      this.#portFailed = undefined
      return
    }
    this.#portFailed ??= atMs - this.heardAtMs <= Math.max(SILENT_MS, 2 * this.#pauseMs)
    if (this.#portFailed) this.heardAtMs = atMs
  }
}
