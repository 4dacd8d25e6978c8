import { describe, expect, onTestFinished, test } from 'vitest'
import { generateDistrict } from '../../../device-sim/city/district.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { coverageRoutes } from '../../../gateway/hub/api/routes/coverage.ts'
import { gridCheckRoutes } from '../../../gateway/hub/api/routes/grid-check.ts'
import { heatRoutes } from '../../../gateway/hub/api/routes/heat.ts'
import { startHttpServer } from '../../../gateway/hub/api/server.ts'
import { HubConfig } from '../../../gateway/hub/config.ts'
import { KeptFigures } from '../../../gateway/hub/patrol/coverage/kept-figures.ts'
import { policyMakers } from '../../../gateway/hub/patrol/coverage/makers.ts'
import { PatrolGrounds } from '../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { SqliteTrackStore } from '../../../gateway/hub/stores/sqlite-track-store.ts'
import { loadPatrolRules } from '../../../proto/catalogue/patrol-rules.ts'
import type { Fix } from '../../../proto/domain.ts'
import { AreaCoverage, Coverage, CoverageRollUp, Heat } from '../../../proto/patrol-http.ts'
import { testFolder } from '../../test-folder.ts'

const CITY = generateDistrict(1)
const START_MS = Date.UTC(2026, 4, 1, 0)
const RANGE = 'from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z'
const UNIT = CITY.grids.features[0]!.properties.code

/** Along a street of the city, from its first point to its last, at 4 m/s. */
function rideAlong(street: number, fromMs: number): Fix[] {
  const points = CITY.streets.features[street]!.geometry.coordinates as [number, number][]
  const fixes: Fix[] = []
  for (let i = 0; i + 1 < points.length; i++) {
    const [from, to] = [points[i]!, points[i + 1]!]
    const steps = Math.ceil(Math.hypot((to[0] - from[0]) * 95_000, (to[1] - from[1]) * 111_000) / 4)
    for (let step = 0; step < steps; step++) {
      const [lon, lat] = [0, 1].map((axis) => from[axis]! + ((to[axis]! - from[axis]!) * step) / steps)
      fixes.push({ timeMs: fromMs + fixes.length * 1000, lat: lat!, lon: lon!, hdop: 0.9, quality: 'gps' })
    }
  }
  return fixes
}

/** Two bikes on two streets of the city. */
async function served() {
  const folder = testFolder()
  const registers = openRegisters(folder)
  onTestFinished(() => registers.close())
  for (const kind of ['grids', 'streets', 'components'] as const) registers.import(kind, CITY[kind])
  const store = new SqliteTrackStore(folder)
  onTestFinished(() => store.close())
  const fixes = [
    { device: 'bike-1', fixes: rideAlong(0, START_MS) },
    { device: 'bike-2', fixes: rideAlong(6, START_MS + 3_600_000) },
  ]
  await store.write({ fixes, readings: [] })
  const grounds = new PatrolGrounds(registers, loadPatrolRules())
  const ground = () => grounds.current()
  const policies = policyMakers(ground)
  const kept = new KeptFigures({ store, policies, ground })
  const http = await startHttpServer({
    ...{
      host: '127.0.0.1',
      port: 0,
      page: HubConfig.parse({ data: folder }).page,
      log: silentLog(),
      root: [],
    },
    api: [
      coverageRoutes({ grids: ground, store, policies, kept }),
      heatRoutes({ grids: ground, store, kept }),
      gridCheckRoutes(ground),
    ],
  })
  onTestFinished(() => http.close())
  return async (path: string, status = 200): Promise<unknown> => {
    const response = await fetch(`${http.url}/api/v1/${path}`)
    const body = await response.text()
    expect({ status: response.status, body }).toMatchObject({ status })
    return JSON.parse(body)
  }
}

describe.each(['area', 'road', 'components', 'visits'] as const)('%s', (policy) => {
  const details = { area: 'cells', road: 'parts', components: 'list', visits: 'list' }

  test('of a unit grid, with what makes it up', async () => {
    const ask = await served()
    const answer = Coverage.parse(await ask(`coverage?grid=${UNIT}&policy=${policy}&${RANGE}`))
    expect(answer).toMatchObject({ grid: UNIT, level: 'unit', policy: { id: policy } })
    expect(answer.policy.textZh).toMatch(/\p{Script=Han}/u)
    expect(answer).toHaveProperty(details[policy])
  })

  test('of a level above: sums alone, and the same as the roll-up says', async () => {
    const ask = await served()
    const answer = Coverage.parse(await ask(`coverage?grid=310101002&policy=${policy}&${RANGE}`))
    expect(answer).toMatchObject({ grid: '310101002', level: 'street', policy: { id: policy } })
    for (const detail of Object.values(details)) expect(answer).not.toHaveProperty(detail)
    const rollUp = CoverageRollUp.parse(await ask(`coverage/roll-up?policy=${policy}&${RANGE}`))
    expect(rollUp).toMatchObject({
      grid: '310101',
      level: 'district',
      name: '滨河区',
      policy: { id: policy },
    })
    expect(rollUp.children.map(({ grid, name }) => [grid, name])).toEqual([
      ['310101002', '中山街道'],
      ['310101013', '复兴街道'],
    ])
    const { coverage, cannotTell } = answer
    expect(rollUp.children[0]).toMatchObject({ coverage, cannotTell })
    expect(rollUp.of).toBeCloseTo(rollUp.children[0]!.of + rollUp.children[1]!.of, 6)
  })
})

test('the unit grids of a community add up to it', async () => {
  const ask = await served()
  const rollUp = CoverageRollUp.parse(await ask(`coverage/roll-up?grid=310101002001&${RANGE}`))
  expect(rollUp).toMatchObject({ level: 'community', name: '人民路社区' })
  const units = await Promise.all(
    rollUp.children.map(async ({ grid }) => AreaCoverage.parse(await ask(`coverage?grid=${grid}&${RANGE}`))),
  )
  expect(units).toHaveLength(2)
  expect(rollUp.children).toEqual(
    units.map(({ grid, coverage, cannotTell, insideCells }, i) => {
      const { name } = CITY.grids.features[i]!.properties
      return { grid, name, level: 'unit', coverage, cannotTell, of: insideCells }
    }),
  )
  expect(rollUp.of).toBe(units[0]!.insideCells + units[1]!.insideCells)
})

test('devices= counts what these saw alone', async () => {
  const ask = await served()
  const of = async (devices: string) =>
    AreaCoverage.parse(await ask(`coverage?grid=310101&${RANGE}${devices}`))
  const [all, one, two, both, none] = await Promise.all(
    ['', '&devices=bike-1', '&devices=bike-2', '&devices=bike-1,bike-2', '&devices=bike-9'].map(of),
  )
  expect(all!.devices).toEqual(['bike-1', 'bike-2'])
  expect(one!.devices).toEqual(['bike-1'])
  expect(one!.coveredCells).toBeGreaterThan(100)
  expect(both).toEqual(all)
  expect(all!.coveredCells).toBeLessThanOrEqual(one!.coveredCells + two!.coveredCells)
  expect(all!.coveredCells).toBeGreaterThan(one!.coveredCells)
  expect(none).toMatchObject({ coveredCells: 0, devices: [] })
})

test('heat of one grid and of all', async () => {
  const ask = await served()
  const [all, unit] = [
    Heat.parse(await ask(`heat?${RANGE}`)),
    Heat.parse(await ask(`heat?grid=${UNIT}&${RANGE}&devices=bike-1`)),
  ]
  expect(all.most).toBeGreaterThan(0)
  expect(Buffer.from(all.passes, 'base64')).toHaveLength(2 * all.columns * all.rows)
  expect(unit.columns).toBeLessThan(all.columns)
  expect(all).toMatchObject({ sizeM: 25, from: '2026-05-01T00:00:00.000Z' })
})

test('the grids of the city lie side by side', async () => {
  const ask = await served()
  expect(await ask('grids/check')).toEqual({ grids: 16, squareM: 5, overlaps: [], holes: [] })
})

test.each<[number, string, RegExp]>([
  [404, `coverage?grid=999999&${RANGE}`, /grid 999999: not in the register, nor does any code there begin/],
  [400, `coverage?grid=abc&${RANGE}`, /expected the digits of a grid code/],
  [400, `coverage?${RANGE}`, /grid/],
  [400, `coverage?grid=${UNIT}&policy=magic&${RANGE}`, /policy/],
  [400, `coverage?grid=${UNIT}&devices=a,../b&${RANGE}`, /devices: .*is no device id/],
  [400, `coverage/roll-up?from=2016-05-01&to=2026-05-01`, /is 3652.0 days, at most 400/],
  [400, `heat?from=2026-05-02&to=2026-05-01`, /is not before to/],
  [404, `heat?grid=42&${RANGE}`, /grid 42: not in the register/],
])('%s: %s', async (status, path, message) => {
  const ask = await served()
  const { error } = (await ask(path, status)) as { error: { message: string } }
  expect(error.message).toMatch(message)
})
