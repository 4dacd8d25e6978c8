import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildNetwork } from '../../gateway/hub/patrol/streets/build-network.ts'
import { Matcher } from '../../gateway/hub/patrol/streets/matcher.ts'
import type { StreetNetwork } from '../../gateway/hub/patrol/streets/street-network.ts'
import { fixOf } from '../../gateway/hub/stores/fix-columns.ts'
import { openTrackStore } from '../../gateway/hub/stores/open-track-store.ts'
import type { Track } from '../../gateway/hub/stores/track-store.ts'
import type { StreetFeature } from '../../proto/district.ts'
import { realOrMadeDistrict } from '../hub/patrol/streets/huangpu.ts'
import { nearestStreets } from '../hub/patrol/streets/nearest-streets.ts'
import { truthRide } from '../hub/patrol/streets/truth-rides.ts'

import { type BenchRow, benchRow, median } from './row.ts'

const HOURS = 8
const RUNS = 7
const SIGHT_M = 15
/** Parts of a district of 745 km². */
const LARGE_PARTS = 60_000

/**
 * A shift of 8 h at 1 Hz on the streets of Huangpu (the simulator's where those are not at hand): map matching beside
 * the least that anything could do, which is to credit the nearest street within sight, and beside reading the same
 * track from the SQLite store; once fix by fix as a running shift has it; and the network of a whole district built.
 * Runs alternate.
 */
export async function benchMatching(log: (line: string) => void): Promise<BenchRow[]> {
  const { track, network } = truthRide({ seed: 7, noise: 'urban', hours: HOURS })
  const folder = await mkdtemp(join(tmpdir(), 'gridpatrol-bench-'))
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  try {
    const { device, timeMs, count } = track
    await store.write({
      fixes: [{ device, fixes: Array.from({ length: count }, (_, row) => fixOf(track, row)) }],
      readings: [],
    })
    const rate = { matched: [] as number[], nearest: [] as number[], read: [] as number[] }
    const liveUs: number[] = []
    for (let run = 0; run <= RUNS; run++) {
      const matchedMs = await timed(() => matchAll(track, network))
      const nearestMs = await timed(() => nearestStreets(track, network, SIGHT_M))
      const readMs = await timed(() => store.readTrack(device, timeMs[0]!, timeMs[count - 1]! + 1))
      const liveMs = await timed(() => matchLive(track, network))
      // The first round is for the compiler.
      if (run === 0) continue
      rate.matched.push((count / matchedMs) * 1000)
      rate.nearest.push((count / nearestMs) * 1000)
      rate.read.push((count / readMs) * 1000)
      liveUs.push((liveMs / count) * 1000)
    }
    log(`${count} fixes; matched ${rate.matched.map(Math.round).join(' ')} fixes/s`)
    const matched = median(rate.matched)
    return [
      benchRow('map matching', 'fixes/s', matched, 'nearest street', median(rate.nearest)),
      benchRow('map matching', 'fixes/s', matched, 'reading the track from SQLite', median(rate.read)),
      benchRow('matching fix by fix, open end each time', 'µs', median(liveUs), 'all at once', 1e6 / matched),
      await benchBuilding(log),
    ]
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

function matchAll(track: Track, network: StreetNetwork): number {
  const matcher = new Matcher(network)
  matcher.add(track)
  matcher.finish()
  return matcher.takeSettled().length
}

function matchLive(track: Track, network: StreetNetwork): number {
  const matcher = new Matcher(network)
  let pieces = 0
  for (let row = 0; row < track.count; row++) {
    matcher.add(rowOf(track, row))
    pieces += matcher.takeSettled().length + matcher.open().length
  }
  return pieces
}

function rowOf(track: Track, row: number): Track {
  const cell = (column: Float64Array) => column.subarray(row, row + 1)
  return {
    device: track.device,
    count: 1,
    timeMs: cell(track.timeMs),
    lat: cell(track.lat),
    lon: cell(track.lon),
    altM: cell(track.altM),
    speedMps: cell(track.speedMps),
    courseDeg: cell(track.courseDeg),
    hdop: cell(track.hdop),
    satellites: cell(track.satellites),
    quality: cell(track.quality),
    accuracyM: cell(track.accuracyM),
  }
}

/** The same streets side by side until they are as many as those of a large district, beside parsing them as JSON. */
async function benchBuilding(log: (line: string) => void): Promise<BenchRow> {
  const { district, network } = realOrMadeDistrict()
  const copies = Math.ceil(LARGE_PARTS / network.parts.length)
  const streets = Array.from({ length: copies }, (_, copy) =>
    district.streets.features.map((feature) => movedBy(feature, copy)),
  ).flat()
  const json = JSON.stringify(streets)
  const builtMs: number[] = []
  const parsedMs: number[] = []
  for (let run = 0; run < 3; run++) {
    parsedMs.push(await timed(() => JSON.parse(json)))
    builtMs.push(await timed(() => buildNetwork(streets)))
  }
  log(`network of ${copies} × ${network.parts.length} parts: ${builtMs.map(Math.round).join(' ')} ms`)
  return benchRow(
    `a network of ${copies * network.parts.length} parts built`,
    'ms',
    median(builtMs),
    'JSON.parse of its streets',
    median(parsedMs),
  )
}

/** Copies in rows of ten, 3 km apart. */
function movedBy(feature: StreetFeature, copy: number): StreetFeature {
  const [east, north] = [(copy % 10) * 0.032, Math.floor(copy / 10) * 0.027]
  const moved = ([lon, lat, ...rest]: [number, number, ...number[]]): [number, number, ...number[]] => [
    lon + east,
    lat + north,
    ...rest,
  ]
  const { geometry, properties } = feature
  return {
    ...feature,
    geometry:
      geometry.type === 'LineString'
        ? { ...geometry, coordinates: geometry.coordinates.map(moved) }
        : { ...geometry, coordinates: geometry.coordinates.map((line) => line.map(moved)) },
    properties: { ...properties, id: `${properties.id}-${copy}` },
  }
}
