import { expect, test } from 'vitest'
import { encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import { Devices, GatewayHealth, HttpError, LIVE_EVENTS } from '../../../proto/http.ts'
import { eventually } from '../eventually.ts'
import { BOOT, fixes, ride, T0, up } from '../gateway-messages.ts'
import { healthBody, healthOf, linkOf } from '../made-health.ts'
import { mqttGateway } from '../mqtt-client.ts'
import { type StartedHub, startedHub } from '../started-hub.ts'

const EARLIER_BOOT = 'ffffffffffff'
const TROUBLED = healthOf({
  timeSource: 'estimated',
  ports: [
    {
      name: 'gps',
      path: '/dev/serial/by-id/gps',
      state: 'missing',
      detail: 'no such file',
      counters: { opened: 2 },
      satellites: [{ system: 'GPS', inView: 9 }],
      device: 'ebike-07',
    },
  ],
  outbox: { records: 812, bytes: 51_234, dropped: { reading: 12 } },
  link: linkOf({ dataBytes: 45e6 }),
})

async function send(hub: StartedHub, gateway: string, ...payloads: Buffer[]): Promise<void> {
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, gateway)
  for (const payload of payloads) await client.publishAsync(topic, payload, { qos: 1 })
  await eventually(() => expect(sequences()).toHaveLength(payloads.length))
  await client.endAsync()
}

const healthAt = async (hub: StartedHub, id: string): Promise<GatewayHealth> =>
  GatewayHealth.parse(await hub.json(`/api/v1/devices/${id}/health`))

test('the health that a gateway sends is told whole, also of a device that it carries', async () => {
  const hub = await startedHub()
  await send(
    hub,
    'post-1',
    up('post-1', 1, fixes(ride(3), 'ebike-07')),
    up('post-1', 1, healthBody(healthOf()), EARLIER_BOOT),
    up('post-1', 9, healthBody(TROUBLED)),
    // Sent again, and late.
    up('post-1', 2, healthBody(healthOf()), EARLIER_BOOT),
    up('post-1', 8, healthBody(healthOf())),
  )
  await eventually(async () => expect((await healthAt(hub, 'post-1')).outbox.records).toBe(812))
  const told = await healthAt(hub, 'post-1')
  const { timeMs, ...sent } = TROUBLED
  expect(told).toEqual({
    gateway: 'post-1',
    receivedAt: told.receivedAt,
    online: false,
    time: new Date(timeMs).toISOString(),
    ...sent,
    attention: [
      { key: 'records-dropped', detail: '12 records in the last day, 12 in all' },
      { key: 'port-down', port: 'gps', detail: 'missing: no such file' },
      { key: 'backlog', detail: '812 records, 51234 bytes wait' },
      { key: 'data-budget', detail: '45000000 of 50000000 bytes of the day' },
      { key: 'clock-estimated' },
    ],
  })
  expect(Math.abs(Date.parse(told.receivedAt) - Date.now())).toBeLessThan(60_000)
  expect(await healthAt(hub, 'ebike-07')).toEqual(told)
  const keys = ['records-dropped', 'port-down', 'backlog', 'data-budget', 'clock-estimated']
  expect(Devices.parse(await hub.json('/api/v1/devices')).devices).toMatchObject([
    { id: 'ebike-07', gateway: 'post-1', attention: keys },
    { id: 'post-1', attention: keys },
  ])
  const metrics = (await (await hub.get('/metrics')).text()).split('\n')
  for (const line of [
    'gridpatrol_gateways_attention{what="port-down"} 1',
    'gridpatrol_gateways_attention{what="silent"} 0',
    'gridpatrol_gateway_backlog_records 812',
    'gridpatrol_gateway_dropped_records_total{lane="reading"} 12',
    'gridpatrol_gateway_dropped_records_total{lane="case"} 0',
  ])
    expect(metrics).toContain(line)
})

test('a gateway on which all is well is not marked, and nothing is made up of an older version', async () => {
  const hub = await startedHub()
  const { link, storage, ...old } = healthOf()
  await send(hub, 'ebike-01', up('ebike-01', 1, healthBody(old)))
  await eventually(() => healthAt(hub, 'ebike-01'))
  const told = await healthAt(hub, 'ebike-01')
  expect(told.attention).toEqual([])
  expect(told).not.toHaveProperty('link')
  expect(told).not.toHaveProperty('storage')
  const [device] = Devices.parse(await hub.json('/api/v1/devices')).devices
  expect(device).not.toHaveProperty('attention')
})

test('a health that cannot be read is put aside and holds up no track', async () => {
  const hub = await startedHub()
  // As encoded, but for the state of a port, which this version does not know.
  const body = Buffer.from(
    Buffer.from(encodeBody(healthBody(TROUBLED)))
      .toString('latin1')
      .replace('missing', 'missung'),
    'latin1',
  )
  const bad = Buffer.from(
    encodeEnvelope({ gateway: 'ebike-01', boot: BOOT, sequence: 2, lane: 'health', body }),
  )
  await send(
    hub,
    'ebike-01',
    up('ebike-01', 1, fixes(ride(3))),
    bad,
    up('ebike-01', 3, fixes(ride(3, T0 + 9000))),
  )
  await eventually(async () => {
    const text = await (await hub.get('/metrics')).text()
    expect(text).toContain('gridpatrol_dead_letters_total{cursor="tracks"} 1')
    expect(text).toContain('gridpatrol_cursor_lag_records{cursor="tracks"} 0')
  })
  expect(await hub.trackStore.lastFix('ebike-01')).toMatchObject({ timeMs: T0 + 11_000 })
})

test('what is not known is a 404 that says why', async () => {
  const hub = await startedHub()
  const refusal = async (id: string) =>
    HttpError.parse(await hub.json(`/api/v1/devices/${id}/health`, 404)).error
  expect(await refusal('ebike-99')).toEqual({
    message: 'device ebike-99: no gateway has told of it',
    hint: 'GET /api/v1/devices lists the devices',
  })
  await send(hub, 'ebike-01', up('ebike-01', 1, fixes(ride(3))))
  await eventually(async () =>
    expect(Devices.parse(await hub.json('/api/v1/devices')).devices).toHaveLength(1),
  )
  const { message, hint } = await refusal('ebike-01')
  expect(message).toBe('gateway ebike-01: no health has come from it yet')
  expect(hint).toMatch(/healthEveryS/)
  const { error } = HttpError.parse(await hub.json('/api/v1/devices/a%20b/health', 400))
  expect(error.message).toMatch(/letters, digits/)
})

test('the live page hears of it at once, and when it is over', async () => {
  const hub = await startedHub()
  const stream = await hub.get('/api/v1/live')
  const events: unknown[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of stream.body!) {
      text += Buffer.from(chunk).toString()
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
        text = text.slice(end + 2)
        if (name === 'device') events.push(LIVE_EVENTS.device.parse(JSON.parse(data!)))
      }
    }
  })().catch(() => {})
  const full = healthOf({ storage: { state: 'full', inMemory: 0, setAside: 0 } })
  await send(hub, 'ebike-01', up('ebike-01', 1, healthBody(full)))
  await eventually(() => expect(events).toEqual([{ id: 'ebike-01', online: false, attention: ['disk'] }]))
  await send(hub, 'ebike-01', up('ebike-01', 2, healthBody(healthOf())))
  await eventually(() => expect(events[1]).toEqual({ id: 'ebike-01', online: false, attention: [] }))
  await hub.close()
  await reading
})
