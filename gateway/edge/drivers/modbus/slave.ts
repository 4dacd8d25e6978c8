import { Backoff } from '../../../foundation/backoff.ts'

export type SlaveStateName = 'answering' | 'silent'
/** Told when it changes; detail is empty where a slave answers everything. */
export type OnSlaveState = (unit: number, state: SlaveStateName, detail: string) => void

const FIRST_PROBE_MS = 1000
const LAST_PROBE_MS = 60_000
/** More refused addresses than this are counted only. */
const MAX_NAMED_REFUSALS = 3

/**
 * How one slave behaves: whether it answers, when it may be asked again, and what it refuses. A slave that does
 * not answer is probed with growing waits, so that it costs the others little.
 */
export class Slave {
  readonly unit: number
  readonly #onState: OnSlaveState
  readonly #backoff = new Backoff(FIRST_PROBE_MS, LAST_PROBE_MS)
  readonly #refused = new Map<string, string>()
  #told: string | undefined
  #state: SlaveStateName | undefined
  /** Monotonic; the slave is left alone until then. */
  notBeforeMs = 0

  constructor(unit: number, onState: OnSlaveState) {
    this.unit = unit
    this.#onState = onState
  }

  get silent(): boolean {
    return this.#state === 'silent'
  }

  answered(what: string): void {
    this.#refused.delete(what)
    this.#answers()
  }

  refused(what: string, exception: string): void {
    this.#refused.set(what, exception)
    this.#answers()
  }

  failed(nowMs: number, restMs: number, detail: string): void {
    this.notBeforeMs = nowMs + Math.max(restMs, this.#backoff.next())
    this.#enter('silent', detail)
  }

  /** An answer that is late would pass for the answer to the next question: none is asked meanwhile. */
  restUntil(timeMs: number): void {
    this.notBeforeMs = Math.max(this.notBeforeMs, timeMs)
  }

  #answers(): void {
    this.#backoff.reset()
    const refusals = [...this.#refused].map(([what, exception]) => `refuses ${what}: ${exception}`)
    const named = refusals.slice(0, MAX_NAMED_REFUSALS)
    if (refusals.length > named.length) named.push(`and ${refusals.length - named.length} more`)
    this.#enter('answering', named.join('; '))
  }

  #enter(state: SlaveStateName, detail: string): void {
    // While a slave stays silent, the reason of each probe is no news.
    const told = state === 'silent' ? state : `${state} ${detail}`
    if (told === this.#told) return
    this.#told = told
    this.#state = state
    this.#onState(this.unit, state, detail)
  }
}
