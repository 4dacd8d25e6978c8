import type { ShiftCheckSettings } from '../../../../proto/catalogue/shift-checks.ts'
import type { Finding, Shift as ShiftJson, ShiftReport } from '../../../../proto/patrol-http.ts'
import type { Track } from '../../stores/track-store.ts'
import type { GridArea } from '../grids/grid-area.ts'
import type { GatewayLife } from '../tracks/gap-causes.ts'
import { summarise, type TrackSummary } from '../tracks/summary.ts'
import type { Found, Original, ShiftUnderCheck } from './checks/check.ts'
import { CHECKS } from './checks/checks.ts'
import { integrityOf } from './integrity.ts'
import type { Shift } from './patrol-plan.ts'
import { workedMs } from './planned-time.ts'
import { replayLink } from './replay-link.ts'
import { shiftColumns } from './shift-columns.ts'

/**
 * What a shift amounts to (班次报告). In: the plan of a shift, the track of its device inside it, and what is known
 * around; out: findings with their evidence, the figures, and an integrity score. The same code judges a running shift
 * and one of last month. Nothing is kept and nothing fails; findings mark and ask, and never delete data.
 */

export interface ShiftEvidence {
  shift: Shift
  /** Fixes of the shift's device, from ≤ time < to. */
  track: Track
  /** Absent where the register of grids has none of the beat's. */
  area?: GridArea | undefined
  /** Of the gateway that brings the device's fixes. */
  life?: GatewayLife | undefined
  originals?: readonly Original[]
  /** When the hub got each row, where that is known. */
  receivedMs?: Float64Array
  nowMs: number
}

export function examineShift(evidence: ShiftEvidence, settings: ShiftCheckSettings): ShiftReport {
  const { shift, track, area, nowMs } = evidence
  const summary = summaryOf(evidence, settings)
  const findings = findingsOf(evidence, summary, settings)
  const dueMs = workedMs(
    { fromMs: shift.fromMs, toMs: Math.max(shift.fromMs, Math.min(shift.toMs, nowMs)) },
    shift.breaks,
  )
  const onDutyS = summary.onDutyS ?? 0
  const gapsS: Record<string, number> = {}
  for (const { cause, durationS } of summary.gaps) gapsS[cause] = (gapsS[cause] ?? 0) + durationS
  return {
    shift: shiftJson(shift, nowMs),
    onDutyS,
    attendance: dueMs === 0 ? 0 : Math.min(1, (onDutyS * 1000) / dueMs),
    distanceM: summary.distanceM,
    effectiveM: summary.effectiveM,
    // Without an area anywhere is as good, and without a fix nobody is anywhere.
    inArea: summary.inArea ?? (area === undefined && track.count > 0 ? 1 : 0),
    movingS: summary.movingS,
    stops: summary.stops.length,
    gapsS,
    findings,
    integrity: integrityOf(findings, settings),
  }
}

/** The streets that bound a beat belong to it, as far as the margin of "out of area" reaches at the least. */
function summaryOf(
  { shift, track, area, life, nowMs }: ShiftEvidence,
  settings: ShiftCheckSettings,
): TrackSummary {
  const { fromMs, toMs, breaks } = shift
  const { marginMinM } = settings['out-of-area']
  const contains = area && ((lat: number, lon: number): boolean => area.outsideM(lat, lon) <= marginMinM)
  return summarise(track, fromMs, toMs, {
    shifts: [{ fromMs, toMs, breaks, area: contains }],
    life,
    nowMs: Math.min(nowMs, toMs),
  })
}

function findingsOf(
  { shift, track, area, originals = [], receivedMs, nowMs }: ShiftEvidence,
  summary: TrackSummary,
  settings: ShiftCheckSettings,
): Finding[] {
  const spanOf = ({ from, to }: { from: string; to: string }) => ({
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
  })
  const under: ShiftUnderCheck = {
    shift,
    track,
    columns: shiftColumns(track, settings.goodFix, area),
    gaps: summary.gaps.map((gap) => ({ ...spanOf(gap), cause: gap.cause })),
    stops: summary.stops.map((stop) => ({ ...spanOf(stop), lat: stop.lat, lon: stop.lon })),
    originals,
    settings,
    nowMs,
    ...(area ? { area } : {}),
    ...(receivedMs ? { receivedMs } : {}),
  }
  return CHECKS.flatMap(({ kind, find }) => find(under).map((found) => toFinding(shift, kind, found))).sort(
    (a, b) => Date.parse(a.from) - Date.parse(b.from),
  )
}

function toFinding(shift: Shift, kind: Finding['kind'], found: Found): Finding {
  const { fromMs, toMs, evidence, text, lat, lon } = found
  return {
    id: `${shift.id}-${kind}-${Math.round(fromMs).toString(36)}`,
    kind,
    shift: shift.id,
    device: shift.device,
    from: iso(fromMs),
    to: iso(toMs),
    evidence,
    text,
    ...(lat === undefined || lon === undefined ? {} : { lat, lon }),
    replay: replayLink(shift, fromMs),
  }
}

/** A shift as the API shows it. */
export function shiftJson(shift: Shift, nowMs: number): ShiftJson {
  const { id, device, inspector, beat, grids, fromMs, toMs, breaks } = shift
  return {
    id,
    device,
    ...(inspector === undefined ? {} : { inspector }),
    ...(beat === undefined ? {} : { beat }),
    grids,
    from: iso(fromMs),
    to: iso(toMs),
    breaks: breaks.map((rest) => ({ from: iso(rest.fromMs), to: iso(rest.toMs) })),
    running: fromMs <= nowMs && nowMs < toMs,
  }
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
