import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Fix } from '../../../../proto/domain.ts'
import { firstRowAt } from '../../../../proto/fix-columns.ts'
import type { LiveCoverage } from '../../../../proto/patrol-http.ts'
import type { Log } from '../../../foundation/log.ts'
import type { Track, TrackStore } from '../../stores/track-store.ts'
import type { PatrolGround, PatrolGrounds } from '../ground/patrol-ground.ts'
import { Matcher } from '../streets/matcher.ts'
import type { LastSeenRegister } from './last-seen.ts'
import { rebuildLastSeen, SeenFollower } from './last-seen-follower.ts'
import { partsOf, rowsOf, storedRows } from './live-coverage-rows.ts'
import { LiveWork } from './live-coverage-work.ts'
import { type ShiftFigures, ShiftSurvey, type SurveyedShift } from './shift-survey.ts'

/**
 * Coverage of running shifts, after their newest fix. In: fixes that the track store has just taken; out: the figures
 * of each shift, told at most once a second, and to the register what was last seen when. The figures are those that a
 * question about the past gives for the same fixes, by the same code: a shift that is met for the first time, or gets
 * fixes out of order, is surveyed anew from the store. Nothing is thrown at the intake; what fails is logged, and
 * tried again where the store may come back.
 */

export interface RunningShift extends SurveyedShift {
  id: string
}

export interface RunningShifts {
  /** Shifts of a device that have a part in the range, in order of time; they do not overlap. */
  of(device: string, fromMs: number, toMs: number): RunningShift[]
}

export interface LiveCoverageOptions {
  shifts: RunningShifts
  grounds: Pick<PatrolGrounds, 'current'>
  store: Pick<TrackStore, 'devicesBetween' | 'readTrack'>
  lastSeen: LastSeenRegister
  /** `make` is worth calling only where somebody listens. */
  publish: (make: () => LiveCoverage) => void
  log: Log
  times?: Partial<typeof TIMES>
}

const TIMES = {
  /** Between two tellings of one shift. */
  publishMs: 1000,
  /** Fixes out of order rarely come alone. */
  rebuildAfterMs: 2000,
  /** What had no fix for so long is let go; its next fix has it surveyed anew. */
  idleMs: 15 * 60_000,
  /** What was last seen is written so often. */
  flushMs: 60_000,
  retryMs: 5000,
}
/** Beyond it the shift that was idle longest is let go. */
const MAX_SHIFTS = 5000
/** A hub that had tracks before it kept such a register; longer than anything may go unseen. */
const FIRST_LOOK_MS = 31 * 86_400_000
/** What lies around a late fix hangs together with it. */
const AROUND_MS = 10 * 60_000
/** A fix further in the future tells of a wrong clock: whoever followed it would find every right one late. */
const AHEAD_MS = 10 * 60_000

interface LiveShift {
  shift: RunningShift
  device: string
  ground: PatrolGround
  /** `waiting`: will be surveyed from the store, which has all that came before. */
  phase: 'waiting' | 'reading' | 'live'
  survey: ShiftSurvey | undefined
  seen: SeenFollower
  lastMs: number
  /** Came while the store was read. */
  pending: Track[]
  /** Of the monotonic clock. */
  heardMs: number
}

/** A device outside of its shifts: only what it saw counts. */
interface Roaming {
  ground: PatrolGround
  seen: SeenFollower
  matcher: Matcher
  lastMs: number
  heardMs: number
}

export class LiveCoverages {
  readonly #options: LiveCoverageOptions
  readonly #times: typeof TIMES
  /** The one heard of last comes last. */
  readonly #shifts = new Map<string, LiveShift>()
  readonly #roaming = new Map<string, Roaming>()
  readonly #untold = new Set<LiveShift>()
  readonly #lateOf = new Map<string, { fromMs: number; toMs: number }>()
  readonly #work: LiveWork
  #telling: NodeJS.Timeout | undefined
  #sweeping: NodeJS.Timeout | undefined
  #rebuilds = 0
  #ground: PatrolGround | undefined

  constructor(options: LiveCoverageOptions) {
    this.#options = options
    this.#times = { ...TIMES, ...options.times }
    this.#work = new LiveWork(this.#times.retryMs, options.log)
  }

  /** Catches up with what was seen since the register was last written, or with the last month where it is new. */
  start(): void {
    this.#sweeping = setInterval(() => this.#sweep(), this.#times.flushMs).unref()
    const flushedMs = this.#options.lastSeen.flushedMs() ?? Date.now() - FIRST_LOOK_MS
    this.#work.add('seen meanwhile', () => this.#lookAgain(flushedMs - AROUND_MS, Date.now() + AROUND_MS))
  }

  /** Fixes of one device that the store has. Never throws. */
  take(device: string, fixes: Fix[]): void {
    try {
      const track = storedRows(device, fixes)
      const end = track ? firstRowAt(track, Date.now() + AHEAD_MS) : 0
      if (track && end > 0) this.#take(rowsOf(track, 0, end))
    } catch (error) {
      this.#options.log.error({ err: error, device }, 'live coverage: fixes passed over')
    }
  }

  /** Undefined for a shift of which no fix came, and while it is surveyed for the first time. */
  figures(shiftId: string): ShiftFigures | undefined {
    return this.#shifts.get(shiftId)?.survey?.figures()
  }

  state(): { shifts: number; waiting: number; rebuilds: number } {
    const waiting = [...this.#shifts.values()].filter(({ phase }) => phase !== 'live').length
    return { shifts: this.#shifts.size, waiting, rebuilds: this.#rebuilds }
  }

  /** Resolves when nothing waits to be surveyed. */
  idle(): Promise<void> {
    return this.#work.idle()
  }

  async close(): Promise<void> {
    clearTimeout(this.#telling)
    clearInterval(this.#sweeping)
    await this.#work.close()
    for (const live of this.#shifts.values()) this.#settle(live)
    for (const roaming of this.#roaming.values()) settleRoaming(roaming)
    this.#options.lastSeen.flush()
  }

  #take(track: Track): void {
    const { device, timeMs, count } = track
    const ground = this.#groundNow()
    let row = 0
    for (const shift of this.#options.shifts.of(device, timeMs[0]!, timeMs[count - 1]! + 1)) {
      const first = firstRowAt(track, shift.fromMs)
      const end = firstRowAt(track, shift.toMs)
      if (first > row) this.#roam(rowsOf(track, row, first), ground)
      if (end > first) this.#onShift(shift, rowsOf(track, first, end), ground)
      row = Math.max(row, end)
    }
    if (row < count) this.#roam(rowsOf(track, row, count), ground)
  }

  #groundNow(): PatrolGround {
    const ground = this.#options.grounds.current()
    if (ground === this.#ground) return ground
    this.#ground = ground
    // A register that is empty is about to be filled: nothing is forgotten for it.
    if (ground.network().parts.length > 0) this.#options.lastSeen.fit(ground.network())
    return ground
  }

  #onShift(shift: RunningShift, rows: Track, ground: PatrolGround): void {
    const live = this.#liveShift(shift, rows.device, ground)
    live.heardMs = performance.now()
    if (live.phase === 'waiting') return
    if (live.phase === 'reading') live.pending.push(rows)
    else if (rows.timeMs[0]! > live.lastMs) this.#follow(live, live.survey!, rows)
    else this.#surveyAnew(live)
  }

  #liveShift(shift: RunningShift, device: string, ground: PatrolGround): LiveShift {
    const known = this.#shifts.get(shift.id)
    this.#shifts.delete(shift.id)
    if (known && known.ground === ground && isSame(known.shift, shift)) {
      this.#shifts.set(shift.id, known)
      return known
    }
    if (known) this.#untold.delete(known)
    const live: LiveShift = {
      shift,
      device,
      ground,
      phase: 'waiting',
      survey: undefined,
      seen: new SeenFollower(ground, this.#options.lastSeen),
      lastMs: Number.NEGATIVE_INFINITY,
      pending: [],
      heardMs: 0,
    }
    this.#shifts.set(shift.id, live)
    for (const oldest of this.#shifts.values()) {
      if (this.#shifts.size <= MAX_SHIFTS) break
      this.#letGo(oldest)
    }
    this.#work.add(`shift ${shift.id}`, () => this.#surveyFromStore(live))
    return live
  }

  #follow(live: LiveShift, survey: ShiftSurvey, rows: Track): void {
    live.seen.add(rows)
    live.seen.rode(survey.add(rows))
    live.lastMs = rows.timeMs[rows.count - 1]!
    this.#untold.add(live)
    this.#telling ??= setTimeout(() => this.#tell(), this.#times.publishMs)
  }

  #surveyAnew(live: LiveShift): void {
    this.#rebuilds++
    live.phase = 'waiting'
    this.#work.add(`shift ${live.shift.id}`, () => this.#surveyFromStore(live), this.#times.rebuildAfterMs)
  }

  /** @throws StoreUnavailable */
  async #surveyFromStore(live: LiveShift): Promise<void> {
    const { shift, device, ground } = live
    if (this.#shifts.get(shift.id) !== live) return
    live.phase = 'reading'
    live.pending = []
    try {
      const survey = new ShiftSurvey(ground, shift)
      live.seen = new SeenFollower(ground, this.#options.lastSeen)
      const untilMs = Math.min(shift.toMs, Date.now() + AHEAD_MS)
      const stored = await this.#options.store.readTrack(device, shift.fromMs, untilMs)
      for (const rows of partsOf(stored)) {
        this.#follow(live, survey, rows)
        await nextTurn()
      }
      let isLate = false
      for (const rows of live.pending) {
        const next = firstRowAt(rows, live.lastMs + 1)
        if (!hasAll(stored, rowsOf(rows, 0, next))) isLate = true
        if (next < rows.count) this.#follow(live, survey, rowsOf(rows, next, rows.count))
      }
      live.survey = survey
      live.phase = 'live'
      if (isLate) this.#surveyAnew(live)
    } catch (error) {
      live.phase = 'waiting'
      throw error
    } finally {
      live.pending = []
    }
  }

  #roam(rows: Track, ground: PatrolGround): void {
    const { device } = rows
    let roaming = this.#roaming.get(device)
    if (roaming?.ground !== ground) {
      if (roaming) settleRoaming(roaming)
      roaming = {
        ground,
        seen: new SeenFollower(ground, this.#options.lastSeen),
        matcher: new Matcher(ground.network()),
        lastMs: Number.NEGATIVE_INFINITY,
        heardMs: 0,
      }
      this.#roaming.set(device, roaming)
    }
    roaming.heardMs = performance.now()
    const next = firstRowAt(rows, roaming.lastMs + 1)
    if (next > 0) this.#late(device, rows.timeMs[0]!, rows.timeMs[next - 1]!)
    if (next === rows.count) return
    const later = rowsOf(rows, next, rows.count)
    roaming.seen.add(later)
    roaming.matcher.add(later)
    roaming.seen.rode(roaming.matcher.takeSettled())
    roaming.lastMs = later.timeMs[later.count - 1]!
  }

  /**
   * Of several late batches of a device it is looked at all the time from the first fix to the last; of a device whose
   * times are all over the years, at the last month of them.
   */
  #late(device: string, fromMs: number, toMs: number): void {
    const known = this.#lateOf.get(device)
    const lastMs = Math.max(toMs, known?.toMs ?? toMs)
    this.#lateOf.set(device, {
      fromMs: Math.max(Math.min(fromMs, known?.fromMs ?? fromMs), lastMs - FIRST_LOOK_MS),
      toMs: lastMs,
    })
    const again = async (): Promise<void> => {
      const late = this.#lateOf.get(device)
      if (!late) return
      await this.#lookAgain(late.fromMs - AROUND_MS, late.toMs + AROUND_MS, new Set([device]))
      // What came late meanwhile may not have been read.
      if (this.#lateOf.get(device) === late) this.#lateOf.delete(device)
      else this.#work.add(`seen by ${device}`, again, this.#times.rebuildAfterMs)
    }
    this.#work.add(`seen by ${device}`, again, this.#times.rebuildAfterMs)
  }

  #lookAgain(fromMs: number, toMs: number, devices?: ReadonlySet<string>): Promise<void> {
    const { store, lastSeen: register, grounds } = this.#options
    const ground = grounds.current()
    return rebuildLastSeen({ store, register, ground, fromMs, toMs, ...(devices ? { devices } : {}) })
  }

  #tell(): void {
    this.#telling = undefined
    for (const live of this.#untold) {
      const { shift, device, survey, lastMs } = live
      // Told when it is whole.
      if (!survey || live.phase === 'reading') continue
      this.#untold.delete(live)
      this.#options.publish(() => ({
        shift: shift.id,
        device,
        at: new Date(lastMs).toISOString(),
        policies: survey.figures(),
      }))
    }
    if (this.#untold.size > 0) this.#telling = setTimeout(() => this.#tell(), this.#times.publishMs)
  }

  #sweep(): void {
    const idleSinceMs = performance.now() - this.#times.idleMs
    for (const live of this.#shifts.values())
      if (live.phase === 'live' && live.heardMs < idleSinceMs) this.#letGo(live)
    for (const [device, roaming] of this.#roaming) {
      if (roaming.heardMs >= idleSinceMs) continue
      settleRoaming(roaming)
      this.#roaming.delete(device)
    }
    try {
      this.#options.lastSeen.flush()
    } catch (error) {
      this.#options.log.error({ err: error }, 'last seen: could not be written, will be tried again')
    }
  }

  #letGo(live: LiveShift): void {
    this.#settle(live)
    this.#shifts.delete(live.shift.id)
    this.#untold.delete(live)
  }

  /** Nothing more comes: the best guess stands. */
  #settle({ survey, seen }: LiveShift): void {
    if (survey) seen.rode(survey.open())
  }
}

function settleRoaming({ seen, matcher }: Roaming): void {
  matcher.finish()
  seen.rode(matcher.takeSettled())
}

const isSame = (a: RunningShift, b: RunningShift): boolean =>
  a.fromMs === b.fromMs && a.toMs === b.toMs && a.grids.join() === b.grids.join()

/** Whether the store gave back each of these times. */
function hasAll(stored: Track, rows: Track): boolean {
  for (let row = 0; row < rows.count; row++)
    if (stored.timeMs[firstRowAt(stored, rows.timeMs[row]!)] !== rows.timeMs[row]) return false
  return true
}
