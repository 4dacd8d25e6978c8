import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../gateway/foundation/log.ts'
import { HubConfig } from '../../gateway/hub/config.ts'
import { startHub } from '../../gateway/hub/hub.ts'
import { PortTaken } from '../../gateway/hub/port-taken.ts'
import { Case, Cases, Health, TrackColumns } from '../../proto/http.ts'
import { testFolder } from '../test-folder.ts'
import { eventually } from './eventually.ts'
import { caseReport, fixes, ride, T0, up } from './gateway-messages.ts'
import { mqttClient, mqttGateway } from './mqtt-client.ts'
import { type StartedHub, startedHub } from './started-hub.ts'

const RANGE = `from=${T0}&to=${T0 + 3_600_000}`

async function countFixes(hub: StartedHub, device: string): Promise<number> {
  const response = await hub.get(`/api/v1/devices/${device}/track?${RANGE}`)
  return response.status === 404 ? 0 : TrackColumns.parse(await response.json()).count
}

test('duplicates are dropped, malformed payloads set aside, everything else arrives and is receipted', async () => {
  const hub = await startedHub()
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const sent: Promise<unknown>[] = []
  for (let i = 0; i < 40; i++) {
    const record = up('ebike-01', i + 1, fixes(ride(30, T0 + i * 30_000)))
    sent.push(client.publishAsync(topic, record, { qos: 1 }))
    if (i % 3 === 0) sent.push(client.publishAsync(topic, record, { qos: 1 }))
    if (i % 7 === 0) sent.push(client.publishAsync(topic, record.subarray(0, 20), { qos: 1 }))
  }
  await Promise.all(sent)
  await eventually(() => expect(new Set(sequences()).size).toBe(40))
  expect(sequences()).toHaveLength(54)
  await eventually(async () => expect(await countFixes(hub, 'ebike-01')).toBe(1200))
  expect(client.connected).toBe(true)
})

test('a hub that comes back goes on where it stopped, and republishes the open cases', async () => {
  const folder = testFolder()
  const first = await startedHub({ data: folder })
  const gateway = await mqttGateway(first.brokerUrl, 'ebike-01')
  const report = (sequence: number, body: Parameters<typeof up>[2]) =>
    gateway.client.publishAsync(gateway.topic, up('ebike-01', sequence, body), { qos: 1 })
  await report(1, fixes(ride(10)))
  await report(2, { lane: 'case', report: caseReport('raised', 1) })
  await report(3, { lane: 'case', report: caseReport('raised', 1, { caseId: '0mo7xu801-0a1b2c3d4e' }) })
  await report(4, { lane: 'case', report: caseReport('cleared', 2, { caseId: '0mo7xu801-0a1b2c3d4e' }) })
  await first.close()

  const second = await startedHub({ data: folder })
  await eventually(async () => expect(await countFixes(second, 'ebike-01')).toBe(10))
  await eventually(async () =>
    expect(Cases.parse(await second.json('/api/v1/cases')).cases.map(({ open }) => open)).toEqual([
      false,
      true,
    ]),
  )
  const retained: Case[] = []
  const reader = await mqttClient(second.brokerUrl, 'reader')
  reader.on('message', (_topic, payload) => {
    if (payload.length > 0) retained.push(Case.parse(JSON.parse(payload.toString())))
  })
  await reader.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
  await eventually(() =>
    expect(retained.filter(({ open }) => open).map(({ id }) => id)).toContain(caseReport('raised', 1).caseId),
  )
})

test('a taken port is one clear line, and everything opened before is closed', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  onTestFinished(() => {
    blocker.close()
  })
  const { port } = blocker.address() as { port: number }
  const data = testFolder()
  const config = (http: number, mqtt: number) =>
    HubConfig.parse({ data, http: { port: http }, broker: { embedded: { port: mqtt } } })
  const http = startHub(config(port, 0), silentLog())
  await expect(http).rejects.toThrow(PortTaken)
  await expect(http).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken: another program listens there; choose another with --port`,
  )
  await expect(startHub(config(0, port), silentLog())).rejects.toThrow(/hub\.broker\.embedded\.port/)
  const hub = await startHub(config(0, 0), silentLog())
  await hub.close()
})

test('a broker and a store that are away at the start: the hub runs and says so', async () => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const { port } = nobody.address() as { port: number }
  nobody.close()
  await once(nobody, 'close')
  const hub = await startedHub({
    broker: { url: `mqtt://127.0.0.1:${port}` },
    store: { kind: 'influxdb', url: `http://127.0.0.1:${port}`, database: 'gridpatrol' },
  })
  await eventually(async () => {
    const { status, parts } = Health.parse(await hub.json('/healthz'))
    expect(status).toBe('degraded')
    expect(parts.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['broker', 'track store'])
    expect(parts[0]!.detail).toContain(`mqtt://127.0.0.1:${port}`)
    expect(parts[0]!.detail).toMatch(/ECONNREFUSED|refused/)
  })
  expect(await hub.json('/api/v1/cases')).toEqual({ cases: [] })
})
