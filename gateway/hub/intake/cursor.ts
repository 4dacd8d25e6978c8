import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import { PartlyRefused } from '../dead-letters/bisect-points.ts'
import { StoreRefused } from '../stores/track-store.ts'
import type { IntakeLog, LoggedRecord, LogSelection } from './intake-log.ts'

/**
 * Reads the intake log for one consumer. In: slices in the order of arrival; out: a durable position that
 * moves only after the consumer resolved, so that a stop at any moment repeats records but skips none.
 * What fails for a while is tried again with growing waits, and the lag shows; a record that the consumer
 * will never take is found by halving, put aside as a dead letter, and passed over.
 */

export interface CursorOptions {
  /** Names the durable position. */
  name: string
  selection: LogSelection
  log: IntakeLog
  /**
   * Resolves when all of the slice is kept; the same records may come again.
   * @throws StoreRefused, DecodeError where a record will never be taken; anything else is tried again.
   */
  consume(records: LoggedRecord[]): Promise<void>
  /**
   * The next slice is handed on while the one before is under way: a store on another machine then works while this
   * one decodes. Only for consumers that do not mind; the position still moves in order.
   */
  ahead?: boolean
  /** Photos are too large to be kept twice: once taken, their bodies are emptied in the log. */
  spend?: 'photo'
  logger: Log
  backoff?: { firstMs: number; maxMs: number }
}

export interface CursorState {
  name: string
  ok: boolean
  /** Why the consumer does not take records at present. */
  detail?: string
  /** Records that the consumer has yet to take, those of other lanes included. */
  lag: number
  deadLetters: number
}

/** Handed to the consumer, and not waited for yet. */
interface Slice {
  records: LoggedRecord[]
  upTo: number
  /** What the consumer threw; undefined: it took all. */
  outcome: Promise<unknown>
}

/** Records that trickle in are taken together: each slice costs some syncs of the disk. */
const GATHER_MS = 50
/** Turns of the event loop that the intake gets between two slices; a turn commits up to some hundred records. */
const GIVEN_TURNS = 6

export class Cursor {
  readonly #options: CursorOptions
  readonly #backoff: Backoff
  readonly #stopping = new AbortController()
  /** Records done with: those taken, put aside, or not selected. */
  #seen: number
  #deadLetters = 0
  #problem: string | undefined
  #wakeUp = Promise.withResolvers<void>()
  #running: Promise<void> | undefined

  constructor(options: CursorOptions) {
    this.#options = options
    const { firstMs, maxMs } = options.backoff ?? { firstMs: 250, maxMs: 30_000 }
    this.#backoff = new Backoff(firstMs, maxMs)
    this.#seen = options.log.position(options.name)
  }

  start(): void {
    this.#running = this.#run()
  }

  /** New records are there. */
  wake(): void {
    this.#wakeUp.resolve()
  }

  /** Everything up to here is done with; records below it may be pruned. */
  get seen(): number {
    return this.#seen
  }

  state(): CursorState {
    return {
      name: this.#options.name,
      ok: this.#problem === undefined,
      ...(this.#problem === undefined ? {} : { detail: this.#problem }),
      lag: this.#options.log.lastId - this.#seen,
      deadLetters: this.#deadLetters,
    }
  }

  /** Resolves when the slice at hand is done or given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { log } = this.#options
    let next: Slice | undefined
    while (!this.#stopping.signal.aborted) {
      this.#wakeUp = Promise.withResolvers()
      try {
        const slice: Slice = next ?? this.#handOn(this.#seen)
        next = this.#options.ahead ? await this.#handOnAhead(slice) : undefined
        await this.#taken(slice, await slice.outcome)
        this.#recovered()
        this.#seen = Math.max(slice.upTo, this.#seen)
        if (this.#seen === log.lastId) await this.#untilMore()
        else if (!next) await this.#giveWay()
      } catch (error) {
        // What was handed on ahead is handed on again: nothing is under way while the consumer rests.
        await next?.outcome
        next = undefined
        await this.#failed(error as Error)
      }
    }
    await next?.outcome
  }

  #handOn(position: number): Slice {
    const { log, selection, consume } = this.#options
    const { records, upTo } = log.read(selection, position)
    const offered = async (): Promise<void> => {
      if (records.length > 0) await consume(records)
    }
    const outcome = offered().then(
      () => undefined,
      (error: unknown) => error,
    )
    return { records, upTo, outcome }
  }

  async #handOnAhead({ upTo }: Slice): Promise<Slice | undefined> {
    if (upTo >= this.#options.log.lastId) return undefined
    await this.#giveWay()
    return this.#stopping.signal.aborted ? undefined : this.#handOn(upTo)
  }

  /** Moves on behind the slice, or behind what of its halves is taken where it was refused. */
  async #taken({ records }: Slice, failure: unknown): Promise<void> {
    if (records.length === 0) return
    if (failure === undefined) this.#advance(records.at(-1)!.id)
    else await this.#halve(records, failure)
  }

  /** Each accepted part is never offered again. */
  async #halve(records: LoggedRecord[], failure: unknown): Promise<void> {
    if (!(failure instanceof StoreRefused || failure instanceof DecodeError)) throw failure
    if (records.length === 1) {
      this.#passOver(records[0]!, failure)
      return
    }
    const half = records.length >> 1
    for (const part of [records.slice(0, half), records.slice(half)])
      try {
        await this.#options.consume(part)
        this.#advance(part.at(-1)!.id)
      } catch (error) {
        await this.#halve(part, error)
      }
  }

  #passOver(record: LoggedRecord, error: Error): void {
    const { name, logger } = this.#options
    const reason = `${error.name}: ${error.message}`
    // What was taken of it does not wait with the rest.
    const left = error instanceof PartlyRefused ? { ...record, body: error.rest } : record
    this.#advance(record.id, { record: left, reason })
    this.#deadLetters++
    const { gateway, boot, sequence, lane } = record
    logger.warn({ cursor: name, gateway, boot, sequence, lane, reason }, 'cursor: record put aside')
  }

  #advance(position: number, dead?: { record: LoggedRecord; reason: string }): void {
    const { log, name, spend } = this.#options
    log.advance(name, position, dead, spend)
    this.#seen = position
  }

  #recovered(): void {
    if (this.#problem === undefined) return
    this.#options.logger.info({ cursor: this.#options.name }, 'cursor: going on')
    this.#problem = undefined
    this.#backoff.reset()
  }

  async #failed(error: Error): Promise<void> {
    const { name, logger } = this.#options
    if (this.#problem === undefined)
      logger.warn({ cursor: name, position: this.#seen, err: error }, 'cursor: held up; trying again')
    this.#problem = error.message
    await this.#pause(this.#backoff.next())
  }

  async #untilMore(): Promise<void> {
    await this.#wakeUp.promise
    await this.#pause(GATHER_MS)
  }

  /** Stores may work synchronously, and gateways wait for receipts: while records pour in, those go first. */
  async #giveWay(): Promise<void> {
    const { log } = this.#options
    for (let turn = 0; turn < GIVEN_TURNS; turn++) {
      const { lastId } = log
      await nextTurn()
      if (log.lastId === lastId) return
    }
  }

  /** Ends early, and quietly, when the hub stops. */
  async #pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}
