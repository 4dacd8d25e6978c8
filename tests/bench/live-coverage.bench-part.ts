import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { allotBeats } from '../../device-sim/ebike/fleet.ts'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { surveyComponents } from '../../gateway/hub/patrol/coverage/components.ts'
import { LastSeenRegister } from '../../gateway/hub/patrol/coverage/last-seen.ts'
import { LiveCoverages } from '../../gateway/hub/patrol/coverage/live-coverage.ts'
import { storedRows } from '../../gateway/hub/patrol/coverage/live-coverage-rows.ts'
import { surveyRoad } from '../../gateway/hub/patrol/coverage/road.ts'
import { StreetMatching } from '../../gateway/hub/patrol/coverage/road-matching.ts'
import { GridComponents } from '../../gateway/hub/patrol/ground/grid-components.ts'
import { PatrolGround } from '../../gateway/hub/patrol/ground/patrol-ground.ts'
import { Matcher } from '../../gateway/hub/patrol/streets/matcher.ts'
import { openTrackStore } from '../../gateway/hub/stores/open-track-store.ts'
import type { TrackStore } from '../../gateway/hub/stores/track-store.ts'
import { loadPatrolRules } from '../../proto/catalogue/patrol-rules.ts'
import type { Fix } from '../../proto/domain.ts'
import { type BenchRow, benchRow, median } from './row.ts'

const RIDE_S = 2 * 3600
/** As many as a gateway sends at a time. */
const BATCH = 30
const RUNS = 7
const DEVICE = 'ebike-01'

/**
 * What a fix costs a running shift of all policies, the register of what was last seen and a look at the figures after
 * each batch among it, beside decoding the same fix from its receiver's sentences and beside writing it to SQLite; and
 * road and component coverage of a whole track beside matching alone and beside decoding. Runs alternate.
 */
export async function benchLiveCoverage(log: (line: string) => void): Promise<BenchRow[]> {
  const district = generateDistrict(1)
  const beat = allotBeats(district, 6)[1]!
  const ride = new EbikeRide({ id: DEVICE, seed: 7, district, beat, startMs: Date.UTC(2026, 4, 1) })
  const chunks = Array.from({ length: RIDE_S }, () => ride.next().bytes)
  const fixes = decode(chunks)
  const ground = new PatrolGround(
    {
      grids: district.grids.features,
      streets: district.streets.features,
      components: district.components.features,
    },
    loadPatrolRules(),
  )
  const track = storedRows(DEVICE, fixes)!
  const roads = ground.grids.map((grid) => ground.road(grid))
  const components = ground.grids.map(
    (grid) => new GridComponents(grid, ground.componentsIn(grid.properties.code)),
  )
  log(
    `${fixes.length} fixes, ${ground.grids.length} grids, ${ground.network().parts.length} street parts, ` +
      `${district.components.features.length} components`,
  )
  const folder = await mkdtemp(join(tmpdir(), 'gridpatrol-bench-'))
  try {
    const contenders: Record<string, (run: number) => Promise<number>> = {
      live: (run) => liveMs(fixes, ground, join(folder, `seen-${run}`)),
      decode: async () => timed(() => decode(chunks)),
      write: async (run) => {
        const store = await openTrackStore({ kind: 'sqlite' }, join(folder, `tracks-${run}`))
        const startMs = performance.now()
        for (let from = 0; from < fixes.length; from += BATCH)
          await store.write({
            fixes: [{ device: DEVICE, fixes: fixes.slice(from, from + BATCH) }],
            readings: [],
          })
        const ms = performance.now() - startMs
        await store.close()
        return ms
      },
      road: async () =>
        timed(() => {
          const survey = surveyRoad(roads, new StreetMatching(() => new Matcher(ground.network())))
          survey.add(track)
          return survey.result()
        }),
      matching: async () =>
        timed(() => {
          const matcher = new Matcher(ground.network())
          matcher.add(track)
          return matcher.open()
        }),
      components: async () =>
        timed(() => {
          const survey = surveyComponents(components)
          survey.add(track)
          return survey.result()
        }),
    }
    const us: Record<string, number[]> = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
    for (let run = 0; run <= RUNS; run++)
      for (const [name, work] of Object.entries(contenders)) {
        const ms = await work(run)
        // The first round is for the compiler.
        if (run > 0) us[name]!.push((ms * 1000) / fixes.length)
      }
    for (const [name, values] of Object.entries(us))
      log(`${name}: ${values.map((value) => value.toFixed(2)).join(' ')} µs a fix`)
    const of = (name: string): number => median(us[name]!)
    const rate = (name: string): number => 1e6 / of(name)
    return [
      benchRow(
        'live update of a fix, all policies',
        'µs',
        of('live'),
        'NMEA decoding of the same fix',
        of('decode'),
      ),
      benchRow('live update of a fix, all policies', 'µs', of('live'), 'writing it to SQLite', of('write')),
      benchRow('road coverage', 'fixes/s', rate('road'), 'map matching alone', rate('matching')),
      benchRow('component pass-by', 'fixes/s', rate('components'), 'NMEA decoding', rate('decode')),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function liveMs(fixes: Fix[], ground: PatrolGround, folder: string): Promise<number> {
  const lastSeen = new LastSeenRegister(folder, (code) => ground.grid(code))
  const [first, last] = [fixes[0]!.timeMs, fixes.at(-1)!.timeMs]
  const shift = {
    id: 'bench',
    grids: ground.grids.map(({ properties }) => properties.code),
    fromMs: first,
    toMs: last + 1,
  }
  const live = new LiveCoverages({
    shifts: { of: () => [shift] },
    grounds: { current: () => ground },
    store: NOTHING_STORED,
    lastSeen,
    publish: () => {},
    log: silentLog(),
  })
  // The first batch has the shift surveyed from the store, which is empty.
  live.take(DEVICE, fixes.slice(0, 1))
  await live.idle()
  const ms = timed(() => {
    for (let from = 1; from < fixes.length; from += BATCH) {
      live.take(DEVICE, fixes.slice(from, from + BATCH))
      live.figures(shift.id)
    }
  })
  await live.close()
  lastSeen.close()
  return ms
}

const NOTHING_STORED: Pick<TrackStore, 'devicesBetween' | 'readTrack'> = {
  devicesBetween: async () => [],
  readTrack: async (device) => {
    const none = new Float64Array()
    return {
      device,
      count: 0,
      timeMs: none,
      lat: none,
      lon: none,
      altM: none,
      speedMps: none,
      courseDeg: none,
      hdop: none,
      satellites: none,
      quality: none,
      accuracyM: none,
    }
  },
}

function timed(work: () => unknown): number {
  const startMs = performance.now()
  work()
  return performance.now() - startMs
}

function decode(chunks: Uint8Array[]): Fix[] {
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
  return fixes
}
