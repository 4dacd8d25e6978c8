import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import { summaryRoutes, type TrackSurroundings } from '../../../../gateway/hub/api/routes/summary.ts'
import { startHttpServer } from '../../../../gateway/hub/api/server.ts'
import type { DutyShift } from '../../../../gateway/hub/patrol/tracks/duty.ts'
import { openRegisters } from '../../../../gateway/hub/registers/registers.ts'
import { SqliteTrackStore } from '../../../../gateway/hub/stores/sqlite-track-store.ts'
import { HttpError, Summary } from '../../../../proto/http.ts'
import { testFolder } from '../../../test-folder.ts'
import { startedHub } from '../../started-hub.ts'
import { at, everySecond, ORIGIN, START_MS } from '../made-track.ts'

test('a summary of a month is answered, one of ten years is refused with what to do', async () => {
  const hub = await startedHub()
  const fixes = everySecond(0, 100, () => ORIGIN)
  await hub.trackStore.write({ fixes: [{ device: 'bike-1', fixes }], readings: [] })
  const path = '/api/v1/devices/bike-1/summary'
  const during = (days: number) => `from=${START_MS}&to=${START_MS + days * 86_400_000}`
  expect(Summary.parse(await hub.json(`${path}?${during(31)}`))).toMatchObject({ fixes: 100, trips: [] })
  const { error } = HttpError.parse(await hub.json(`${path}?${during(3652)}`, 400))
  expect(error.message).toContain('is 3652.0 days, at most 31')
  expect(error.hint).toContain('less at a time')
})

const DAY_MS = 86_400_000
const shift = (fromMs: number, hours: number): DutyShift => ({
  fromMs,
  toMs: fromMs + hours * 3_600_000,
  breaks: [],
  grids: ['310101001'],
})

/** The summary of a bike that rides for an hour from START_MS on, amid these surroundings. */
async function summaryAmid(surroundings: TrackSurroundings): Promise<Summary> {
  const folder = testFolder()
  const [registers, store] = [openRegisters(folder), new SqliteTrackStore(folder)]
  await store.write({
    fixes: [{ device: 'bike-1', fixes: everySecond(0, 3600, (s) => at(4 * s, 0)) }],
    readings: [],
  })
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: [summaryRoutes(registers.devices, store, surroundings)],
    log: silentLog(),
  })
  onTestFinished(async () => {
    await server.close()
    registers.close()
    await store.close()
  })
  const range = `from=${START_MS}&to=${START_MS + DAY_MS}`
  const response = await fetch(`${server.url}/api/v1/devices/bike-1/summary?${range}`)
  return Summary.parse(await response.json())
}

test('shifts of the range are judged by the area of their grids', async () => {
  const summary = await summaryAmid({
    shifts: { of: () => [shift(START_MS - DAY_MS, 8), shift(START_MS, 1), shift(START_MS + 7_200_000, 1)] },
    areaOf: ([code]) => (code === '310101001' ? (_, lon) => lon < at(7200, 0).lon : undefined),
    placeOf: () => '思南路',
  })
  expect(summary).toMatchObject({ onDutyS: 3600, gaps: [{ durationS: 3600, cause: 'unknown' }] })
  expect(summary.inArea).toBeCloseTo(0.5, 2)
  expect(Math.abs(summary.effectiveM! - 7200)).toBeLessThan(10)
})

test('a device with shifts on other days only was off duty, one without any was not', async () => {
  const other = await summaryAmid({ shifts: { of: () => [shift(START_MS - 7 * DAY_MS, 8)] } })
  expect(other).toMatchObject({ onDutyS: 0, effectiveM: 0 })
  expect(other).not.toHaveProperty('inArea')
  const none = await summaryAmid({ shifts: { of: () => [] } })
  expect(none).not.toHaveProperty('onDutyS')
  expect(none.effectiveM).toBe(none.distanceM)
})
