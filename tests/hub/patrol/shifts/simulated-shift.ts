import { generateDistrict } from '../../../../device-sim/city/district.ts'
import { EbikeRide, type EbikeRideOptions } from '../../../../device-sim/ebike/ebike-ride.ts'
import { allotBeats } from '../../../../device-sim/ebike/fleet.ts'
import { NmeaDecoder } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { GridArea } from '../../../../gateway/hub/patrol/grids/grid-area.ts'
import { examineShift } from '../../../../gateway/hub/patrol/shifts/examine-shift.ts'
import type { Shift } from '../../../../gateway/hub/patrol/shifts/patrol-plan.ts'
import { TrackPrints } from '../../../../gateway/hub/patrol/shifts/track-prints.ts'
import type { Fix } from '../../../../proto/domain.ts'
import type { ShiftReport } from '../../../../proto/patrol-http.ts'
import { trackOfFixes } from '../made-track.ts'
import { SETTINGS } from './made-shift.ts'

const DISTRICT = generateDistrict(1)
const EBIKES = 6
export const BEATS = allotBeats(DISTRICT, EBIKES)
/** 08:00 in China. */
export const SHIFT_FROM_MS = Date.UTC(2026, 4, 1)

export interface SimulatedShift {
  shift: Shift
  /** As the gateway's decoder reads them, before any filter. */
  fixes: Fix[]
}

/** A patrol of the simulator in one of the city's beats. */
export function simulatedShift(
  id: string,
  seed: number,
  hours: number,
  options: Partial<EbikeRideOptions> = {},
): SimulatedShift {
  const beat = BEATS[seed % EBIKES]!
  const ride = new EbikeRide({ id, seed, district: DISTRICT, beat, startMs: SHIFT_FROM_MS, ...options })
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      const last = fixes.at(-1)?.timeMs ?? 0
      // The store keeps one fix a time, in order.
      if (timeMs !== undefined && timeMs > last) fixes.push({ ...rest, timeMs })
    },
  })
  const endMs = SHIFT_FROM_MS + hours * 3_600_000
  while (ride.nextMs < endMs) decoder.push(ride.next().bytes)
  decoder.end()
  return {
    shift: { id, device: id, grids: [...beat], fromMs: SHIFT_FROM_MS, toMs: endMs, breaks: [] },
    fixes: fixes.filter(({ timeMs }) => timeMs >= SHIFT_FROM_MS && timeMs < endMs),
  }
}

/** Judged as the hub does, beside the others of the same day. */
export function reportOf(
  { shift, fixes }: SimulatedShift,
  others: readonly SimulatedShift[] = [],
): ShiftReport {
  const track = trackOfFixes(fixes, shift.device)
  const tracks = new Map([
    ...others.map((other) => [other.shift.device, trackOfFixes(other.fixes, other.shift.device)] as const),
    [shift.device, track],
  ])
  const prints = new TrackPrints()
  for (const each of tracks.values()) prints.add(each)
  const grids = DISTRICT.grids.features.filter(({ properties }) => shift.grids.includes(properties.code))
  return examineShift(
    {
      shift,
      track,
      area: new GridArea(grids),
      originals: prints
        .leads(track)
        .slice(0, 5)
        .map(({ device, lagMs }) => ({ track: tracks.get(device)!, lagMs })),
      nowMs: shift.toMs + 1,
    },
    SETTINGS,
  )
}
