import type { ShiftCheckSettings } from '../../../../../proto/catalogue/shift-checks.ts'
import type { FindingKind } from '../../../../../proto/patrol-http.ts'
import type { Track } from '../../../stores/track-store.ts'
import type { GridArea } from '../../grids/grid-area.ts'
import type { TypedGap } from '../../tracks/gap-causes.ts'
import type { Shift, Span } from '../patrol-plan.ts'
import type { ShiftColumns } from '../shift-columns.ts'

/** What a check may look at. */
export interface ShiftUnderCheck {
  shift: Shift
  /** The fixes of the shift's device inside the shift. */
  track: Track
  columns: ShiftColumns
  /** Absent where the register of grids has none of the beat's. */
  area?: GridArea
  /** Typed gaps inside the shift, in order. */
  gaps: readonly TypedGap[]
  /** Stops inside the shift, in order. */
  stops: readonly StopAt[]
  /** Tracks that have runs of the same positions. */
  originals: readonly Original[]
  /** When the hub got each row, where that is known (NaN: not). */
  receivedMs?: Float64Array
  settings: ShiftCheckSettings
  /** A shift whose end is later is still running. */
  nowMs: number
}

export interface StopAt extends Span {
  lat: number
  lon: number
}

/** A track with positions that came up again `lagMs` later; 0: at the same time. */
export interface Original {
  track: Track
  lagMs: number
}

/** What a check found: a span with its evidence. */
export interface Found extends Span {
  /** Quantity with its unit → value. */
  evidence: Record<string, number | string>
  text: { zh: string; en: string }
  lat?: number
  lon?: number
}

/** One check (核查项): a pure function, in order of time, nothing of a kind within its joinS of the next. */
export interface ShiftCheck {
  kind: FindingKind
  find(under: ShiftUnderCheck): Found[]
}
