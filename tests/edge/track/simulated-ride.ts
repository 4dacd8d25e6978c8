import { generateDistrict } from '../../../device-sim/city/district.ts'
import { EbikeRide, type RideTruth } from '../../../device-sim/ebike/ebike-ride.ts'
import { allotBeats } from '../../../device-sim/ebike/fleet.ts'
import type { ReceiverNoise } from '../../../device-sim/ebike/receiver.ts'
import { Random } from '../../../device-sim/random.ts'
import { NmeaDecoder } from '../../../gateway/edge/drivers/nmea/nmea.ts'
import type { GridFeature } from '../../../proto/district.ts'
import type { Fix } from '../../../proto/domain.ts'

const START_MS = Date.UTC(2026, 4, 1)
const EBIKES = 6

/** How far off the receiver is; what is not named is as the simulator has it. */
export const NOISE_LEVELS: Record<'clean' | 'urban' | 'canyon', Partial<ReceiverNoise>> = {
  clean: { sigmaM: 1, canyonSigmaM: 2 },
  urban: {},
  canyon: { sigmaM: 12, canyonSigmaM: 30 },
}
export type NoiseLevel = keyof typeof NOISE_LEVELS

export interface SimulatedRide {
  /** As the gateway's decoder reads them from the receiver's sentences. */
  fixes: Fix[]
  /** Where the e-bike was, by Unix ms. */
  truth: Map<number, RideTruth>
  /** The grids that it patrols. */
  grids: GridFeature[]
}

export function simulatedRide(level: NoiseLevel, seed: number, seconds: number): SimulatedRide {
  const district = generateDistrict(1)
  const beat = allotBeats(district, EBIKES)[seed % EBIKES]!
  const ride = new EbikeRide({
    id: 'ebike-01',
    seed,
    district,
    beat,
    startMs: START_MS,
    noise: NOISE_LEVELS[level],
  })
  const fixes: Fix[] = []
  const truth = new Map<number, RideTruth>()
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (let second = 0; second < seconds; second++) {
    const next = ride.next()
    truth.set(next.timeMs, next.truth)
    decoder.push(next.bytes)
  }
  decoder.end()
  const grids = district.grids.features.filter((grid) => beat.includes(grid.properties.code))
  return { fixes, truth, grids }
}

/**
 * The fixes with some of them thrown 60 to 500 m aside for 1 to 3 s, as reflections do, while the told speed stays:
 * some ten times an hour.
 */
export function withWildFixes(fixes: Fix[], seed: number): { fixes: Fix[]; wild: Set<Fix> } {
  const random = new Random(seed, 'wild fixes')
  const wild = new Set<Fix>()
  let left = 0
  let off = { lat: 0, lon: 0 }
  const out = fixes.map((fix) => {
    if (left === 0 && random.chance(10 / 3600)) {
      left = random.integer(1, 3)
      const offM = random.between(60, 500)
      const angle = random.between(0, 2 * Math.PI)
      off = { lat: (offM * Math.cos(angle)) / 111_000, lon: (offM * Math.sin(angle)) / 95_000 }
    }
    if (left === 0) return fix
    left--
    const moved = { ...fix, lat: fix.lat + off.lat, lon: fix.lon + off.lon }
    wild.add(moved)
    return moved
  })
  return { fixes: out, wild }
}
