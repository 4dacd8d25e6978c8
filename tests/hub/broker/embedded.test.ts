import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../../gateway/hub/broker/embedded.ts'
import { PortTaken } from '../../../gateway/hub/port-taken.ts'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { eventually } from '../eventually.ts'
import { BOOT, T0 } from '../gateway-messages.ts'
import { closed, mqttClient } from '../mqtt-client.ts'
import { runningBroker } from './running-broker.ts'

const CASE_ID = '0mo7xu800-0a1b2c3d4e'
const presence = (online: boolean): Buffer =>
  Buffer.from(encodePresence({ online, boot: BOOT, timeMs: T0, version: '0.1.0' }))

test('PUBACK leaves only after the record is kept', async () => {
  const { url, heard, acknowledge, hold } = await runningBroker()
  hold()
  const client = await mqttClient(url, 'ebike-01')
  let acknowledged = false
  const sent = client.publishAsync('gridpatrol/v1/ebike-01/up', 'x', { qos: 1 }).then(() => {
    acknowledged = true
  })
  await eventually(() => expect(heard).toEqual([{ gateway: 'ebike-01', payload: Buffer.from('x') }]))
  // A round trip on the same connection: a PUBACK would have come before.
  await (await mqttClient(url, 'other')).subscribeAsync('gridpatrol/v1/cases/+')
  expect(acknowledged).toBe(false)
  acknowledge[0]!()
  await sent
})

test('what cannot be kept is not acknowledged: the client is disconnected', async () => {
  const { broker, url, acknowledge, hold } = await runningBroker()
  hold()
  const client = await mqttClient(url, 'ebike-01')
  client.publish('gridpatrol/v1/ebike-01/up', 'x', { qos: 1 })
  await eventually(() => expect(acknowledge).toHaveLength(1))
  acknowledge[0]!(new Error('disk full'))
  await closed(client)
  expect(broker.state().refused.connections).toBe(1)
})

test.each([
  ["another gateway's topic", 'gridpatrol/v1/ebike-02/up', 1],
  ['a case', `gridpatrol/v1/cases/${CASE_ID}`, 1],
  ['its own down', 'gridpatrol/v1/ebike-01/down', 0],
  ['$SYS', '$SYS/broker/load', 0],
  ['QoS 2', 'gridpatrol/v1/ebike-01/up', 2],
] as const)('publishing on %s ends the connection and reaches nobody', async (_name, topic, qos) => {
  const { broker, url, heard } = await runningBroker()
  const reader = await mqttClient(url, 'reader')
  const messages: string[] = []
  reader.on('message', (name) => messages.push(name))
  await reader.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
  const client = await mqttClient(url, 'ebike-01')
  client.publish(topic, 'x', { qos })
  await closed(client)
  expect(broker.state().refused).toMatchObject({ publishes: 1, connections: 1 })
  await broker.publishCase(CASE_ID, '{}', false)
  await eventually(() => expect(messages).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
  expect(heard).toEqual([])
})

test('a mixed SUBSCRIBE grants what is allowed and leaks nothing, then or after coming back', async () => {
  const { broker, url } = await runningBroker()
  const first = await mqttClient(url, 'reader', { clean: false })
  const filters = ['gridpatrol/v1/cases/+', 'gridpatrol/v1/ebike-01/down', '#', '$SYS/#']
  const granted = await first.subscribeAsync(filters, { qos: 1 }).catch(() => undefined)
  expect(granted?.map(({ qos }) => qos) ?? broker.state().refused.subscriptions).toSatisfy(
    (answer) => answer === 3 || JSON.stringify(answer) === '[1,128,128,128]',
  )
  const heard: string[] = []
  first.on('message', (topic) => heard.push(topic))
  broker.publishDown('ebike-01', Buffer.from('secret'))
  await broker.publishCase(CASE_ID, '{"n":1}', false)
  await eventually(() => expect(heard).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
  await first.endAsync()

  broker.publishDown('ebike-01', Buffer.from('secret'))
  const second = await connectAsync(url, {
    clientId: 'reader',
    protocolVersion: 4,
    clean: false,
    reconnectPeriod: 0,
  })
  onTestFinished(async () => second.endAsync(true))
  const after: string[] = []
  second.on('message', (topic) => after.push(topic))
  broker.publishDown('ebike-01', Buffer.from('secret'))
  await second.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
  await broker.publishCase(CASE_ID, '{"n":2}', false)
  await eventually(() => expect(after).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
})

test('a retained case meets who comes later, until it is taken away', async () => {
  const { broker, url } = await runningBroker()
  await broker.publishCase(CASE_ID, '{"open":true}', true)
  const heard: string[] = []
  const early = await mqttClient(url, 'early')
  early.on('message', (_topic, payload) => heard.push(payload.toString()))
  await early.subscribeAsync('gridpatrol/v1/cases/+')
  await eventually(() => expect(heard).toEqual(['{"open":true}']))
  await broker.publishCase(CASE_ID, '{"open":false}', false)
  await broker.publishCase(CASE_ID, '', true)
  await eventually(() => expect(heard).toEqual(['{"open":true}', '{"open":false}', '']))
  const late = await mqttClient(url, 'late')
  const lateHeard: string[] = []
  late.on('message', (_topic, payload) => lateHeard.push(payload.toString()))
  await late.subscribeAsync('gridpatrol/v1/cases/+')
  await broker.publishCase(CASE_ID, 'marker', false)
  await eventually(() => expect(lateHeard).toEqual(['marker']))
})

test('presence comes from the gateway, from its will, and from a connection that just ends', async () => {
  const { url, presences, refused } = await runningBroker()
  const topic = 'gridpatrol/v1/ebike-01/state'
  const willing = await mqttClient(url, 'ebike-01', {
    will: { topic, payload: presence(false), qos: 1, retain: true },
  })
  await willing.publishAsync(topic, presence(true), { qos: 1, retain: true })
  willing.stream.destroy()
  const online = (gateway: string) => ({ gateway, online: true })
  const offline = (gateway: string) => ({ gateway, online: false })
  await eventually(() => expect(presences).toEqual([online('ebike-01'), offline('ebike-01')]))

  const silent = await mqttClient(url, 'ebike-02')
  await silent.publishAsync('gridpatrol/v1/ebike-02/state', presence(true), { qos: 1 })
  await silent.publishAsync('gridpatrol/v1/ebike-02/state', 'no presence', { qos: 1 })
  await silent.endAsync()
  await eventually(() => expect(presences.slice(2)).toEqual([online('ebike-02'), offline('ebike-02')]))
  expect(refused).toMatchObject([{ gateway: 'ebike-02', reason: expect.any(String) }])
})

test.each(['cases', 'a/b', '+', 'x'.repeat(65), '__proto__!'])(
  'client id %j is rejected',
  async (clientId) => {
    const { url } = await runningBroker()
    await expect(
      connectAsync(url, { clientId, protocolVersion: 4, reconnectPeriod: 0, clean: true }),
    ).rejects.toThrow(/Identifier rejected|closed/i)
  },
)

test('a client without an id gets one, enough to follow the cases', async () => {
  const { broker, url } = await runningBroker()
  const client = await mqttClient(url, '')
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  await client.subscribeAsync('gridpatrol/v1/cases/+')
  await broker.publishCase(CASE_ID, '{}', false)
  await eventually(() => expect(heard).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
})

test('a second client of the same id replaces the first', async () => {
  const { broker, url } = await runningBroker()
  const first = await mqttClient(url, 'ebike-01')
  await mqttClient(url, 'ebike-01')
  await closed(first)
  await eventually(() => expect(broker.state().clients).toBe(1))
})

test('a taken port is said in one line', async () => {
  const { url } = await runningBroker()
  const port = Number(new URL(url).port)
  const second = new EmbeddedBroker({ host: '127.0.0.1', port }, silentLog())
  onTestFinished(() => second.close())
  const nobody = { onUp() {}, onPresence() {}, onRefused() {}, onReady() {} }
  await expect(second.start(nobody)).rejects.toThrow(PortTaken)
  await expect(second.start(nobody)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`)
})
