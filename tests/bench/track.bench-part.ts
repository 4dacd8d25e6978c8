import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { allotBeats } from '../../device-sim/ebike/fleet.ts'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { TrackFilter } from '../../gateway/edge/track/track-filter.ts'
import { TrackFilterConfig, type TrackFilterOptions } from '../../gateway/edge/track/track-filter-config.ts'
import type { Fix } from '../../proto/domain.ts'
import { type BenchRow, median } from './row.ts'

const RIDE_S = 4 * 3600
const ROUNDS_A_RUN = 10
const RUNS = 7
const PEER = 'NMEA decoding of the same fixes'

/**
 * Fixes a second on one thread through the track filter, as it is by default and with sampling, beside decoding the
 * same fixes from the receiver's sentences (eight to eleven a fix). Runs alternate.
 */
export async function benchTrackFilter(log: (line: string) => void): Promise<BenchRow[]> {
  const chunks = sentencesOfRide()
  const fixes: Fix[] = []
  decode(chunks, fixes)
  log(`${fixes.length} fixes of ${RIDE_S / 3600} simulated hours, ${ROUNDS_A_RUN} times a run`)
  const contenders: Record<string, () => unknown> = {
    'track filter, default': () => filter(fixes, TrackFilterConfig.parse({})),
    'track filter, with sampling': () => filter(fixes, TrackFilterConfig.parse({ sampling: {} })),
    [PEER]: () => decode(chunks, []),
  }
  const rates = Object.fromEntries(Object.keys(contenders).map((contender) => [contender, [] as number[]]))
  for (let run = 0; run <= RUNS; run++) {
    for (const [contender, work] of Object.entries(contenders)) {
      const startMs = performance.now()
      for (let round = 0; round < ROUNDS_A_RUN; round++) work()
      const seconds = (performance.now() - startMs) / 1000
      // The first round is for the compiler.
      if (run > 0) rates[contender]!.push((fixes.length * ROUNDS_A_RUN) / seconds)
    }
  }
  for (const [contender, values] of Object.entries(rates))
    log(`${contender}: ${values.map((rate) => (rate / 1e6).toFixed(2)).join(' ')} M fixes/s`)
  const peerValue = median(rates[PEER]!)
  return Object.keys(contenders)
    .filter((name) => name !== PEER)
    .map((name) => {
      const value = median(rates[name]!)
      return { name, value, unit: 'fixes/s', peer: PEER, peerValue, ratio: value / peerValue }
    })
}

function sentencesOfRide(): Uint8Array[] {
  const district = generateDistrict(1)
  const beat = allotBeats(district, 6)[1]!
  const ride = new EbikeRide({ id: 'ebike-01', seed: 7, district, beat, startMs: Date.UTC(2026, 4, 1) })
  return Array.from({ length: RIDE_S }, () => ride.next().bytes)
}

function decode(chunks: Uint8Array[], fixes: Fix[]): void {
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
}

function filter(fixes: Fix[], options: TrackFilterOptions): number {
  let kept = 0
  const track = new TrackFilter(options, () => {
    kept++
  })
  for (const fix of fixes) track.push(fix)
  track.flush()
  return kept
}
