import type { DataBudget } from '../../../gateway/edge/budget/data-budget.ts'
import { LANES, type Lane } from '../../../proto/domain.ts'
import { answerBytes, flightBytes, pingBytes } from './exchange.ts'

/** An uplink looks at its outbox so often, and has so many records on their way. */
export const STEP_MS = 5000
const WINDOW = 128

export interface SimulatedRecord {
  lane: Lane
  madeMs: number
  /** Of the body as it is, as it waits in the outbox. */
  bodyBytes: number
  /** Of the publish by thinning level, 0 … 4. */
  publishBytes: readonly number[]
  /** Fixes left out, by level. */
  dropped: readonly number[]
}

/** What went, by lane. */
export interface Sent {
  records: number
  bytes: number
  slowestMs: number
}

/**
 * An uplink on a link without faults that asks a budget as the real one does: what may go is thinned, counted and
 * sent, cases first. Deterministic: time is what it is told.
 */
export class SimulatedUplink {
  readonly sent = Object.fromEntries(
    LANES.map((lane) => [lane, { records: 0, bytes: 0, slowestMs: 0 }]),
  ) as Record<Lane, Sent>
  readonly #waiting = Object.fromEntries(LANES.map((lane) => [lane, []])) as unknown as Record<
    Lane,
    SimulatedRecord[]
  >
  #backlogBytes = 0
  #idleSinceMs = 0

  add(record: SimulatedRecord): void {
    this.#waiting[record.lane].push(record)
    this.#backlogBytes += record.bodyBytes
  }

  waiting(lane: Lane): number {
    return this.#waiting[lane].length
  }

  get backlogBytes(): number {
    return this.#backlogBytes
  }

  step(nowMs: number, budget: DataBudget): void {
    while (this.#sendWindow(nowMs, budget) === WINDOW);
    if (nowMs - this.#idleSinceMs < (budget.keepaliveS ?? 30) * 1000) return
    budget.spent(pingBytes(), nowMs)
    this.#idleSinceMs = nowMs
  }

  #sendWindow(nowMs: number, budget: DataBudget): number {
    const level = budget.level(nowMs, this.#backlogBytes)
    let records = 0
    let flight = 0
    for (const lane of LANES)
      while (this.#waiting[lane].length > 0 && records < WINDOW && budget.mayGo(lane, nowMs)) {
        const record = this.#waiting[lane].shift()!
        this.#backlogBytes -= record.bodyBytes
        const before = flightBytes(flight)
        flight += record.publishBytes[level]!
        const bytes = flightBytes(flight) - before
        budget.spent(bytes, nowMs)
        budget.countThinned(record.dropped[level]!)
        this.#count(record, bytes, nowMs)
        records++
      }
    if (records === 0) return 0
    budget.spent(answerBytes(records), nowMs)
    this.#idleSinceMs = nowMs
    return records
  }

  #count(record: SimulatedRecord, bytes: number, nowMs: number): void {
    const sent = this.sent[record.lane]
    sent.records++
    sent.bytes += bytes
    sent.slowestMs = Math.max(sent.slowestMs, nowMs - record.madeMs)
  }
}
