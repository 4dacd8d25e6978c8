import type { Log } from '../../../foundation/log.ts'
import { StoreUnavailable } from '../../stores/track-store.ts'

/** Longer than any number of devices that a hub serves: what comes on top would be let go before its turn. */
const MAX_WAITING = 20_000

interface Task {
  name: string
  work: () => Promise<void>
}

/**
 * Surveys from the store, one after the other, so that a hub that starts with a thousand running shifts still serves.
 * What waits already is not put in twice. Where the store is away it is tried again; other failures are logged.
 */
export class LiveWork {
  readonly #retryMs: number
  readonly #log: Log
  readonly #waiting = new Map<string, Task>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #running: Promise<void> | undefined
  #closed = false
  #idle: (() => void)[] = []

  constructor(retryMs: number, log: Log) {
    this.#retryMs = retryMs
    this.#log = log
  }

  /** @param afterMs not before then; of several with one name the first time counts. */
  add(name: string, work: () => Promise<void>, afterMs = 0): void {
    if (this.#closed || this.#timers.has(name)) return
    if (this.#timers.size + this.#waiting.size >= MAX_WAITING) {
      this.#log.warn({ name }, 'live coverage: too much waits to be surveyed, passed over')
      return
    }
    if (afterMs === 0) {
      this.#waiting.set(name, { name, work })
      this.#running ??= this.#run()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(name)
      this.add(name, work)
    }, afterMs)
    this.#timers.set(name, timer)
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (!this.#running && this.#timers.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Finishes what is at hand. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#waiting.clear()
    await this.#running
    this.#rest()
  }

  async #run(): Promise<void> {
    // Not within the call that adds: it is about to be told of the rest.
    await Promise.resolve()
    for (const [name, { work }] of this.#waiting) {
      this.#waiting.delete(name)
      try {
        await work()
      } catch (error) {
        this.#failed({ name, work }, error)
      }
    }
    this.#running = undefined
    this.#rest()
  }

  #failed(task: Task, error: unknown): void {
    if (error instanceof StoreUnavailable) {
      this.#log.warn(
        { name: task.name, detail: error.message },
        'live coverage: the store is away, will be tried again',
      )
      this.add(task.name, task.work, this.#retryMs)
    } else this.#log.error({ err: error, name: task.name }, 'live coverage: could not be surveyed')
  }

  #rest(): void {
    if (this.#timers.size > 0) return
    for (const resolve of this.#idle) resolve()
    this.#idle = []
  }
}
