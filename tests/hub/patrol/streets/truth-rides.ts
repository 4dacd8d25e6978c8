import { EbikeRide, type RideTruth } from '../../../../device-sim/ebike/ebike-ride.ts'
import { GaussMarkov } from '../../../../device-sim/ebike/gauss-markov.ts'
import type { ReceiverNoise } from '../../../../device-sim/ebike/receiver.ts'
import type { Surroundings } from '../../../../device-sim/ebike/surroundings.ts'
import { Random } from '../../../../device-sim/random.ts'
import { NmeaDecoder } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import { distanceM, metresPerDegree } from '../../../../gateway/hub/patrol/distance.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { trackOfFixes } from '../made-track.ts'
import { realOrMadeDistrict } from './huangpu.ts'

/**
 * Rides of a simulated e-bike on real streets, with what is true beside what its receiver made of it. In: a seed and
 * how bad the sky is; out: the track as the hub would store it, and second by second the part that was ridden.
 */

export type TruthNoise = 'clean' | 'urban' | 'canyon'
export const TRUTH_NOISES: readonly TruthNoise[] = ['clean', 'urban', 'canyon']

export interface TruthRide {
  /** As the gateway's decoder reads it from the receiver's sentences. */
  track: Track
  /** One a second. */
  truth: TrueSecond[]
  network: StreetNetwork
}

export interface TrueSecond {
  timeMs: number
  lat: number
  lon: number
  speedMps: number
  courseDeg: number
  /** Index of the network's part. */
  part: number
  alongM: number
}

const START_MS = Date.UTC(2026, 4, 1)

/**
 * `clean`: open sky. `urban`: a third of the streets are canyons with echoes. `canyon`: all of them, as bad as measured
 * in real ones (median error 36 m, 95 % within 300 m, a track some 30 % too long), by {@link withCanyonError}.
 */
const SKIES: Record<TruthNoise, { noise: Partial<ReceiverNoise>; surroundings: Partial<Surroundings> }> = {
  clean: { noise: { sigmaM: 2.5, coldStart: false }, surroundings: { canyonShare: 0 } },
  urban: { noise: { canyonSigmaM: 12, multipathPerHour: 30 }, surroundings: { canyonShare: 0.35 } },
  canyon: { noise: { sigmaM: 2.5 }, surroundings: { canyonShare: 0 } },
}

/** @throws RangeError for options that the simulator refuses. */
export function truthRide(options: { seed: number; noise: TruthNoise; hours: number }): TruthRide {
  const { seed, noise, hours } = options
  const { ridden, network } = realOrMadeDistrict()
  const ride = new EbikeRide({
    id: `bike-${seed}`,
    seed,
    district: ridden,
    beat: ridden.grids.features.map((grid) => grid.properties.code),
    startMs: START_MS,
    ...SKIES[noise],
  })
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  const truth: TrueSecond[] = []
  for (let second = 0; second < hours * 3600; second++) {
    const next = ride.next()
    truth.push(onPart(next.truth, network))
    decoder.push(next.bytes)
  }
  decoder.end()
  const kept = noise === 'canyon' ? withCanyonError(fixes, seed) : fixes
  return { track: trackOfFixes(kept, `bike-${seed}`), truth, network }
}

/** Where the rider of the simulator's own graph is on the network: at most a snap of two points away. */
function onPart(
  { timeMs, lat, lon, speedMps, courseDeg, onStreet }: RideTruth,
  network: StreetNetwork,
): TrueSecond {
  const feet = network.near(lat, lon, 5)
  const foot =
    feet.find(({ part, distanceM }) => network.parts[part]!.street === onStreet && distanceM < 3) ?? feet[0]
  if (!foot) throw new Error(`no street of the network within 5 m of ${lat}, ${lon} on street ${onStreet}`)
  return { timeMs, lat, lon, speedMps, courseDeg, part: foot.part, alongM: foot.alongM }
}

/** Chosen so that the errors come out as measured; a test holds them to it. */
const CANYON_SIGMA_M = 33
const CANYON_SPREAD = 1.2
const WANDER_S = 120
const SMOOTH_S = 40
const SPREAD_S = 240

/**
 * Errors that wander as those among high walls do: smooth for some seconds, of a size that itself swells and ebbs (a
 * log-normal mixture of normal errors, hence the long tail). HDOP tells of the size as weakly as receivers do.
 */
function withCanyonError(fixes: Fix[], seed: number): Fix[] {
  const random = new Random(seed, 'canyon error')
  const [east, north, size] = [WANDER_S, WANDER_S, SPREAD_S].map((s) => smooth(s, random))
  return fixes.map((fix) => {
    const [eastM, northM] = [east!(), north!()]
    const sigmaM = CANYON_SIGMA_M * Math.exp(CANYON_SPREAD * size!())
    const perDegree = metresPerDegree(fix.lat)
    return {
      ...fix,
      lat: fix.lat + (northM * sigmaM) / perDegree.lat,
      lon: fix.lon + (eastM * sigmaM) / perDegree.lon,
      hdop: Math.round(Math.min(9.9, 0.8 + sigmaM / 25 + random.between(0, 0.6)) * 10) / 10,
    }
  })
}

/** Noise of unit variance, once a second, without leaps. */
function smooth(correlationS: number, random: Random): () => number {
  const noise = new GaussMarkov(correlationS, 1, random)
  // What smoothing takes from the variance.
  const gain = Math.sqrt((correlationS + SMOOTH_S) / correlationS)
  let value = noise.next()
  return () => {
    value += (noise.next() - value) / SMOOTH_S
    return gain * value
  }
}

/** Metres between each fix and the truth, ascending, and how much longer the track is than the way. */
export function errorsOf({ track, truth }: TruthRide): { sortedM: Float64Array; lengthRatio: number } {
  const trueAt = new Map(truth.map((second) => [second.timeMs, second]))
  const sortedM = new Float64Array(track.count)
  let [trackM, wayM] = [0, 0]
  let last: TrueSecond | undefined
  for (let row = 0; row < track.count; row++) {
    const second = trueAt.get(track.timeMs[row]!)!
    sortedM[row] = distanceM(track.lat[row]!, track.lon[row]!, second.lat, second.lon)
    if (last && second.timeMs - last.timeMs === 1000) {
      wayM += distanceM(last.lat, last.lon, second.lat, second.lon)
      trackM += distanceM(track.lat[row - 1]!, track.lon[row - 1]!, track.lat[row]!, track.lon[row]!)
    }
    last = second
  }
  return { sortedM: sortedM.sort(), lengthRatio: trackM / wayM }
}
