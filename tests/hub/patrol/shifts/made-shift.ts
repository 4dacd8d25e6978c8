import { GridArea } from '../../../../gateway/hub/patrol/grids/grid-area.ts'
import type { Original } from '../../../../gateway/hub/patrol/shifts/checks/check.ts'
import { examineShift } from '../../../../gateway/hub/patrol/shifts/examine-shift.ts'
import type { Shift } from '../../../../gateway/hub/patrol/shifts/patrol-plan.ts'
import { loadShiftChecks } from '../../../../proto/catalogue/shift-checks.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import type { Fix } from '../../../../proto/domain.ts'
import type { Finding, FindingKind, ShiftReport } from '../../../../proto/patrol-http.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../made-track.ts'

export const SETTINGS = loadShiftChecks()
export const HOUR_S = 3600

/** A square beat of 1 km: an equal circle has a radius of 564 m, so that the margin is 56 m. */
export const BEAT: GridFeature = square('310101001001001', 0, 0, 1000)

export function square(code: string, eastM: number, northM: number, sideM: number): GridFeature {
  const corners = [
    at(eastM, northM),
    at(eastM + sideM, northM),
    at(eastM + sideM, northM + sideM),
    at(eastM, northM + sideM),
    at(eastM, northM),
  ]
  return {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [corners.map(({ lon, lat }) => [lon, lat])] },
    properties: { code, name: code },
  }
}

/** One hour from 08:00 China time on. */
export const SHIFT: Shift = {
  id: 'shift-1',
  device: 'bike-1',
  grids: [BEAT.properties.code],
  fromMs: START_MS,
  toMs: START_MS + HOUR_S * 1000,
  breaks: [],
}

/** Seconds of the shift as a span. */
export const seconds = (fromS: number, toS: number) => ({
  fromMs: START_MS + fromS * 1000,
  toMs: START_MS + toS * 1000,
})

/** Up and down a street of 800 m at 4 m/s, with the scatter of a receiver in the open: some decimetres. */
export function honestPlace(s: number): Omit<Fix, 'timeMs'> {
  const along = (4 * s) % 1600
  const northM = 100 + (along <= 800 ? along : 1600 - along)
  return {
    ...at(500 + scatterM(s, 1), northM + scatterM(s, 2)),
    speedMps: 4,
    hdop: 0.8 + (s % 7) / 50,
    satellites: 12 + (s % 3),
    altM: 10 + scatterM(s, 3),
    quality: 'gps',
  }
}

/** Repeatable, within 0.5 m. */
export function scatterM(s: number, stream: number): number {
  const wave = Math.sin(s * 12.9898 + stream * 78.233) * 43758.5453
  return wave - Math.floor(wave) - 0.5
}

/** The whole shift, or a part of it. */
export const honestRide = (fromS = 0, toS = HOUR_S): Fix[] => everySecond(fromS, toS - fromS, honestPlace)

export interface Circumstances {
  shift?: Partial<Shift>
  grids?: GridFeature[]
  originals?: Original[]
  receivedMs?: Float64Array
  nowMs?: number
}

export function examined(fixes: Fix[], circumstances: Circumstances = {}): ShiftReport {
  const { grids = [BEAT], originals = [], receivedMs, nowMs } = circumstances
  const shift = { ...SHIFT, ...circumstances.shift }
  return examineShift(
    {
      shift,
      track: trackOfFixes(fixes, shift.device),
      area: grids.length > 0 ? new GridArea(grids) : undefined,
      originals,
      nowMs: nowMs ?? shift.toMs + 1,
      ...(receivedMs ? { receivedMs } : {}),
    },
    SETTINGS,
  )
}

/** Everything that is found, so that one check's misbehaviour is no other's finding. */
export const foundKinds = (fixes: Fix[], circumstances?: Circumstances): FindingKind[] =>
  examined(fixes, circumstances).findings.map(({ kind }) => kind)

/** The one finding. */
export function theFinding(fixes: Fix[], circumstances?: Circumstances): Finding {
  const { findings } = examined(fixes, circumstances)
  if (findings.length !== 1)
    throw new Error(`expected one finding, found ${JSON.stringify(findings, undefined, 1)}`)
  return findings[0]!
}

/** The ride with some seconds of it changed. */
export const changed = (
  fixes: Fix[],
  fromS: number,
  toS: number,
  change: (fix: Fix, s: number) => Fix | undefined,
): Fix[] =>
  fixes.flatMap((fix) => {
    const s = (fix.timeMs - START_MS) / 1000
    return s >= fromS && s < toS ? (change(fix, s) ?? []) : fix
  })

/** Enough for a kilometre without a jump, too little for a finding. */
const BETWEEN_S = 30

/** As `changed`, with silence on the way there and back. */
export const apart = (
  fixes: Fix[],
  fromS: number,
  toS: number,
  change: (fix: Fix, s: number) => Fix | undefined,
): Fix[] =>
  changed(fixes, fromS - BETWEEN_S, toS + BETWEEN_S, (fix, s) =>
    s >= fromS && s < toS ? change(fix, s) : undefined,
  )
