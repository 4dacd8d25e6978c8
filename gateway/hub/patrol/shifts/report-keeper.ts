import type { Log } from '../../../foundation/log.ts'
import { StoreUnavailable } from '../../stores/track-store.ts'
import type { JudgedShifts } from './judged-shifts.ts'
import type { KeptReports } from './kept-reports.ts'
import { Pace } from './pace.ts'
import type { PatrolPlan, Shift } from './patrol-plan.ts'

/**
 * Makes the reports of shifts that are over, in the background. In: the plan; out: kept reports. One shift at a time,
 * those that ended last first, with rests by which it takes about a quarter of one core. A store that is away is tried
 * again; a shift that cannot be judged is logged and left alone until something of it has changed. Nothing is thrown, and
 * nothing keeps the process alive.
 */
export interface KeeperOptions {
  plan: Pick<PatrolPlan, 'isEmpty' | 'between' | 'find'>
  judged: Pick<JudgedShifts, 'due' | 'judge' | 'failed'>
  kept: Pick<KeptReports, 'deleteGone'>
  log: Log
  times?: Partial<typeof TIMES>
}

const DAY_MS = 86_400_000
const TIMES = {
  /** Between two looks at the plan, and before the first one: a hub that starts has more urgent things to do. */
  lookMs: 60_000,
  /** Between two looks at all of the days, not only those that just ended. */
  wholeLookMs: 600_000,
  /** Between two looks for reports of shifts that are planned no more. */
  goneMs: 3_600_000,
  /** A store that is away is asked again. */
  retryMs: 30_000,
}
const SHARE_OF_A_CORE = 0.25
const DAYS_BACK = 31
const RECENT_DAYS = 2
/** So many shifts are looked at in one turn. */
const SHIFTS_A_TURN = 100

export class ReportKeeper {
  readonly #options: KeeperOptions
  readonly #times: typeof TIMES
  readonly #stopping = new AbortController()
  readonly #pace = new Pace(SHARE_OF_A_CORE, this.#stopping.signal)
  #running: Promise<void> | undefined
  #isStoreAway = false
  /** Of the monotonic clock. */
  #wholeLookMs = Number.NEGATIVE_INFINITY
  #goneMs = Number.NEGATIVE_INFINITY

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#times = { ...TIMES, ...options.times }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Resolves when it has stopped: what it was judging is left. */
  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { log } = this.#options
    let restMs = this.#times.lookMs
    while (!this.#isStopping) {
      try {
        await this.#pace.sleep(restMs)
        restMs = (await this.#look()) ? 0 : this.#times.lookMs
      } catch (error) {
        if (this.#isStopping) return
        if (error instanceof StoreUnavailable) {
          if (!this.#isStoreAway)
            log.warn({ detail: error.message }, 'shift reports: the store is away, will be tried again')
          this.#isStoreAway = true
        } else log.error({ err: error }, 'shift reports: could not be made, will be tried again')
        restMs = this.#times.retryMs
      }
    }
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  /** @returns whether to look again at once: newer shifts may have ended meanwhile. */
  async #look(): Promise<boolean> {
    // A plan that was lost must not take the reports with it, either.
    if (this.#options.plan.isEmpty()) return false
    const startMs = performance.now()
    const isWhole = startMs - this.#wholeLookMs >= this.#times.wholeLookMs
    const days = isWhole ? DAYS_BACK : RECENT_DAYS
    const nowMs = Date.now()
    for (let day = 0; day < days; day++) {
      for (const shift of await this.#dueOf(nowMs - (day + 1) * DAY_MS, nowMs - day * DAY_MS)) {
        await this.#judge(shift)
        if (performance.now() - startMs >= this.#times.lookMs) return true
      }
      await this.#pace.turn()
    }
    if (isWhole) this.#wholeLookMs = startMs
    if (startMs - this.#goneMs >= this.#times.goneMs) await this.#deleteGone(startMs)
    return false
  }

  /** Shifts that ended after `fromMs`, until `toMs`, and are to be judged; the last one first. */
  async #dueOf(fromMs: number, toMs: number): Promise<Shift[]> {
    const { plan, judged } = this.#options
    const ended = plan
      .between(fromMs, toMs)
      .filter((shift) => shift.toMs > fromMs && shift.toMs <= toMs)
      .sort((a, b) => b.toMs - a.toMs)
    const due: Shift[] = []
    for (let first = 0; first < ended.length; first += SHIFTS_A_TURN) {
      await this.#pace.turn()
      due.push(...judged.due(ended.slice(first, first + SHIFTS_A_TURN)))
    }
    return due
  }

  /** @throws StoreUnavailable, and AbortError where it is to stop. */
  async #judge({ id }: Shift): Promise<void> {
    const { plan, judged, log } = this.#options
    // As it is planned by now.
    const shift = plan.find(id)
    if (!shift) return
    try {
      await judged.judge(shift, this.#pace.turn)
      if (this.#isStoreAway) log.info('shift reports: the store is back')
      this.#isStoreAway = false
    } catch (error) {
      if (this.#isStopping || error instanceof StoreUnavailable) throw error
      log.error({ err: error, shift: id }, 'shift reports: a shift could not be judged, it is passed over')
      judged.failed(shift)
    }
    await this.#pace.turn()
  }

  async #deleteGone(startMs: number): Promise<void> {
    const { plan, kept } = this.#options
    const isPlanned = (id: string): boolean => plan.find(id) !== undefined
    for (let after: string | undefined = ''; after !== undefined; await this.#pace.turn())
      after = kept.deleteGone(isPlanned, after)
    this.#goneMs = startMs
  }
}
