import { decodeEnvelope } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { GroupedCommit } from '../../foundation/grouped-commit.ts'
import type { Log } from '../../foundation/log.ts'
import { type Refusal, refusalOf } from '../broker/broker.ts'
import type { Arrival, IntakeLog, RefusedPayload } from './intake-log.ts'
import { Receipts } from './receipts.ts'

/**
 * From a payload on `up` to a committed record. In: bytes and the gateway whose topic they came on. Out:
 * `done` after the commit (that is what lets PUBACK go), a receipt to the gateway, a wake-up for the
 * cursors. A payload that is no record is set aside with its reason and acknowledged, so that the gateway's
 * client does not offer it for ever. Fails only as the disk fails: then `done` gets the error, no receipt
 * leaves, and the gateway sends again.
 */

/** Records in one commit: beyond some hundreds the sync no longer dominates (reliability decision 2). */
const MAX_GROUP = 256
/** Beyond it records are committed as they come: an existing broker cannot be made to wait. */
const MAX_WAITING = 16 * MAX_GROUP

type Item = { record: Arrival } | { refused: RefusedPayload }

export interface IntakeState {
  ok: boolean
  detail?: string
  /** `conflicting`: under a known name with another body; the first one stays. */
  counters: { kept: number; repeated: number; conflicting: number }
  /** By reason. */
  refused: ReadonlyMap<string, number>
}

export class Intake {
  readonly #log: Log
  readonly #store: IntakeLog
  readonly #receipts: Receipts
  readonly #onKept: () => void
  readonly #commit: GroupedCommit<Item>
  readonly #counters = { kept: 0, repeated: 0, conflicting: 0 }
  readonly #refused = new Map<string, number>()
  #problem: string | undefined

  constructor(options: {
    store: IntakeLog
    log: Log
    sendDown: (gateway: string, payload: Uint8Array) => void
    /** Called after each commit that kept something. */
    onKept: () => void
  }) {
    this.#store = options.store
    this.#log = options.log
    this.#receipts = new Receipts(options.sendDown)
    this.#onKept = options.onKept
    this.#commit = new GroupedCommit({
      commit: (items) => this.#write(items),
      maxItems: MAX_GROUP,
      maxDelayMs: 0,
      maxWaiting: MAX_WAITING,
    })
  }

  /** `done` is called after the commit; `refused` says that the payload is no record. */
  take(gateway: string, payload: Uint8Array, done: (error?: Error, refused?: boolean) => void): void {
    const receivedMs = Date.now()
    let record: Arrival
    try {
      const envelope = decodeEnvelope(payload)
      if (envelope.gateway !== gateway)
        throw new DecodeError('bad-value', `envelope of ${envelope.gateway} on the topic of ${gateway}`)
      record = { ...envelope, receivedMs }
    } catch (error) {
      this.setAside(refusalOf(gateway, payload, error), (failure) => done(failure, true))
      return
    }
    this.#commit.add(
      { record },
      (error) => {
        if (!error) this.#receipts.add(record)
        done(error)
      },
      gateway,
    )
  }

  /** Keeps the first bytes and the reason of what cannot be used, among the newest 1000. */
  setAside(refusal: Refusal, done: (error?: Error) => void = () => {}): void {
    const { gateway, reason, detail } = refusal
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
    this.#log.debug({ gateway, reason, detail }, 'intake: payload set aside')
    this.#commit.add({ refused: { ...refusal, receivedMs: Date.now() } }, done, gateway)
  }

  state(): IntakeState {
    return {
      ok: this.#problem === undefined,
      ...(this.#problem === undefined ? {} : { detail: this.#problem }),
      counters: { ...this.#counters },
      refused: this.#refused,
    }
  }

  /** Commits what is waiting. */
  flush(): void {
    this.#commit.flush()
  }

  #write(items: Item[]): void {
    const records = items.flatMap((item) => ('record' in item ? [item.record] : []))
    const refused = items.flatMap((item) => ('refused' in item ? [item.refused] : []))
    try {
      const conflictingBefore = this.#store.conflicting
      const kept = this.#store.append(records, refused)
      const conflicting = this.#store.conflicting - conflictingBefore
      this.#counters.kept += kept
      this.#counters.repeated += records.length - kept - conflicting
      this.#counters.conflicting += conflicting
      if (this.#problem !== undefined) this.#log.info('intake: writing again')
      this.#problem = undefined
      if (kept > 0) this.#onKept()
    } catch (error) {
      const { message } = error as Error
      if (this.#problem === undefined)
        this.#log.error({ err: error }, 'intake: cannot commit; gateways keep their records and try again')
      this.#problem = message
      throw error
    }
  }
}
