import { caseId } from '../../gateway/edge/faults/case-id.ts'
import type { CaseEvent, CaseReport } from '../../proto/domain.ts'
import type { Random } from '../random.ts'

/** What a case stands by at the end, for a comparison with the ledger. */
export interface CaseStanding {
  id: string
  /** Reports of it, each with the next revision. */
  revision: number
  open: boolean
}

const FAULT = 'cover_tilted'
/** Share of the time between two cases that passes between two reports of one. */
const REPORT_SHARE = 0.25
const UPDATE_CHANCE = 0.5

/**
 * The cases of one component, one after the other: raised, updated perhaps, cleared. In: a seeded stream. Out: report
 * after report, and how long to wait for the next.
 */
export class CaseStory {
  readonly cases: CaseStanding[] = []
  readonly #gateway: string
  readonly #component: string
  readonly #position: { lat: number; lon: number }
  readonly #perHour: number
  readonly #random: Random
  #raisedMs = 0

  constructor(options: {
    gateway: string
    component: string
    position: { lat: number; lon: number }
    perHour: number
    random: Random
  }) {
    this.#gateway = options.gateway
    this.#component = options.component
    this.#position = options.position
    this.#perHour = options.perHour
    this.#random = options.random
  }

  /** Until the next report, ms; Infinity where there are no cases. */
  waitMs(): number {
    const shareOfWait = this.cases.at(-1)?.open ? REPORT_SHARE : 1 - REPORT_SHARE
    return this.#random.waitS(this.#perHour) * 1000 * shareOfWait
  }

  next(timeMs: number): CaseReport {
    const last = this.cases.at(-1)
    if (!last?.open) {
      this.#raisedMs = timeMs
      const id = caseId(this.#gateway, this.#component, FAULT, this.cases.length + 1, timeMs)
      this.cases.push({ id, revision: 1, open: true })
      return this.#report('raised', timeMs)
    }
    last.revision++
    last.open = this.#random.chance(UPDATE_CHANCE)
    return this.#report(last.open ? 'updated' : 'cleared', timeMs)
  }

  #report(event: CaseEvent, timeMs: number): CaseReport {
    const { id, revision } = this.cases.at(-1)!
    const tiltDeg = event === 'cleared' ? this.#random.between(0, 3) : this.#random.between(16, 40)
    return {
      caseId: id,
      event,
      revision,
      component: this.#component,
      fault: FAULT,
      episode: this.cases.length,
      timeMs,
      raisedMs: this.#raisedMs,
      timeSource: 'system',
      position: { ...this.#position, source: 'survey' },
      evidence: {
        metric: 'tilt_deg',
        rule: `${FAULT}/1`,
        raise: 15,
        clear: 8,
        holdMs: 5000,
        samples: [{ timeMs, value: tiltDeg }],
        suppressed: 0,
      },
    }
  }
}
