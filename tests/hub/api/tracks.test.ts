import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { trackRoutes } from '../../../gateway/hub/api/routes/track.ts'
import { tracksRoutes } from '../../../gateway/hub/api/routes/tracks.ts'
import { startHttpServer } from '../../../gateway/hub/api/server.ts'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { StoreUnavailable, type TrackStore } from '../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../proto/domain.ts'
import { HttpError, TrackColumns } from '../../../proto/http.ts'
import { decodeTracks, frameToleranceM, TRACK_COLUMNS_TYPE } from '../../../proto/track-columns.ts'
import { testFolder } from '../../test-folder.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../patrol/made-track.ts'

const HOUR = `from=${START_MS}&to=${START_MS + 3_600_000}`

/** Winding, 600 s, with a gap of a minute after 300. */
const winding = (seed: number): Fix[] =>
  [...everySecond(0, 300, place), ...everySecond(360, 300, place)].map((fix, i) => ({
    ...fix,
    satellites: (i + seed) % 20,
  }))
function place(s: number) {
  return { ...at(Math.round(400 * Math.sin(s / 30)), 3 * s), speedMps: 4 }
}

interface Served {
  store: TrackStore
  get(path: string, accept?: string): Promise<Response>
}

/** The routes of tracks over a store that has `bike-1` … `bike-3`; the store as it is, or without chunks as InfluxDB's. */
async function served(change: (store: TrackStore) => TrackStore = (store) => store): Promise<Served> {
  const folder = testFolder()
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  const registers = openRegisters(folder)
  for (const seed of [1, 2, 3]) {
    const device = `bike-${seed}`
    await store.write({ fixes: [{ device, fixes: winding(seed) }], readings: [] })
    registers.devices.seen([{ device, gateway: device, seenMs: START_MS }])
  }
  const asked = change(store)
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: [trackRoutes(registers.devices, asked), tracksRoutes(registers.devices, asked)],
    log: silentLog(),
  })
  onTestFinished(async () => {
    await server.close()
    await store.close()
    registers.close()
  })
  return {
    store,
    get: (path, accept = '*/*') => fetch(`${server.url}/api/v1/${path}`, { headers: { accept } }),
  }
}

const withoutChunks = (store: TrackStore): TrackStore => ({
  kind: 'influxdb',
  write: (records) => store.write(records),
  readTrack: (...range) => store.readTrack(...range),
  devicesBetween: (...range) => store.devicesBetween(...range),
  lastFix: (device) => store.lastFix(device),
  check: () => store.check(),
  close: () => store.close(),
})

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

test.each([
  ['chunks handed through', (store: TrackStore) => store],
  ['chunks made anew', withoutChunks],
])('a track in the columns format: %s', async (_, change) => {
  const { get } = await served(change)
  const answer = await get(`devices/bike-1/track?${HOUR}`)
  expect(answer.headers.get('content-type')).toBe(TRACK_COLUMNS_TYPE)
  expect(answer.headers.get('gridpatrol-tolerance-m')).toBe('0')
  const whole = trackOfFixes(winding(1))
  expect(decodeTracks(await bytesOf(answer))).toEqual([
    { ...(await rounded(whole)), gapRows: Uint32Array.of(300) },
  ])
  // Both ends inside a chunk.
  const part = await get(`devices/bike-1/track?from=${START_MS + 10_000}&to=${START_MS + 290_500}`)
  const [cut] = decodeTracks(await bytesOf(part))
  expect([cut!.count, cut!.timeMs[0], cut!.timeMs.at(-1)]).toEqual([
    281,
    START_MS + 10_000,
    START_MS + 290_000,
  ])
  const empty = await get(`devices/bike-1/track?from=${START_MS + 310_000}&to=${START_MS + 320_000}`)
  expect(decodeTracks(await bytesOf(empty))).toMatchObject([{ device: 'bike-1', count: 0 }])
})

/** As the store keeps it: 1e-7 degrees. */
async function rounded(track: ReturnType<typeof trackOfFixes>) {
  const e7 = (column: Float64Array) => column.map((value) => Math.round(value * 1e7) / 1e7)
  return { ...track, lat: e7(track.lat), lon: e7(track.lon) }
}

test('who takes JSON alone gets JSON', async () => {
  const { get } = await served()
  const answer = await get(`devices/bike-1/track?${HOUR}&toleranceM=5`, 'application/json')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  const { count } = TrackColumns.parse(await answer.json())
  expect(count).toBeLessThan(300)
  const both = await get(`devices/bike-1/track?${HOUR}`, `${TRACK_COLUMNS_TYPE}, application/json`)
  expect(both.headers.get('content-type')).toBe(TRACK_COLUMNS_TYPE)
})

test('toleranceM thins, and says so', async () => {
  const { get } = await served()
  const answer = await get(`devices/bike-1/track?${HOUR}&toleranceM=2.5`)
  expect(answer.headers.get('gridpatrol-tolerance-m')).toBe('2.5')
  const bytes = await bytesOf(answer)
  expect(frameToleranceM(bytes)).toBe(2.5)
  const [track] = decodeTracks(bytes)
  expect(track!.count).toBeLessThan(300)
  const gap = track!.gapRows[0]!
  expect([track!.timeMs[gap - 1], track!.timeMs[gap]]).toEqual([START_MS + 299_000, START_MS + 360_000])
})

test('several devices in one answer: all, or those asked for, whole or thinned', async () => {
  const { get } = await served()
  const all = decodeTracks(await bytesOf(await get(`tracks?${HOUR}&toleranceM=0`)))
  expect(all.map(({ device, count }) => [device, count])).toEqual([1, 2, 3].map((n) => [`bike-${n}`, 600]))
  const some = decodeTracks(
    await bytesOf(await get(`tracks?${HOUR}&devices=bike-3,bike-1,bike-3&toleranceM=5`)),
  )
  expect(some.map(({ device }) => device)).toEqual(['bike-3', 'bike-1'])
  expect(some[0]!.count).toBeLessThan(300)
  const none = await get(`tracks?from=2020-01-01&to=2020-01-02`)
  expect(decodeTracks(await bytesOf(none))).toEqual([])
})

test('without toleranceM it is the least that makes maxFixes hold all', async () => {
  const { get } = await served()
  const fits = await get(`tracks?${HOUR}`)
  expect(fits.headers.get('gridpatrol-tolerance-m')).toBe('0')
  expect(decodeTracks(await bytesOf(fits)).map(({ count }) => count)).toEqual([600, 600, 600])
  const tight = await get(`tracks?${HOUR}&maxFixes=1000`)
  const bytes = await bytesOf(tight)
  const toleranceM = frameToleranceM(bytes)
  expect(tight.headers.get('gridpatrol-tolerance-m')).toBe(String(toleranceM))
  expect(toleranceM).toBeGreaterThan(0)
  const tracks = decodeTracks(bytes)
  expect(tracks.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(1000)
  expect(tracks.map(({ gapRows }) => gapRows.length)).toEqual([1, 1, 1])
})

test('what lies apart by gaps cannot be thinned: refused in words', async () => {
  const { get, store } = await served()
  // Three fixes, then nothing for a minute and a half.
  const lonely = Array.from(
    { length: 2400 },
    (_, i): Fix => ({ timeMs: START_MS + (Math.floor(i / 3) * 100 + (i % 3)) * 1000, ...at(i, 0) }),
  )
  await store.write({ fixes: [{ device: 'lonely', fixes: lonely }], readings: [] })
  const { error } = HttpError.parse(
    await (await get(`tracks?from=${START_MS}&to=${START_MS + 2.6e9}&maxFixes=1000`)).json(),
  )
  expect(error.message).toBe('more than 1000 fixes even when thinned to 1000 m')
  expect(error.hint).toMatch(/fewer devices/)
})

test.each([
  [400, `tracks?from=2016-01-01&to=2026-01-01`, /at most 31/],
  [400, `tracks?${HOUR}&devices=bike-1,no%20id`, /devices: "no id" is no device id/],
  [404, `tracks?${HOUR}&devices=bike-1,bike-9`, /device bike-9: nothing is known of it/],
  [400, `tracks?${HOUR}&toleranceM=2000`, /toleranceM/],
  [400, `tracks?${HOUR}&maxFixes=1`, /maxFixes/],
  [400, `devices/bike-1/track?${HOUR}&crs=gcj02`, /crs gcj02 with format columns: only files/],
])('%i %s', async (status, path, words) => {
  const { get } = await served()
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(HttpError.parse(await answer.json()).error.message).toMatch(words)
})

test('thousands of device-days are refused before any is read', async () => {
  const { get } = await served((store) => ({
    ...withoutChunks(store),
    devicesBetween: async () => Array.from({ length: 1100 }, (_, i) => `bike-${i}`),
    readTrack: () => Promise.reject(new Error('read')),
  }))
  const answer = await get(`tracks?from=2026-05-01&to=2026-06-01`)
  expect(HttpError.parse(await answer.json()).error.message).toBe(
    '1100 devices over this time are 34100 device-days, at most 2000',
  )
})

test.each(['&toleranceM=1', '&toleranceM=0', ''])(
  'a store that is away is an error, not half an answer%s',
  async (query) => {
    const { get } = await served((store) => ({
      ...withoutChunks(store),
      readTrack: () => Promise.reject(new StoreUnavailable('connection refused')),
    }))
    const answer = await get(`tracks?${HOUR}${query}`)
    expect(answer.status).toBe(503)
    expect(HttpError.parse(await answer.json()).error.message).toMatch(/connection refused/)
  },
)

test.each(['gpx', 'geojson', 'csv'])('a file says which system it is in: %s', async (format) => {
  const { get } = await served()
  const answer = await get(`devices/bike-1/track?${HOUR}&format=${format}&crs=bd09`)
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="bike-1.${format}"`)
  expect(await answer.text()).toMatch(/bd09/)
})
