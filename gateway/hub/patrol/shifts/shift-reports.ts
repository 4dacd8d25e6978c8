import type { ShiftCheckSettings } from '../../../../proto/catalogue/shift-checks.ts'
import type { ShiftReport } from '../../../../proto/patrol-http.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import type { GridArea } from '../grids/grid-area.ts'
import type { GatewayLife } from '../tracks/gap-causes.ts'
import { CopySearch } from './copy-search.ts'
import { examineShift } from './examine-shift.ts'
import type { Shift, Span } from './patrol-plan.ts'

/** Reports of shifts on demand: reads what a shift is judged by, judges it, and keeps nothing of the result. */
export interface ReportSources {
  store: Pick<TrackStore, 'readTrack' | 'devicesBetween'>
  settings: ShiftCheckSettings
  /** Undefined where the register of grids has none of these codes. */
  areaOf: (codes: readonly string[]) => GridArea | undefined
  /** Of the gateway that brings a device's fixes; undefined where nothing is known of it. */
  lifeOf?: (device: string, range: Span) => GatewayLife | undefined
}

export class ShiftReports {
  readonly #sources: ReportSources
  readonly #copies: CopySearch

  constructor(sources: ReportSources) {
    this.#sources = sources
    this.#copies = new CopySearch(sources.store)
  }

  /** A running shift is read to its end: fixes of the future are a finding. @throws StoreUnavailable */
  async of(shift: Shift, nowMs: number): Promise<ShiftReport> {
    const { store, settings, areaOf, lifeOf } = this.#sources
    const { device, fromMs, toMs } = shift
    const track = await store.readTrack(device, fromMs, toMs)
    const originals = await this.#copies.originals(shift, track, settings['position-copied'].days)
    const area = areaOf(shift.grids)
    const life = lifeOf?.(device, { fromMs, toMs: Math.max(fromMs, Math.min(toMs, nowMs)) })
    return examineShift({ shift, track, area, life, originals, nowMs }, settings)
  }
}
