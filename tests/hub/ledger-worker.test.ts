import { describe, expect, onTestFinished, test } from 'vitest'
import { Cases, Health } from '../../proto/http.ts'
import { findMosquitto, startMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/server-missing.ts'
import { freePort } from '../servers/server-process.ts'
import { eventually } from './eventually.ts'
import { caseReport, fixes, ride, up } from './gateway-messages.ts'
import { healthBody, healthOf } from './made-health.ts'
import { mqttClient, mqttGateway } from './mqtt-client.ts'
import { startedHub } from './started-hub.ts'

describe.runIf(await requireServer('mosquitto', findMosquitto))('the worker that has the ledger', () => {
  test('keeps and receipts cases alone, and shows the gateways whose tracks and health others keep', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const hub = await startedHub({
      broker: { url: server.url, clientId: 'ledger', share: 'city', role: 'ledger' },
      store: { kind: 'influxdb', url: `http://127.0.0.1:${await freePort()}`, database: 'tracks' },
    })
    const gateway = await mqttGateway(server.url, 'ebike-01')
    const full = healthOf({ storage: { state: 'full', inMemory: 0, setAside: 0 } })
    await eventually(async () => {
      const send = (payload: Buffer) => gateway.client.publishAsync(gateway.topic, payload, { qos: 1 })
      await send(up('ebike-01', 1, fixes(ride(3))))
      await send(up('ebike-01', 3, healthBody(full)))
      await send(up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) }))
      expect(Cases.parse(await hub.json('/api/v1/cases')).cases).toHaveLength(1)
    })
    await eventually(async () =>
      expect(await hub.json('/api/v1/devices')).toMatchObject({
        devices: [{ id: 'ebike-01', lastFix: { satellites: 14 }, attention: ['disk'] }],
      }),
    )
    expect(new Set(gateway.sequences())).toEqual(new Set([2]))
  })
})

test('two gateways under one id show in /healthz and /metrics', async () => {
  const hub = await startedHub()
  for (let i = 0; i < 4; i++) await mqttClient(hub.brokerUrl, 'ebike-01')
  await mqttClient(hub.brokerUrl, 'ebike-01').catch(() => {})
  const { status, parts } = Health.parse(await hub.json('/healthz'))
  expect(status).toBe('degraded')
  expect(parts.find(({ name }) => name === 'broker')).toMatchObject({
    ok: false,
    detail: 'two gateways call themselves ebike-01: give one of them another id',
  })
  const metrics = await (await hub.get('/metrics')).text()
  expect(metrics).toMatch(/^gridpatrol_broker_alarms 1$/m)
  expect(metrics).toMatch(/^gridpatrol_broker_up 1$/m)
})
