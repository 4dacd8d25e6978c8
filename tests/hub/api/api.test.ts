import { describe, expect, test } from 'vitest'
import { StoreUnavailable, type TrackStore } from '../../../gateway/hub/stores/track-store.ts'
import {
  Cases,
  CaseWithSteps,
  ComponentsAnswer,
  Devices,
  GridsAnswer,
  Health,
  HttpError,
  PageSettings,
  StreetsAnswer,
  Summary,
  TrackColumns,
  TrackJson,
} from '../../../proto/http.ts'
import { AreaCoverage } from '../../../proto/patrol-http.ts'
import { eventually } from '../eventually.ts'
import { COVER, caseReport, fixes, ride, T0, up } from '../gateway-messages.ts'
import { mqttGateway } from '../mqtt-client.ts'
import { type StartedHub, startedHub } from '../started-hub.ts'

const GRID = '310101001001001'
const RANGE = `from=${T0}&to=${T0 + 3_600_000}`
const district = {
  grids: [
    {
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [121.469, 31.229],
            [121.474, 31.229],
            [121.474, 31.234],
            [121.469, 31.234],
            [121.469, 31.229],
          ],
        ],
      },
      properties: { code: GRID, name: '外滩一' },
    },
  ],
  streets: [
    {
      type: 'Feature',
      id: 'w1',
      geometry: {
        type: 'LineString',
        coordinates: [
          [121.47, 31.23],
          [121.472, 31.233],
        ],
      },
      properties: { name: '思南路' },
    },
  ],
  components: [
    {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [121.4705678, 31.2301234] },
      properties: { code: COVER, name: '上水井盖 1', grid: GRID },
    },
  ],
} as const

/** A hub with a district, an e-bike's ride and a case. */
async function patrolledHub(): Promise<StartedHub> {
  const hub = await startedHub()
  for (const kind of ['grids', 'streets', 'components'] as const) {
    const { rejected } = hub.registers.import(kind, { type: 'FeatureCollection', features: district[kind] })
    expect(rejected).toEqual([])
  }
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  await client.publishAsync(topic, up('ebike-01', 1, fixes(ride(100))), { qos: 1 })
  await client.publishAsync(topic, up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) }), {
    qos: 1,
  })
  await eventually(() => expect(sequences()).toEqual([1, 2]))
  await eventually(async () =>
    expect(Devices.parse(await hub.json('/api/v1/devices')).devices).toHaveLength(1),
  )
  await eventually(async () => expect(Cases.parse(await hub.json('/api/v1/cases')).cases).toHaveLength(1))
  return hub
}

test('what a gateway sent is there, by every route and in the shape of its schema', async () => {
  const hub = await patrolledHub()
  const last = ride(100).at(-1)!
  expect(Devices.parse(await hub.json('/api/v1/devices')).devices).toMatchObject([
    {
      id: 'ebike-01',
      gateway: 'ebike-01',
      online: false,
      lastFix: { time: '2026-05-01T00:01:39.000Z', lat: last.lat, lon: last.lon },
    },
  ])
  const columns = TrackColumns.parse(await hub.json(`/api/v1/devices/ebike-01/track?${RANGE}`))
  expect(columns.count).toBe(100)
  expect(columns.columns.timeMs).toEqual(ride(100).map(({ timeMs }) => timeMs))
  const part = `from=2026-05-01T00:00:10Z&to=2026-05-01T08:00:20%2B08:00`
  expect(
    TrackJson.parse(await hub.json(`/api/v1/devices/ebike-01/track?${part}&format=json`)).fixes,
  ).toHaveLength(10)
  const summary = Summary.parse(await hub.json(`/api/v1/devices/ebike-01/summary?${RANGE}`))
  expect(summary).toMatchObject({ fixes: 100, first: '2026-05-01T00:00:00.000Z', gaps: [] })
  expect(summary.distanceM).toBeGreaterThan(300)
  const coverage = AreaCoverage.parse(await hub.json(`/api/v1/coverage?grid=${GRID}&${RANGE}`))
  expect(coverage).toMatchObject({ grid: GRID, devices: ['ebike-01'], policy: { id: 'area' } })
  expect(coverage.coveredCells).toBeGreaterThan(50)
  expect(coverage.insideCells).toBeGreaterThan(coverage.coveredCells)
  expect(GridsAnswer.parse(await hub.json('/api/v1/grids')).features).toHaveLength(1)
  expect(StreetsAnswer.parse(await hub.json('/api/v1/streets')).features[0]?.properties.id).toBe('w1')
  expect(ComponentsAnswer.parse(await hub.json('/api/v1/components')).features).toHaveLength(1)
  expect(ComponentsAnswer.parse(await hub.json(`/api/v1/components?grid=${GRID}`)).features).toHaveLength(1)
  expect(ComponentsAnswer.parse(await hub.json('/api/v1/components?grid=none')).features).toEqual([])
  const id = caseReport('raised', 1).caseId
  const [listed] = Cases.parse(await hub.json('/api/v1/cases?open=true')).cases
  expect(listed).toMatchObject({
    id,
    open: true,
    componentName: '上水井盖 1',
    grid: GRID,
    status: 'reported',
  })
  expect(await hub.json('/api/v1/cases?open=false')).toEqual({ cases: [] })
  const one = CaseWithSteps.parse(await hub.json(`/api/v1/cases/${id}`))
  expect(one.steps).toMatchObject([{ step: 'raised', by: 'ebike-01' }])
  expect(await hub.json(`/api/v1/cases/${id}/steps`)).toEqual({ steps: one.steps })
  expect(PageSettings.parse(await hub.json('/api/v1/settings'))).toEqual({})
  expect(Health.parse(await hub.json('/healthz'))).toMatchObject({
    status: 'ok',
    parts: ['broker', 'intake', 'track store', 'ledger', 'photos', 'dead letters'].map((name) => ({
      name,
      ok: true,
    })),
  })
})

test.each([
  ['geojson', /^application\/geo\+json/, /^\{"type":"FeatureCollection"/],
  ['gpx', /^application\/gpx\+xml/, /^<\?xml/],
  ['csv', /^text\/csv/, /^time,lat,lon/],
])('a track as a file: %s', async (format, type, start) => {
  const hub = await patrolledHub()
  const response = await hub.get(`/api/v1/devices/ebike-01/track?${RANGE}&format=${format}`)
  expect(response.headers.get('content-type')).toMatch(type)
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="ebike-01.${format}"`)
  expect(await response.text()).toMatch(start)
})

describe('what cannot be answered', () => {
  test.each([
    [400, '/api/v1/devices/ebike-01/track?from=yesterday', /from.*"yesterday" is no time: expected ISO 8601/],
    [400, '/api/v1/devices/ebike-01/track?from=2026-05-02&to=2026-05-01', /is not before/],
    [400, '/api/v1/devices/ebike-01/track?from=2026-01-01&to=2026-05-01', /120\.0 days, at most 31/],
    [400, `/api/v1/devices/ebike-01/track?${RANGE}&format=kml`, /format/],
    [
      400,
      `/api/v1/devices/ebike-01/track?${RANGE}&crs=gcj02`,
      /crs gcj02 with format columns: only files .* come in other systems/,
    ],
    [400, `/api/v1/devices/a%20b/track?${RANGE}`, /letters, digits/],
    [400, `/api/v1/devices/..%2f..%2fetc/summary`, /letters, digits/],
    [400, `/api/v1/devices/__proto__'%20OR%201=1/track?${RANGE}`, /letters, digits/],
    [404, `/api/v1/devices/ebike-99/track?${RANGE}`, /device ebike-99: nothing is known of it/],
    [400, `/api/v1/devices/__proto__/track?${RANGE}`, /letters, digits/],
    [404, '/api/v1/devices/ebike-99/summary', /device ebike-99/],
    [404, `/api/v1/coverage?grid=310101001001999&${RANGE}`, /grid 310101001001999: not in the register/],
    [400, `/api/v1/coverage?${RANGE}`, /grid/],
    [400, `/api/v1/coverage?grid=${GRID}&policy=magic&${RANGE}`, /policy/],
    [400, '/api/v1/cases?open=perhaps', /open/],
    [400, '/api/v1/cases?limit=5000', /limit/],
    [400, '/api/v1/cases/nonsense', /case id/],
    [404, '/api/v1/cases/0mo7xu809-0a1b2c3d4e', /not in the ledger/],
    [404, '/api/v1/cases/0mo7xu809-0a1b2c3d4e/steps', /not in the ledger/],
    [404, '/api/v1/nothing', /no such resource/],
    [404, '/assets/..%2f..%2f..%2fpackage.json', /no such resource/],
  ])('%i %s', async (status, path, message) => {
    const hub = await startedHub()
    const { error } = HttpError.parse(await hub.json(path, status))
    expect(error.message).toMatch(message)
    expect(error.hint).toBeTypeOf('string')
  })

  test('a method that is not there', async () => {
    const hub = await startedHub()
    const response = await fetch(`${hub.httpUrl}/api/v1/cases`, { method: 'POST' })
    expect(response.status).toBe(404)
    expect(HttpError.parse(await response.json()).error.message).toMatch(/^POST \/api\/v1\/cases/)
  })

  test('a store that is away: 503 where it is needed, the rest goes on, /healthz says so', async () => {
    const hub = await startedHub()
    const away = async (): Promise<never> => {
      throw new StoreUnavailable('connection refused')
    }
    const store: TrackStore = hub.trackStore
    Object.assign(store, { readTrack: away, lastFix: away, devicesBetween: away, check: away })
    hub.registers.devices.seen([{ device: 'ebike-01', gateway: 'ebike-01', seenMs: T0 }])
    hub.registers.import('grids', { type: 'FeatureCollection', features: district.grids })
    for (const path of ['devices/ebike-01/track?', 'devices/ebike-01/summary?', `coverage?grid=${GRID}&`]) {
      const { error } = HttpError.parse(await hub.json(`/api/v1/${path}${RANGE}`, 503))
      expect(error.message).toBe('the track store cannot be reached: connection refused')
      expect(error.hint).toMatch(/healthz/)
    }
    expect(Devices.parse(await hub.json('/api/v1/devices')).devices).toHaveLength(1)
    const health = Health.parse(await hub.json('/healthz'))
    expect(health.status).toBe('degraded')
    expect(health.parts.find(({ ok }) => !ok)).toEqual({
      name: 'track store',
      ok: false,
      detail: 'connection refused; 0 records wait in the intake log',
    })
  })
})

test('what breaks inside is not told to the asker', async () => {
  const hub = await startedHub()
  Object.assign(hub.registers.devices, {
    list() {
      throw new Error('secret path /data/hub/registers.db')
    },
  })
  const { error } = HttpError.parse(await hub.json('/api/v1/devices', 500))
  expect(JSON.stringify(error)).not.toContain('secret')
})

test('the OpenAPI description names every route and its errors', async () => {
  const hub = await startedHub()
  const description = (await hub.json('/api/v1/openapi.json')) as {
    openapi: string
    paths: Record<
      string,
      Record<string, { parameters?: { name: string }[]; responses: Record<string, unknown> }>
    >
  }
  expect(description.openapi).toBe('3.1.0')
  expect(Object.keys(description.paths).sort()).toEqual([
    '/api/v1/beats',
    '/api/v1/beats/{id}',
    '/api/v1/cases',
    '/api/v1/cases/{id}',
    '/api/v1/cases/{id}/photos/{number}',
    '/api/v1/cases/{id}/steps',
    '/api/v1/components',
    '/api/v1/coverage',
    '/api/v1/coverage/roll-up',
    '/api/v1/devices',
    '/api/v1/devices/{id}/health',
    '/api/v1/devices/{id}/matched',
    '/api/v1/devices/{id}/summary',
    '/api/v1/devices/{id}/track',
    '/api/v1/findings',
    '/api/v1/grids',
    '/api/v1/grids/check',
    '/api/v1/heat',
    '/api/v1/last-seen',
    '/api/v1/live',
    '/api/v1/missed',
    '/api/v1/settings',
    '/api/v1/shifts',
    '/api/v1/shifts/{id}',
    '/api/v1/shifts/{id}/report',
    '/api/v1/shifts/{id}/round',
    '/api/v1/streets',
    '/api/v1/streets/check',
    '/api/v1/tracks',
    '/healthz',
    '/metrics',
  ])
  const { parameters, responses } = description.paths['/api/v1/devices/{id}/track']!.get!
  expect(parameters?.map(({ name }) => name).sort()).toEqual([
    'crs',
    'format',
    'from',
    'id',
    'to',
    'toleranceM',
  ])
  expect(Object.keys(responses).sort()).toEqual(['200', '4XX', '5XX'])
})

test('metrics tell what came, what was repeated, what was refused', async () => {
  const hub = await startedHub()
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const record = up('ebike-01', 1, fixes(ride(3)))
  await client.publishAsync(topic, record, { qos: 1 })
  await client.publishAsync(topic, record, { qos: 1 })
  await client.publishAsync(topic, 'nonsense', { qos: 1 })
  await eventually(() => expect(sequences()).toEqual([1, 1]))
  await eventually(async () => {
    const text = await (await hub.get('/metrics')).text()
    for (const line of [
      'gridpatrol_intake_records_total{what="kept"} 1',
      'gridpatrol_intake_records_total{what="repeated"} 1',
      'gridpatrol_intake_refused_total{reason="not-protobuf"} 1',
      'gridpatrol_set_aside{what="refused"} 1',
      'gridpatrol_cursor_lag_records{cursor="tracks"} 0',
      'gridpatrol_cursor_up{cursor="cases"} 1',
      'gridpatrol_broker_up 1',
      'gridpatrol_broker_clients 1',
      'gridpatrol_cases_open 0',
      'gridpatrol_photo_bytes 0',
      'gridpatrol_cursor_lag_records{cursor="photos"} 0',
    ])
      expect(text.split('\n')).toContain(line)
  })
})

test('security headers, also where tiles come from elsewhere', async () => {
  const hub = await startedHub({ page: { tileUrl: 'https://tiles.example:8443/{z}/{x}/{y}.png' } })
  const { headers } = await hub.get('/')
  const policy = headers.get('content-security-policy')!
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("worker-src 'self' blob:")
  expect(policy).toContain("img-src 'self' data: blob: https://tiles.example:8443")
  expect(policy).toContain("connect-src 'self' data: blob: https://tiles.example:8443")
  expect(policy).not.toContain('upgrade-insecure-requests')
  expect(headers.get('strict-transport-security')).toBeNull()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(PageSettings.parse(await hub.json('/api/v1/settings')).tileUrl).toBe(
    'https://tiles.example:8443/{z}/{x}/{y}.png',
  )
})

test('one asker cannot ask without end', async () => {
  const hub = await startedHub()
  const { headers } = await hub.get('/api/v1/settings')
  expect(Number(headers.get('x-ratelimit-limit'))).toBe(6000)
})
