import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import { matchedRoutes } from '../../../../gateway/hub/api/routes/matched.ts'
import { startHttpServer } from '../../../../gateway/hub/api/server.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { openRegisters } from '../../../../gateway/hub/registers/registers.ts'
import { openTrackStore } from '../../../../gateway/hub/stores/open-track-store.ts'
import type { StreetFeature } from '../../../../proto/district.ts'
import { testFolder } from '../../../test-folder.ts'
import { at, everySecond, START_MS } from '../made-track.ts'
import { street } from './made-streets.ts'

const FIXES = everySecond(0, 100, (s) => ({ ...at(100 + 5 * s, 1), speedMps: 5, courseDeg: 90 }))
const RANGE = `from=${START_MS}&to=${START_MS + 3_600_000}`

/** The route alone, before real stores. */
async function served(streets: StreetFeature[]) {
  const folder = testFolder()
  const registers = openRegisters(folder)
  onTestFinished(() => registers.close())
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  onTestFinished(() => store.close())
  await store.write({ fixes: [{ device: 'bike-1', fixes: FIXES }], readings: [] })
  const network = buildNetwork(streets)
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: [matchedRoutes(registers.devices, store, () => network)],
    log: silentLog(),
  })
  onTestFinished(() => server.close())
  return (path: string) => fetch(`${server.url}/api/v1/${path}`)
}

const STREET = street(
  'lane',
  [
    [0, 0],
    [400, 0],
    [1000, 0],
  ],
  { name: '南京东路' },
)

test('pieces of streets in the order of riding', async () => {
  const get = await served([
    STREET,
    street('across', [
      [400, -300],
      [400, 300],
    ]),
  ])
  const answer = await get(`devices/bike-1/matched?${RANGE}`)
  expect(answer.status).toBe(200)
  const { type, features } = (await answer.json()) as {
    type: string
    features: {
      geometry: { type: string; coordinates: number[][] }
      properties: Record<string, unknown>
    }[]
  }
  expect(type).toBe('FeatureCollection')
  expect(features.map(({ properties }) => properties.part)).toEqual(['lane/0', 'lane/1'])
  const [first] = features
  expect(first!.properties).toMatchObject({
    street: 'lane',
    name: '南京东路',
    from: new Date(START_MS).toISOString(),
  })
  expect(first!.properties.confidence).toBeGreaterThan(0.9)
  expect(first!.geometry.type).toBe('LineString')
  expect(first!.geometry.coordinates[0]![0]).toBeCloseTo(at(100, 0).lon, 5)
  expect(first!.geometry.coordinates.at(-1)![0]).toBeCloseTo(at(400, 0).lon, 5)
})

test.each([
  ['a device that nobody knows', [STREET], `devices/nobody/matched?${RANGE}`, 404, 'nothing is known of it'],
  ['no streets', [], `devices/bike-1/matched?${RANGE}`, 404, 'there are no streets'],
  [
    'ten years',
    [STREET],
    `devices/bike-1/matched?from=2016-01-01&to=2026-01-01`,
    400,
    'is 3653.0 days, at most 31',
  ],
])('%s is refused with the reason', async (_, streets, path, status, reason) => {
  const answer = await (await served(streets))(path)
  expect(answer.status).toBe(status)
  expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(reason)
})
