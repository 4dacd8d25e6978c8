import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** A turn of the event loop for everyone else, between two pieces of work. */
export type Turn = () => Promise<void>

/** Shorter rests are saved up: a timer is no more exact than that. */
const SHORTEST_REST_MS = 5
/** Waiting for a store on another machine counts as work, but nobody gains by minutes of rest. */
const LONGEST_REST_MS = 2000

/**
 * The rests of background work, by which it takes no more than a share of one core: what passed since the last rest is
 * taken for work. Timers of it keep no process alive.
 */
export class Pace {
  readonly #restPerWork: number
  readonly #signal: AbortSignal
  #sinceMs = performance.now()
  #workedMs = 0

  /**
   * @param share of a core, above 0 to 1.
   * @param signal ends a rest at once.
   */
  constructor(share: number, signal: AbortSignal) {
    this.#restPerWork = 1 / share - 1
    this.#signal = signal
  }

  /** To be awaited between pieces of work. @throws AbortError once the signal is aborted. */
  readonly turn: Turn = async () => {
    this.#workedMs += performance.now() - this.#sinceMs
    const restMs = Math.min(LONGEST_REST_MS, this.#workedMs * this.#restPerWork)
    if (restMs < SHORTEST_REST_MS) await nextTurn(undefined, { signal: this.#signal })
    else await this.sleep(restMs)
    this.#sinceMs = performance.now()
  }

  /** A longer rest, after which nothing is owed. @throws AbortError once the signal is aborted. */
  async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal, ref: false })
    this.#workedMs = 0
    this.#sinceMs = performance.now()
  }
}
