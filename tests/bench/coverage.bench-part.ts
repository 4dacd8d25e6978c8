import { type AreaCells, areaCoverage } from '../../gateway/hub/patrol/coverage/area.ts'
import type { Track } from '../../gateway/hub/stores/track-store.ts'
import type { GridFeature } from '../../proto/district.ts'
import { startPostgis } from '../servers/postgis.ts'
import { ServerMissing } from '../servers/server-missing.ts'
import { coverageTables } from './postgis-coverage.ts'
import { type BenchRow, benchRow, median } from './row.ts'

const DEVICES = 100
const FIXES_A_DEVICE = 28_800
const RUNS = 7
const POSTGIS_RUNS = 3
/** Of the day, to see whether both count the same; and how nearly they do. */
const COMPARED_S = 900
const AGREED = 0.001
const WEST = 121.4
const SOUTH = 31.2
const SIZE_DEG = 0.03

const GRID: GridFeature = {
  type: 'Feature',
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [WEST, SOUTH],
        [WEST + SIZE_DEG, SOUTH],
        [WEST + SIZE_DEG, SOUTH + SIZE_DEG],
        [WEST, SOUTH + SIZE_DEG],
        [WEST, SOUTH],
      ],
    ],
  },
  properties: { code: '310101001001001', name: 'bench' },
}

/**
 * Area coverage of 2.88 million fixes, a day of 100 devices, beside the least that anything could do: mark the
 * 3 × 3 cells around each fix in a typed array, with no lines between fixes, no circle, no quality, no gaps; and
 * beside PostGIS. Runs alternate.
 */
export async function benchCoverage(log: (line: string) => void): Promise<BenchRow[]> {
  const tracks = Array.from({ length: DEVICES }, (_, device) => rideAbout(device))
  const { cells } = areaCoverage(GRID, [])
  const ours: number[] = []
  const bare: number[] = []
  for (let run = 0; run <= RUNS; run++) {
    const coverageMs = timed(() => areaCoverage(GRID, tracks))
    const bareMs = timed(() => markAround(tracks, cells))
    // The first round is for the compiler.
    if (run === 0) continue
    ours.push(coverageMs)
    bare.push(bareMs)
  }
  log(
    `area coverage: ${ours.map(Math.round).join(' ')} ms; bare bitmap: ${bare.map(Math.round).join(' ')} ms`,
  )
  const name = 'coverage of 2.88 M fixes'
  return [
    benchRow(name, 'ms', median(ours), 'bare bitmap', median(bare)),
    ...(await besidePostgis(name, tracks, cells, log)),
  ]
}

async function besidePostgis(
  name: string,
  tracks: Track[],
  cells: AreaCells,
  log: (line: string) => void,
): Promise<BenchRow[]> {
  const postgis = await startPostgis().catch((error: Error) => {
    if (!(error instanceof ServerMissing)) throw error
    log(error.message)
  })
  if (!postgis) return []
  try {
    const tables = await coverageTables(postgis, cells)
    await tables.fill(tracks)
    // A whole day covers every cell; whether both count the same shows where most are not.
    const theirs = await tables.coveredCells(COMPARED_S)
    const begun = tracks.map((track) => ({ ...track, count: COMPARED_S }))
    const { coveredCells, insideCells } = areaCoverage(GRID, begun)
    log(`after ${COMPARED_S} s: ours ${coveredCells}, PostGIS ${theirs} of ${insideCells} cells`)
    if (Math.abs(coveredCells - theirs) > AGREED * theirs)
      throw new Error(
        `ours counts ${coveredCells} covered cells, PostGIS ${theirs}: they are not the same work`,
      )
    const ours: number[] = []
    const sql: number[] = []
    for (let run = 0; run < POSTGIS_RUNS; run++) {
      ours.push(timed(() => areaCoverage(GRID, tracks)))
      const startMs = performance.now()
      await tables.coveredCells(FIXES_A_DEVICE)
      sql.push(performance.now() - startMs)
    }
    log(`area coverage: ${ours.map(Math.round).join(' ')} ms; PostGIS: ${sql.map(Math.round).join(' ')} ms`)
    return [benchRow(name, 'ms', median(ours), 'PostGIS 3.3', median(sql))]
  } finally {
    await postgis.stop()
  }
}

function timed(work: () => unknown): number {
  const startMs = performance.now()
  work()
  return performance.now() - startMs
}

function markAround(tracks: Track[], frame: AreaCells): Uint8Array {
  const { columns, rows, west, south, cellLonDeg, cellLatDeg } = frame
  const marked = new Uint8Array(columns * rows)
  for (const { count, lon, lat } of tracks)
    for (let row = 0; row < count; row++) {
      const cell =
        Math.floor((lat[row]! - south) / cellLatDeg) * columns + Math.floor((lon[row]! - west) / cellLonDeg)
      for (let north = -columns; north <= columns; north += columns)
        for (let east = -1; east <= 1; east++) marked[cell + north + east] = 1
    }
  return marked
}

/** Along streets of a checkerboard at 4 m/s with a receiver's scatter; the same ride in every run. */
function rideAbout(device: number): Track {
  const column = () => new Float64Array(FIXES_A_DEVICE).fill(Number.NaN)
  const track: Track = {
    device: `bike-${device}`,
    count: FIXES_A_DEVICE,
    timeMs: column(),
    lat: column(),
    lon: column(),
    altM: column(),
    speedMps: column(),
    courseDeg: column(),
    hdop: column().fill(0.9),
    satellites: column(),
    quality: column().fill(1),
    accuracyM: column(),
  }
  let state = device + 1
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let [east, north, heading] = [random() * SIZE_DEG, random() * SIZE_DEG, 0]
  for (let row = 0; row < FIXES_A_DEVICE; row++) {
    if (random() < 0.02) heading += random() < 0.5 ? 90 : 270
    east += Math.sin((heading * Math.PI) / 180) * 4.2e-5
    north += Math.cos((heading * Math.PI) / 180) * 3.6e-5
    if (east < 0 || east > SIZE_DEG || north < 0 || north > SIZE_DEG) heading += 180
    east = Math.min(Math.max(east, 0), SIZE_DEG)
    north = Math.min(Math.max(north, 0), SIZE_DEG)
    track.timeMs[row] = 1_777_593_600_000 + row * 1000
    track.lon[row] = WEST + east + (random() - 0.5) * 3e-5
    track.lat[row] = SOUTH + north + (random() - 0.5) * 3e-5
  }
  return track
}
