import { setTimeout as sleep } from 'node:timers/promises'
import { type GridpatrolProcess, startGridpatrol } from '../end-to-end/gridpatrol-process.ts'

/** A machine on which everything starts anew at once is slow: longer than a program alone is given elsewhere. */
const RUNS_WITHIN_MS = 240_000
const LOOK_MS = 50

/** A hub or a gateway in a process of its own that is killed and started again. */
export class KilledProgram {
  readonly #args: string[]
  #running: GridpatrolProcess | undefined
  starts = 0

  constructor(...args: string[]) {
    this.#args = args
  }

  /** @throws Error with what it said where it ends or does not run in time. */
  async start(): Promise<void> {
    const started = startGridpatrol(...this.#args)
    this.#running = started
    this.starts++
    const deadlineMs = performance.now() + RUNS_WITHIN_MS
    let ended = false
    void started.exited.then(() => {
      ended = true
    })
    while (!/is running/.test(started.output())) {
      if (ended || performance.now() > deadlineMs)
        throw new Error(
          `gridpatrol ${this.#args.join(' ')} ${ended ? 'ended' : 'does not run'}; it said:\n${started.output()}`,
        )
      await sleep(LOOK_MS)
    }
  }

  async kill(): Promise<void> {
    const killed = this.#running
    this.#running = undefined
    await killed?.kill()
  }

  /** In good order. @throws Error with what it said where it does not end with 0. */
  async stop(): Promise<void> {
    const stopped = this.#running
    this.#running = undefined
    const code = await stopped?.stop()
    if (stopped && code !== 0)
      throw new Error(`gridpatrol ${this.#args.join(' ')} ended with ${code}; it said:\n${stopped.output()}`)
  }

  /** Its last lines. */
  output(): string {
    return this.#running?.output().slice(-4000) ?? ''
  }
}
