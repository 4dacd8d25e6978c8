import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { Refusal } from '../../../gateway/hub/broker/broker.ts'
import { ExternalBroker } from '../../../gateway/hub/broker/external.ts'
import { encodePresence, encodeReceipt } from '../../../proto/codec/codec.ts'
import { Cases, TrackColumns } from '../../../proto/http.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { freePort } from '../../servers/server-process.ts'
import { eventually } from '../eventually.ts'
import { BOOT, caseReport, fixes, ride, T0, up } from '../gateway-messages.ts'
import { mqttClient, mqttGateway } from '../mqtt-client.ts'
import { startedHub } from '../started-hub.ts'

const CASE_ID = '0mo7xu800-0a1b2c3d4e'

async function start(url: string) {
  const broker = new ExternalBroker({ url, clientId: 'hub-1' }, silentLog())
  onTestFinished(() => broker.close())
  const heard: string[] = []
  const presences: { gateway: string; online: boolean }[] = []
  const refused: Refusal[] = []
  let ready = 0
  await broker.start({
    onUp(gateway, payload, done) {
      heard.push(`${gateway} ${Buffer.from(payload)}`)
      done()
    },
    onPresence: (gateway, { online }) => presences.push({ gateway, online }),
    onRefused: (refusal) => refused.push(refusal),
    onReady: () => ready++,
  })
  return { broker, heard, presences, refused, ready: () => ready }
}

test('a broker that is not there is no error: it shows, and publishing says so', async () => {
  const { broker } = await start(`mqtt://127.0.0.1:${await freePort()}`)
  await eventually(() => expect(broker.state().detail).toMatch(/ECONNREFUSED/))
  expect(broker.state().ok).toBe(false)
  broker.publishDown('ebike-01', encodeReceipt({ boot: BOOT, sequences: [1] }))
  await expect(broker.publishCase(CASE_ID, '{}', true)).rejects.toThrow(/not connected/)
})

describe.runIf(await requireServer('mosquitto', findMosquitto))('beside mosquitto', () => {
  test('hears gateways, answers them, publishes cases', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const presence = Buffer.from(encodePresence({ online: true, boot: BOOT, timeMs: T0, version: '0.1.0' }))
    const early = await mqttClient(server.url, 'ebike-09')
    await early.publishAsync('gridpatrol/v1/ebike-09/state', presence, { qos: 1, retain: true })
    const { broker, heard, presences, refused, ready } = await start(server.url)
    await eventually(() => expect(ready()).toBe(1))
    expect(broker.state()).toMatchObject({ ok: true, clients: 1 })
    await eventually(() => expect(presences).toEqual([{ gateway: 'ebike-09', online: true }]))
    await early.publishAsync('gridpatrol/v1/ebike-09/state', '', { qos: 1, retain: true })
    await early.publishAsync('gridpatrol/v1/ebike-09/state', 'nonsense', { qos: 1 })
    await early.publishAsync('gridpatrol/v1/cases/up', 'x', { qos: 1 })
    await eventually(() => expect(refused.map(({ gateway }) => gateway)).toEqual(['ebike-09', '']))
    const gateway = await mqttGateway(server.url, 'ebike-01')
    await gateway.client.publishAsync(gateway.topic, 'x', { qos: 1 })
    await eventually(() => expect(heard).toEqual(['ebike-01 x']))
    broker.publishDown('ebike-01', encodeReceipt({ boot: BOOT, sequences: [7] }))
    await eventually(() => expect(gateway.sequences()).toEqual([7]))
    await broker.publishCase(CASE_ID, '{"open":true}', true)
    const reader = await mqttClient(server.url, 'reader')
    const cases: string[] = []
    reader.on('message', (_topic, payload) => cases.push(payload.toString()))
    await reader.subscribeAsync('gridpatrol/v1/cases/+')
    await eventually(() => expect(cases).toEqual(['{"open":true}']))
  })

  test('comes back after the broker was killed, and subscribes again', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const { broker, heard, ready } = await start(server.url)
    await eventually(() => expect(ready()).toBe(1))
    await server.kill()
    await eventually(() => expect(broker.state().ok).toBe(false))
    await server.restart()
    await eventually(() => expect(ready()).toBe(2))
    expect(broker.state().ok).toBe(true)
    const gateway = await mqttClient(server.url, 'ebike-01')
    await gateway.publishAsync('gridpatrol/v1/ebike-01/up', 'again', { qos: 1 })
    await eventually(() => expect(heard).toEqual(['ebike-01 again']))
  })

  test('the whole hub: records arrive, receipts go, a case outlives the broker', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const hub = await startedHub({ broker: { url: server.url } })
    const gateway = await mqttGateway(server.url, 'ebike-01')
    const send = () =>
      Promise.all([
        gateway.client.publishAsync(gateway.topic, up('ebike-01', 1, fixes(ride(30))), { qos: 1 }),
        gateway.client.publishAsync(
          gateway.topic,
          up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) }),
          {
            qos: 1,
          },
        ),
      ])
    // What was sent before the hub subscribed has no receipt: a gateway sends it again.
    await eventually(async () => {
      if (gateway.sequences().length < 2) await send()
      expect(new Set(gateway.sequences())).toEqual(new Set([1, 2]))
    })
    const path = `/api/v1/devices/ebike-01/track?from=${T0}&to=${T0 + 60_000}`
    await eventually(async () => expect(TrackColumns.parse(await hub.json(path)).count).toBe(30))
    await eventually(async () =>
      expect(Cases.parse(await hub.json('/api/v1/cases?open=true')).cases).toHaveLength(1),
    )
    await server.kill()
    await server.restart()
    // mosquitto forgot everything; the hub publishes its open cases again.
    const retained = async (): Promise<string[]> => {
      const reader = await mqttClient(server.url, `reader-${performance.now().toFixed(0)}`)
      const topics: string[] = []
      reader.on('message', (topic) => topics.push(topic))
      await reader.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
      await reader.endAsync()
      return topics
    }
    await eventually(async () => expect(await retained()).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
  })
})
