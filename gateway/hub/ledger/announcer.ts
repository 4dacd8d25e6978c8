import { setTimeout as wait } from 'node:timers/promises'
import type { Case } from '../../../proto/http.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import type { Ledger, LedgerCase } from './ledger.ts'

/**
 * Publishes each changed case for other systems. In: the ledger's cases that are not yet announced; out:
 * an open case retained; a closed one once more, not retained, so that subscribers see it close, and then
 * an empty retained message, which takes the old one away. A case counts as announced only when the broker
 * took it, so a broker that is away, or a stop in between, delays a closing but never loses it.
 */

export interface AnnouncerOptions {
  ledger: Ledger
  toJson(entry: LedgerCase): Case
  publish(caseId: string, json: string, retain: boolean): Promise<void>
  log: Log
}

const BATCH = 100

export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #backoff = new Backoff(500, 30_000)
  readonly #stopping = new AbortController()
  #wakeUp = Promise.withResolvers<void>()
  #running: Promise<void> | undefined

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Cases changed. */
  wake(): void {
    this.#wakeUp.resolve()
  }

  /** The broker is there, and may have forgotten everything: all open cases go out again. */
  republish(): void {
    this.#options.ledger.forgetAnnouncements()
    this.wake()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { ledger, log } = this.#options
    while (!this.#stopping.signal.aborted) {
      this.#wakeUp = Promise.withResolvers()
      try {
        const cases = ledger.unannounced(BATCH)
        for (const entry of cases) await this.#announce(entry)
        if (cases.length > 0) ledger.announced(cases)
        else await this.#wakeUp.promise
        this.#backoff.reset()
      } catch (error) {
        log.debug({ err: error }, 'ledger: cases not published; trying again')
        await this.#pause()
      }
    }
  }

  /** Ends early when the broker is back or the hub stops. */
  async #pause(): Promise<void> {
    const woken = new AbortController()
    const slept = wait(this.#backoff.next(), undefined, { signal: woken.signal }).catch(() => {})
    await Promise.race([slept, this.#wakeUp.promise])
    woken.abort()
  }

  async #announce(entry: LedgerCase): Promise<void> {
    const json = JSON.stringify(this.#options.toJson(entry))
    const open = entry.clearedMs === undefined
    await this.#options.publish(entry.id, json, open)
    if (!open) await this.#options.publish(entry.id, '', true)
  }
}
