import { streetGraph } from '../../device-sim/city/street-graph.ts'
import { fittingTracks } from '../../gateway/hub/exchange/answer-tracks.ts'
import { gapRowsOf, thinnedTrack } from '../../gateway/hub/exchange/thinned-track.ts'
import type { TrackStore } from '../../gateway/hub/stores/track-store.ts'
import type { District } from '../../proto/district.ts'
import { emptyColumns, trackOf } from '../../proto/fix-columns.ts'
import { type FixJson, Summary } from '../../proto/http.ts'
import { Heat } from '../../proto/patrol-http.ts'
import { type AnsweredTrack, encodeTracks } from '../../proto/track-columns.ts'
import { walker } from './fixture-rides.ts'

/** Many patrols of the fixture as columns, and what a hub answers of them. */

/** By device. */
export type Patrols = ReadonlyMap<string, AnsweredTrack>

const MOST_SPEED_MPS = 5

/**
 * Patrols over a district, a fix each `intervalMs`. Each loses its position for a tenth of the range, at a time of its
 * own.
 */
export function planPatrols(
  district: District,
  asked: { patrols: number; fixes: number; intervalMs: number; fromMs: number },
): Patrols {
  const { patrols, fixes, intervalMs, fromMs } = asked
  const graph = streetGraph(district)
  const codes = district.grids.features.map(({ properties }) => properties.code)
  return new Map(
    Array.from({ length: patrols }, (_, place) => {
      const device = `patrol-${String(place + 1).padStart(3, '0')}`
      const first = (place * 3) % Math.max(1, codes.length - 2)
      const walk = walker(graph, { device, beat: codes.slice(first, first + 3) })
      const columns = emptyColumns(fixes)
      const lostFrom = Math.floor(fixes * (0.2 + 0.6 * ((place * 37) % 100) * 0.01))
      const lostTo = lostFrom + Math.floor(fixes / 10)
      for (let fix = 0; fix < fixes; fix++) {
        const speedMps = MOST_SPEED_MPS * (0.7 + 0.3 * Math.sin(fix / 50 + place))
        const { lat, lon, courseDeg } = walk((speedMps * intervalMs) / 1000)
        if (fix >= lostFrom && fix < lostTo) continue
        const at = columns.count++
        columns.timeMs[at] = fromMs + fix * intervalMs
        for (const column of columns.values) column[at] = Number.NaN
        const { values } = columns
        ;[values[0]![at], values[1]![at], values[3]![at], values[4]![at]] = [lat, lon, speedMps, courseDeg]
        ;[values[5]![at], values[6]![at], values[8]![at]] = [0.9, 12 + (fix % 5), 2.5]
      }
      return [device, withGaps(trackOf(device, columns))] as const
    }),
  )
}

const withGaps = (track: ReturnType<typeof trackOf>): AnsweredTrack => ({
  ...track,
  gapRows: gapRowsOf(track.timeMs),
})

export function trackOfFixes(device: string, fixes: readonly FixJson[]): AnsweredTrack {
  const columns = emptyColumns(fixes.length)
  columns.count = fixes.length
  fixes.forEach(({ time, lat, lon, speedMps, courseDeg, hdop, satellites, accuracyM }, row) => {
    columns.timeMs[row] = Date.parse(time)
    const none = Number.NaN
    ;[lat, lon, none, speedMps, courseDeg, hdop, satellites, none, accuracyM].forEach((value, column) => {
      columns.values[column]![row] = value ?? none
    })
  })
  return withGaps(trackOf(device, columns))
}

/** As the hub answers GET tracks, by the hub's own thinning. */
export async function answerTracks(
  tracks: readonly AnsweredTrack[],
  query: URLSearchParams,
): Promise<Uint8Array> {
  const between = [Date.parse(query.get('from')!), Date.parse(query.get('to')!)] as const
  const clipped = tracks.map((track) => clip(track, ...between))
  const toleranceM = query.get('toleranceM')
  if (toleranceM !== null)
    return encodeTracks(
      clipped.map((track) => thinnedTrack(track, Number(toleranceM))),
      Number(toleranceM),
    )
  const store = { readTrack: async (id: string) => clipped.find(({ device }) => device === id)! }
  const devices = clipped.map(({ device }) => device)
  const [fromMs, toMs] = between
  const asked = { devices, fromMs, toMs }
  return (await fittingTracks(store as unknown as TrackStore, asked, Number(query.get('maxFixes')))).bytes
}

function clip(track: AnsweredTrack, fromMs: number, toMs: number): AnsweredTrack {
  const { timeMs, count } = track
  if (count === 0 || (timeMs[0]! >= fromMs && timeMs[count - 1]! < toMs)) return track
  const first = timeMs.findIndex((time) => time >= fromMs)
  const end = timeMs.findLastIndex((time) => time < toMs) + 1
  const part = first < 0 ? [0, 0] : [first, Math.max(first, end)]
  const cut = Object.fromEntries(
    Object.entries(track).map(([name, column]) => [
      name,
      column instanceof Float64Array ? column.subarray(...part) : column,
    ]),
  ) as unknown as AnsweredTrack
  return withGaps({ ...cut, count: part[1]! - part[0]! })
}

export function summaryOfTrack(whole: AnsweredTrack, from: string, to: string): Summary {
  const track = clip(whole, Date.parse(from), Date.parse(to))
  const { device, timeMs, speedMps, count, gapRows } = track
  const time = (row: number) => new Date(timeMs[row]!).toISOString()
  return Summary.parse({
    device,
    from,
    to,
    fixes: count,
    ...(count > 0 ? { first: time(0), last: time(count - 1), maxSpeedMps: MOST_SPEED_MPS } : {}),
    distanceM: speedMps.reduce((sum, speed) => sum + speed, 0),
    movingS: count,
    stops: [],
    gaps: Array.from(gapRows, (row) => ({
      from: time(row - 1),
      to: time(row),
      durationS: (timeMs[row]! - timeMs[row - 1]!) / 1000,
      cause: 'no-uplink' as const,
    })),
  })
}

const HEAT_CELL_M = 25
const METRES_A_DEGREE = 111_320

/** Fixes a cell for passes: simple, and as many as a hub would draw. */
export function heatOf(tracks: readonly AnsweredTrack[], from: string, to: string): Heat {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  const parts = tracks.map((track) => clip(track, fromMs, toMs)).filter(({ count }) => count > 0)
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const { lat, lon, count } of parts)
    for (let row = 0; row < count; row++) {
      ;[west, east] = [Math.min(west, lon[row]!), Math.max(east, lon[row]!)]
      ;[south, north] = [Math.min(south, lat[row]!), Math.max(north, lat[row]!)]
    }
  if (parts.length === 0) [west, south, east, north] = [121, 31, 121, 31]
  const cellLatDeg = HEAT_CELL_M / METRES_A_DEGREE
  const cellLonDeg = cellLatDeg / Math.cos((south * Math.PI) / 180)
  const columns = Math.floor((east - west) / cellLonDeg) + 1
  const rows = Math.floor((north - south) / cellLatDeg) + 1
  const passes = new Uint16Array(columns * rows)
  for (const { lat, lon, count } of parts) {
    let before = -1
    for (let row = 0; row < count; row++) {
      const column = Math.floor((lon[row]! - west) / cellLonDeg)
      const cell = Math.floor((lat[row]! - south) / cellLatDeg) * columns + column
      if (cell !== before) passes[cell]!++
      before = cell
    }
  }
  const frame = { sizeM: HEAT_CELL_M, columns, rows, west, south, cellLonDeg, cellLatDeg }
  return Heat.parse({
    ...frame,
    from,
    to,
    most: passes.reduce((most, count) => Math.max(most, count), 0),
    passes: Buffer.from(passes.buffer).toString('base64'),
  })
}
