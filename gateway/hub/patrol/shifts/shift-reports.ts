import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ShiftCheckSettings } from '../../../../proto/catalogue/shift-checks.ts'
import type { ShiftReport } from '../../../../proto/patrol-http.ts'
import type { Track, TrackStore } from '../../stores/track-store.ts'
import type { GridArea } from '../grids/grid-area.ts'
import type { GatewayLife } from '../tracks/gap-causes.ts'
import { CopySearch } from './copy-search.ts'
import { examineShift } from './examine-shift.ts'
import type { Turn } from './pace.ts'
import type { Shift, Span } from './patrol-plan.ts'

/**
 * Judges shifts: reads what a shift is judged by, its own track once, and keeps nothing of the result. The event loop has
 * turns in between, so that records are taken in meanwhile.
 */
export interface ReportSources {
  store: Pick<TrackStore, 'readTrack' | 'devicesBetween'>
  settings: ShiftCheckSettings
  /** Undefined where the register of grids has none of these codes. */
  areaOf: (codes: readonly string[]) => GridArea | undefined
  /** Of the gateway that brings a device's fixes; undefined where nothing is known of it. */
  lifeOf?: (device: string, range: Span) => GatewayLife | undefined
  /** What a shift covered, by policy, from its track; absent: reports have none. */
  coverageOf?: (shift: Shift, track: Track, turn: Turn) => Promise<NonNullable<ShiftReport['coverage']>>
}

export interface Judged {
  report: ShiftReport
  /** How many it rests on, inside the shift. */
  fixes: number
}

interface Examined {
  report: ShiftReport
  track: Track
}

export class ShiftReports {
  readonly #sources: ReportSources
  readonly #copies: CopySearch

  constructor(sources: ReportSources) {
    this.#sources = sources
    this.#copies = new CopySearch(sources.store)
  }

  /**
   * The whole report. A running shift is read to its end: fixes of the future are a finding.
   * @param turn absent: somebody waits for the answer.
   * @throws StoreUnavailable
   */
  async judge(shift: Shift, nowMs: number, turn?: Turn): Promise<Judged> {
    const { report, track } = await this.#examine(shift, nowMs, turn)
    const { coverageOf } = this.#sources
    const fixes = track.count
    if (!coverageOf) return { report, fixes }
    return { report: { ...report, coverage: await coverageOf(shift, track, turn ?? nextTurn) }, fixes }
  }

  /** All but the coverage, which takes longest. @throws StoreUnavailable */
  async examine(shift: Shift, nowMs: number): Promise<ShiftReport> {
    return (await this.#examine(shift, nowMs)).report
  }

  async #examine(shift: Shift, nowMs: number, turn?: Turn): Promise<Examined> {
    const { store, settings, areaOf, lifeOf } = this.#sources
    const { device, fromMs, toMs } = shift
    const track = await store.readTrack(device, fromMs, toMs)
    const originals = await this.#copies.originals(shift, track, settings['position-copied'].days, turn)
    await (turn ?? nextTurn)()
    const area = areaOf(shift.grids)
    const life = lifeOf?.(device, { fromMs, toMs: Math.max(fromMs, Math.min(toMs, nowMs)) })
    const report = examineShift({ shift, track, area, life, originals, nowMs }, settings)
    await (turn ?? nextTurn)()
    return { report, track }
  }
}
