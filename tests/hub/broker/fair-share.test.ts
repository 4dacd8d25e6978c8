import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import type { AllowanceLimits } from '../../../gateway/hub/broker/allowance.ts'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { eventually } from '../eventually.ts'
import { BOOT, T0 } from '../gateway-messages.ts'
import { mqttClient } from '../mqtt-client.ts'
import { connectedTcp, runningBroker } from './running-broker.ts'

/** Twenty messages, and then one in a quarter of an hour: what is held back stays so while a test runs. */
const TWENTY: AllowanceLimits = {
  messagesPerS: 0.001,
  bytesPerS: Number.POSITIVE_INFINITY,
  burstMs: 20_000_000,
  alarmAfterMs: 0.001,
}

const publish = (channel: 'up' | 'state', payload: string | Buffer, messageId = 1): Buffer => {
  const topic = `gridpatrol/v1/heavy/${channel}`
  return generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false })
}
const presence = (online: boolean): Buffer =>
  Buffer.from(encodePresence({ online, boot: BOOT, timeMs: T0, version: '0.1.0' }))
const many = (count: number, packet: (i: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => packet(i)))

/** Another gateway sends and is acknowledged; by then what was to come of the heavy one has come. */
async function anotherIsServed(url: string): Promise<void> {
  const other = await mqttClient(url, 'ebike-02')
  for (let i = 0; i < 15; i++) await other.publishAsync('gridpatrol/v1/ebike-02/up', `${i}`, { qos: 1 })
}

test('beyond its allowance a gateway is left unread, and neither dropped nor disconnected', async () => {
  const { broker, url, heard } = await runningBroker({ allowance: TWENTY })
  const heavy = await connectedTcp(url, 'heavy')
  heavy.write(many(100, (i) => publish('up', `${i}`, i + 1)))
  const ofHeavy = () => heard.filter(({ gateway }) => gateway === 'heavy').length
  await eventually(() => expect(ofHeavy()).toBeGreaterThanOrEqual(20))
  await anotherIsServed(url)
  expect(ofHeavy()).toBeLessThan(25)
  expect(heavy.closed).toBe(false)
  expect(broker.state()).toMatchObject({
    clients: 2,
    refused: { connections: 0 },
    alarms: [expect.stringMatching(/^heavy has sent more than/)],
  })
})

test('a new connection brings no new allowance', async () => {
  const { url, heard } = await runningBroker({ allowance: TWENTY })
  for (let i = 0; i < 3; i++) {
    const heavy = await connectedTcp(url, 'heavy')
    heavy.write(many(100, (n) => publish('up', `${n}`, n + 1)))
    await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(20))
    heavy.destroy()
  }
  await anotherIsServed(url)
  expect(heard.filter(({ gateway }) => gateway === 'heavy').length).toBeLessThan(25)
})

test('what only makes work counts for several', async () => {
  const { url, heard, presences, refuse } = await runningBroker({ allowance: TWENTY })
  refuse()
  const invalid = await connectedTcp(url, 'heavy')
  invalid.write(many(100, (i) => publish('up', 'no record', i + 1)))
  await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(2))
  const changing = await connectedTcp(url, 'changing')
  const topic = 'gridpatrol/v1/changing/state'
  const state = (i: number) => ({
    cmd: 'publish' as const,
    topic,
    payload: presence(i % 2 === 0),
    qos: 0 as const,
  })
  changing.write(many(100, (i) => generate({ ...state(i), dup: false, retain: true })))
  await eventually(() => expect(presences.length).toBeGreaterThanOrEqual(2))
  await eventually(() => expect(heard.length + presences.length).toBeLessThan(8))
})

test('pings are counted too: each makes work', async () => {
  const { url } = await runningBroker({ allowance: TWENTY })
  const heavy = await connectedTcp(url, 'heavy')
  let answered = 0
  heavy.on('data', (bytes) => {
    answered += bytes.length / 2
  })
  heavy.write(many(5000, () => generate({ cmd: 'pingreq' })))
  await eventually(() => expect(answered).toBeGreaterThanOrEqual(20))
  await anotherIsServed(url)
  expect(answered).toBeLessThan(25)
})

test('a keep-alive is not broken by who is not read', async () => {
  const { broker, url, heard } = await runningBroker({ allowance: TWENTY })
  const heavy = await connectedTcp(url, 'heavy', { keepalive: 1 })
  heavy.write(many(100, (i) => publish('up', `${i}`, i + 1)))
  await eventually(() => expect(heard.length).toBeGreaterThanOrEqual(20))
  // Longer than one and a half keep-alives.
  await sleep(2500)
  expect(heavy.closed).toBe(false)
  expect(broker.state().refused.connections).toBe(0)
})

test('what is not committed yet bounds what is read on', async () => {
  const { url, heard, acknowledge, hold } = await runningBroker()
  hold()
  const heavy = await connectedTcp(url, 'heavy')
  heavy.write(many(1000, (i) => publish('up', `${i}`, i + 1)))
  await eventually(() => expect(heard).toHaveLength(64))
  await anotherConnects(url)
  expect(heard).toHaveLength(64)
  const acknowledged = packetIds(heavy)
  for (let i = 0; i < 1000; i++) {
    await eventually(() => expect(acknowledge.length).toBeGreaterThan(i))
    acknowledge[i]!()
  }
  // [MQTT-4.6.0-2] in the order in which they came.
  await eventually(() => expect(acknowledged).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1)))
  expect(heard.map(({ payload }) => Number(payload.toString()))).toEqual(acknowledged.map((id) => id - 1))
})

async function anotherConnects(url: string): Promise<void> {
  const other = await mqttClient(url, 'ebike-02')
  await other.subscribeAsync('gridpatrol/v1/cases/+')
}

/** Those that PUBACKs name, as they come. */
function packetIds(socket: Socket): number[] {
  const ids: number[] = []
  let rest = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (; rest.length >= 4; rest = rest.subarray(4)) ids.push(rest.readUInt16BE(2))
  })
  return ids
}

test.each([
  ['for too long', { drainTimeoutMs: 300, maxUnreadBytes: Number.POSITIVE_INFINITY }],
  ['too much', { drainTimeoutMs: 600_000, maxUnreadBytes: 1 << 20 }],
])('a gateway that leaves its receipts unread %s is disconnected', async (_name, limits) => {
  const { broker, url } = await runningBroker(limits)
  const heavy = await connectedTcp(url, 'heavy')
  const topic = 'gridpatrol/v1/heavy/down'
  heavy.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }))
  await once(heavy, 'data')
  heavy.pause()
  // More than the buffers of two sockets.
  for (let i = 0; i < 400; i++) {
    broker.publishDown('heavy', Buffer.alloc(60_000))
    await nextTurn()
  }
  await eventually(() => expect(broker.state()).toMatchObject({ clients: 0, refused: { connections: 1 } }))
})
