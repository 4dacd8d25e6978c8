import { describe, expect, test } from 'vitest'
import { Case, CaseWithSteps, HttpError } from '../../../proto/http.ts'
import { eventually } from '../eventually.ts'
import { caseReport, handReport, PNG, photoParts, up } from '../gateway-messages.ts'
import { mqttClient, mqttGateway } from '../mqtt-client.ts'
import { type StartedHub, startedHub } from '../started-hub.ts'

const { caseId } = handReport()
const CASE = `/api/v1/cases/${caseId}`

/** A hub to which an inspector reported, with one photo whole and one part of three of the second. */
async function reportedHub(): Promise<{
  hub: StartedHub
  send: (...bodies: Parameters<typeof up>[2][]) => Promise<void>
}> {
  const hub = await startedHub()
  hub.registers.import('grids', {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: {
          type: 'Polygon',
          coordinates: [
            [
              [121, 31],
              [122, 31],
              [122, 32],
              [121, 32],
              [121, 31],
            ],
          ],
        },
        properties: { code: '310101001001001', name: '外滩一' },
      },
    ],
  })
  const { client, topic } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  let sequence = 0
  const send = async (...bodies: Parameters<typeof up>[2][]) => {
    for (const body of bodies) await client.publishAsync(topic, up('ebike-01', ++sequence, body), { qos: 1 })
  }
  const whole = photoParts(PNG, 2).map((part) => ({ lane: 'photo' as const, part }))
  const begun = { lane: 'photo' as const, part: photoParts(PNG, 3, { photo: 2 })[0]! }
  await send({ lane: 'case', report: handReport() }, ...whole, begun)
  await eventually(async () =>
    expect(CaseWithSteps.parse(await hub.json(CASE)).manual?.photosHere).toEqual([1]),
  )
  return { hub, send }
}

test('a report by hand is a case like others, at its place and in its grid', async () => {
  const { hub } = await reportedHub()
  const one = CaseWithSteps.parse(await hub.json(CASE))
  expect(one).toMatchObject({
    source: 'inspector',
    open: true,
    fault: 'exposed_rubbish',
    faultName: { zh: '暴露垃圾', en: 'Exposed rubbish' },
    gateway: 'ebike-01',
    grid: '310101001001001',
    position: { lat: 31.2301, lon: 121.4705, source: 'hand' },
    timeSource: 'gps',
    manual: { note: '两袋垃圾', by: '王', photos: 2, photosHere: [1] },
    steps: [{ step: 'raised', by: 'ebike-01', note: '两袋垃圾' }],
  })
  for (const absent of ['component', 'evidence', 'componentName']) expect(one).not.toHaveProperty(absent)
})

test('a photo is served as what it is, and runs nothing', async () => {
  const { hub } = await reportedHub()
  const response = await hub.get(`${CASE}/photos/1`)
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG)
  const header = (name: string) => response.headers.get(name)
  expect(header('content-type')).toBe('image/png')
  expect(header('content-length')).toBe(String(PNG.length))
  expect(header('x-content-type-options')).toBe('nosniff')
  expect(header('content-security-policy')).toBe("default-src 'none'; sandbox")
  expect(header('content-disposition')).toBe(`inline; filename="${caseId}-1.png"`)
  expect(header('cache-control')).toContain('immutable')
})

describe('what is not there', () => {
  test.each([
    [404, `${CASE}/photos/2`, /photo 2 of case .*: 1 of its 3 parts have come/],
    [404, `${CASE}/photos/3`, /the case has 2 photos/],
    [400, `${CASE}/photos/0`, /number/],
    [400, `${CASE}/photos/10`, /number/],
    [400, `${CASE}/photos/..%2f..%2fledger.db`, /number/],
    [404, '/api/v1/cases/0mo7xu809-0a1b2c3d4e/photos/1', /not in the ledger/],
  ])('%i %s', async (status, path, message) => {
    const { hub } = await reportedHub()
    const { error } = HttpError.parse(await hub.json(path, status))
    expect(error.message).toMatch(message)
    expect(error.hint).toBeTypeOf('string')
  })

  test('a sensor’s case has no photos', async () => {
    const { hub, send } = await reportedHub()
    const report = caseReport('raised', 1)
    await send({ lane: 'case', report })
    const path = `/api/v1/cases/${report.caseId}`
    await eventually(async () => expect((await hub.get(path)).status).toBe(200))
    expect(Case.parse(await hub.json(path))).toMatchObject({ source: 'sensor' })
    const { error } = HttpError.parse(await hub.json(`${path}/photos/1`, 404))
    expect(error.message).toContain('the case has 0 photos')
  })
})

test('other systems see the case at once, and again with each photo', async () => {
  const { hub, send } = await reportedHub()
  const client = await mqttClient(hub.brokerUrl, 'another-system')
  const told: Case[] = []
  client.on('message', (_topic, payload) => told.push(Case.parse(JSON.parse(payload.toString()))))
  await client.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
  await eventually(() => expect(told.at(-1)).toMatchObject({ id: caseId, manual: { photosHere: [1] } }))
  const rest = photoParts(PNG, 3, { photo: 2 }).slice(1)
  await send(...rest.map((part) => ({ lane: 'photo' as const, part })))
  await eventually(() => expect(told.at(-1)).toMatchObject({ id: caseId, manual: { photosHere: [1, 2] } }))
  expect((await hub.get(`${CASE}/photos/2`)).status).toBe(200)
})

test('a photo of another gateway’s case is set aside and told, and the hub stays well', async () => {
  const { hub } = await reportedHub()
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, 'ebike-66')
  const [part] = photoParts(PNG, 1, { photo: 2 })
  await client.publishAsync(topic, up('ebike-66', 1, { lane: 'photo', part: part! }), { qos: 1 })
  await eventually(() => expect(sequences()).toEqual([1]))
  await eventually(async () => {
    const lines = (await (await hub.get('/metrics')).text()).split('\n')
    expect(lines).toContain('gridpatrol_dead_letters_total{cursor="photos"} 1')
    expect(lines).toContain('gridpatrol_cursor_up{cursor="photos"} 1')
  })
  expect((await hub.get(`${CASE}/photos/2`)).status).toBe(404)
})

test('photos outlive the hub', async () => {
  const { hub } = await reportedHub()
  await hub.close()
  const again = await startedHub({ data: hub.folder })
  expect(Buffer.from(await (await again.get(`${CASE}/photos/1`)).arrayBuffer())).toEqual(PNG)
})
