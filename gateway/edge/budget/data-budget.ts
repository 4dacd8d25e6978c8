import type { DatabaseSync } from 'node:sqlite'
import type { Lane, LinkState } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import { dayOf, ownDayIsOver, shareOfDay } from './budget-day.ts'
import { type BudgetRecord, readBudgetRecord, writeBudgetRecord } from './budget-record.ts'
import { type BudgetedLane, Bundles, isUsedUp, keepaliveS, nextLevel, nextWaits, type Used } from './pace.ts'

/**
 * The data budget of a SIM card. In: bytes on the wire, what waits, what time it is. Out: how much track detail is
 * left out (level 0 … 4), and which lanes may be sent, from level 1 on in bundles. Cases always may. Nothing is dropped
 * here: what may not go waits in the outbox, which alone decides when it is full.
 *
 * Without a budget bytes are counted, nothing else. A database that refuses costs the count of a day, no more.
 */
export interface DataBudgetOptions {
  /** Bytes of a day, both directions, as the SIM is billed; absent: no budget. */
  bytesADay?: number | undefined
  /** Of the outbox; absent: the count does not outlive the process. */
  database?: DatabaseSync | undefined
  log: Log
}

/** The disk is a flash card. */
const SAVE_EVERY_MS = 60_000
/** Where all else waits, health goes in a bundle once in so long, for so long. */
const HEALTH_EVERY_MS = 3_600_000
const HEALTH_OPEN_MS = 30_000

export class DataBudget {
  readonly #budgetBytes: number | undefined
  readonly #database: DatabaseSync | undefined
  readonly #log: Log
  /** Undefined while the time is not known. */
  #day: number | undefined
  /** Counted by an earlier process, on `#storedDay`. */
  #storedBytes = 0
  #storedDay: number | undefined
  /** Counted by this process in this day. */
  #bytes = 0
  /** Own scale: where the 24 h began that stand for a day while the time is not known. */
  #beganMs: number | undefined
  #thinnedFixes = 0
  #level = 0
  readonly #waits: Record<BudgetedLane, boolean> = { health: false, fix: false, reading: false, photo: false }
  readonly #bundles = new Bundles()
  #healthWaitsSinceMs = 0
  #savedMs: number | undefined
  /** Something was counted since the last save. */
  #isDirty = false
  #refused = false

  constructor({ bytesADay, database, log }: DataBudgetOptions) {
    this.#budgetBytes = bytesADay
    this.#database = database
    this.#log = log
    const stored = this.#asked((file) => readBudgetRecord(file))
    if (!stored) return
    this.#storedBytes = stored.bytes
    this.#storedDay = stored.day
    this.#thinnedFixes = stored.thinnedFixes
  }

  /** @param bytes on the wire since the last call, see WireBytes. @param nowMs of the EdgeClock. */
  spent(bytes: number, nowMs: number): void {
    this.#roll(nowMs)
    this.#bytes += bytes
    if (bytes > 0) this.#isDirty = true
    // A clock that was set back is no reason to write more often.
    this.#savedMs ??= nowMs
    if (Math.abs(nowMs - this.#savedMs) < SAVE_EVERY_MS) return
    this.#savedMs = nowMs
    this.save()
  }

  /** How strongly tracks are to be thinned now, 0 … 4. @param backlogBytes of bodies that wait in the outbox. */
  level(nowMs: number, backlogBytes: number): number {
    this.#roll(nowMs)
    const used = this.#usedOf(nowMs)
    if (!used) return 0
    const level = nextLevel(this.#level, used, backlogBytes)
    if (level !== this.#level)
      this.#log.info(
        { level, usedBytes: this.#used, backlogBytes },
        'data budget: thinning of tracks changes',
      )
    this.#level = level
    return level
  }

  /** Whether a record of this lane may be sent now. To be asked for each, with `spent` in between: that closes it. */
  mayGo(lane: Lane, nowMs: number): boolean {
    this.#roll(nowMs)
    const used = this.#usedOf(nowMs)
    if (!used || lane === 'case') return true
    const waited = this.#waits[lane]
    const waits = nextWaits(lane, waited, used)
    this.#waits[lane] = waits
    if (waits) return lane === 'health' && this.#isHealthDue(waited, nowMs) && !isUsedUp(used)
    return lane === 'photo' || this.#bundles.mayGo(this.#level, nowMs)
  }

  /** So many fixes were left out of tracks, to keep the budget or the outbox's size. */
  countThinned(fixes: number): void {
    this.#thinnedFixes += fixes
    if (fixes > 0) this.#isDirty = true
  }

  /** How often an idle connection should show that it lives, s; undefined: no budget speaks to that. */
  get keepaliveS(): number | undefined {
    return this.#budgetBytes === undefined ? undefined : keepaliveS(this.#budgetBytes)
  }

  state(nowMs: number): Pick<LinkState, 'dataBytes' | 'budgetBytes' | 'thinning' | 'thinnedFixes'> {
    this.#roll(nowMs)
    return {
      dataBytes: Math.round(this.#used),
      ...(this.#budgetBytes === undefined ? {} : { budgetBytes: this.#budgetBytes }),
      thinning: this.#level,
      thinnedFixes: this.#thinnedFixes,
    }
  }

  /** Writes what was counted to the database; to be called before that is closed. Never throws. */
  save(): void {
    if (!this.#isDirty) return
    const record: BudgetRecord = {
      day: this.#day ?? this.#storedDay,
      bytes: this.#used,
      thinnedFixes: this.#thinnedFixes,
    }
    this.#asked((file) => {
      writeBudgetRecord(file, record)
      this.#isDirty = false
    })
  }

  get #used(): number {
    return this.#storedBytes + this.#bytes
  }

  /** Undefined without a budget. */
  #usedOf(nowMs: number): Used | undefined {
    if (this.#budgetBytes === undefined) return undefined
    const share = shareOfDay(nowMs, this.#beganMs ?? nowMs)
    return { budgetBytes: this.#budgetBytes, usedBytes: this.#used, share }
  }

  #isHealthDue(waited: boolean, nowMs: number): boolean {
    if (!waited) this.#healthWaitsSinceMs = nowMs
    const waitedMs = Math.abs(nowMs - this.#healthWaitsSinceMs)
    return waitedMs >= HEALTH_EVERY_MS && waitedMs % HEALTH_EVERY_MS < HEALTH_OPEN_MS
  }

  /** Begins a new day where one has begun. What was counted while the time was not known is counted to today. */
  #roll(nowMs: number): void {
    const day = dayOf(nowMs)
    if (day === undefined) {
      this.#beganMs ??= nowMs
      if (!ownDayIsOver(nowMs, this.#beganMs)) return
      this.#beganMs = nowMs
      this.#storedDay = undefined
      this.#clear()
      return
    }
    if (day === this.#day) return
    if (this.#day !== undefined) this.#clear()
    // What an earlier process counted on a day that it did not know may be today's.
    else if (this.#storedDay !== undefined && this.#storedDay !== day) this.#storedBytes = 0
    this.#day = day
  }

  #clear(): void {
    this.#bytes = 0
    this.#storedBytes = 0
  }

  /** Undefined where there is no database or it refuses, which is told once. */
  #asked<Result>(ask: (database: DatabaseSync) => Result): Result | undefined {
    if (!this.#database) return undefined
    try {
      const result = ask(this.#database)
      this.#refused = false
      return result
    } catch (error) {
      if (!this.#refused)
        this.#log.warn({ err: error }, 'data budget: the count of bytes is not kept: disk full?')
      this.#refused = true
      return undefined
    }
  }
}
