import { setTimeout as wait } from 'node:timers/promises'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Log } from '../../foundation/log.ts'
import type { LoggedRecord } from '../intake/intake-log.ts'
import { StoreRefused } from '../stores/track-store.ts'
import { PartlyRefused } from './bisect-points.ts'
import type { DeadLetters, Letter } from './letters.ts'

/**
 * Offers dead letters again to the consumers that refused them, when a person asked for it. In: letters in the state
 * `asked`, which `gridpatrol dead-letters replay` sets from another process, so they are looked for every two
 * seconds. Out: letters taken, or waiting again with the new reason. A consumer that is held up is asked again at the
 * next look; a stop between taking and marking offers a letter twice, which consumers bear.
 */
export interface ReplayerOptions {
  letters: Pick<DeadLetters, 'asked' | 'find' | 'taken' | 'refusedAgain'>
  /** By the name of their cursor. */
  consumers: Record<string, (records: LoggedRecord[]) => Promise<void>>
  logger: Log
  everyMs?: number
}

const EVERY_MS = 2000
const LETTERS_A_LOOK = 1000

export class Replayer {
  readonly #options: ReplayerOptions
  readonly #stopping = new AbortController()
  #problem: string | undefined
  #running: Promise<void> | undefined

  constructor(options: ReplayerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Resolves when the letter at hand is done with. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { everyMs = EVERY_MS, logger } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      let problem: string | undefined
      try {
        problem = await this.#look()
      } catch (error) {
        problem = (error as Error).message
      }
      if (problem !== undefined && this.#problem === undefined)
        logger.warn({ problem }, 'dead letters: replay is held up; trying again')
      this.#problem = problem
      await wait(everyMs, undefined, { signal }).catch(() => {})
    }
  }

  /** @returns why some could not be offered. */
  async #look(): Promise<string | undefined> {
    const { letters } = this.#options
    const heldUp = new Map<string, string>()
    for (const id of letters.asked(LETTERS_A_LOOK)) {
      if (this.#stopping.signal.aborted) break
      const letter = letters.find(id)
      if (letter?.state !== 'asked' || heldUp.has(letter.cursor)) continue
      try {
        await this.#offer(letter)
      } catch (error) {
        heldUp.set(letter.cursor, (error as Error).message)
      }
    }
    return heldUp.size > 0 ? [...heldUp.values()].join('; ') : undefined
  }

  async #offer(letter: Letter): Promise<void> {
    const { letters, consumers, logger } = this.#options
    const { id, cursor, record, gateway, boot, sequence, lane, receivedMs, body, mended } = letter
    const consume = consumers[cursor]
    if (!consume) {
      letters.refusedAgain(id, `there is no consumer ${cursor} any more`)
      return
    }
    try {
      await consume([{ id: record, gateway, boot, sequence, lane, receivedMs, body: mended ?? body }])
    } catch (error) {
      if (!(error instanceof StoreRefused || error instanceof DecodeError)) throw error
      const reason = `${error.name}: ${error.message}`
      letters.refusedAgain(id, reason, error instanceof PartlyRefused ? error.rest : undefined)
      logger.warn({ letter: id, cursor, gateway, boot, sequence, reason }, 'dead letters: refused again')
      return
    }
    letters.taken(id)
    logger.info({ letter: id, cursor, gateway, boot, sequence }, 'dead letters: taken')
  }
}
