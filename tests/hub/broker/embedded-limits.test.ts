import { connectAsync, type IClientOptions } from 'mqtt'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { eventually } from '../eventually.ts'
import { BOOT, T0 } from '../gateway-messages.ts'
import { closed, mqttClient } from '../mqtt-client.ts'
import { closedByBroker, connectedTcp, connectPacket, runningBroker, tcp } from './running-broker.ts'

const CASE_ID = '0mo7xu800-0a1b2c3d4e'
const caseId = (i: number): string => `0mo7xu800-${String(i).padStart(10, '0')}`
const presence = (online: boolean): Buffer =>
  Buffer.from(encodePresence({ online, boot: BOOT, timeMs: T0, version: '0.1.0' }))
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => /TCP/.test(name)).length
const connectsTo = (url: string, clientId: string, options: IClientOptions = {}) =>
  connectAsync(url, { clientId, protocolVersion: 4, reconnectPeriod: 0, ...options }, false)

describe('refusals leave nothing behind', () => {
  test.each([
    ['before CONNACK, for a text that is no UTF-8', connectPacket('x', { username: 'a\u0000b' })],
    ['with CONNACK, for a client id', connectPacket('a/b')],
    [
      'with CONNACK, for a will',
      connectPacket('x', { will: { topic: 'y', payload: Buffer.alloc(0), qos: 0, retain: false } }),
    ],
    ['by the framing guard', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
    ['by the parser', Buffer.from([0x10, 0x02, 0x00, 0x09])],
  ])('1,000 %s', async (_name, bytes) => {
    const { broker, url } = await runningBroker()
    const before = sockets()
    for (let group = 0; group < 50; group++)
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socket = await tcp(url)
          socket.write(bytes)
          await closedByBroker(socket)
        }),
      )
    await eventually(() => expect(sockets()).toBeLessThanOrEqual(before))
    expect(broker.state()).toMatchObject({ clients: 0, refused: { connections: 1000 } })
  })

  test('clients that leave in the middle of CONNECT are not counted as connected', async () => {
    const { broker, url } = await runningBroker()
    for (let i = 0; i < 200; i++) {
      const socket = await tcp(url)
      socket.write(connectPacket(`client-${i}`))
      if (i % 2 === 0) socket.resetAndDestroy()
      else socket.end().resume()
    }
    await mqttClient(url, 'last')
    await eventually(() => expect(broker.state().clients).toBe(1))
  })
})

describe('texts', () => {
  const bad = Buffer.from([0xc3, 0x28])
  /** CONNECT with this user name, in which XX is replaced by bytes that are no UTF-8. */
  const broken = (packet: Buffer): Buffer => {
    const at = packet.indexOf('XX')
    return Buffer.concat([packet.subarray(0, at), bad, packet.subarray(at + 2)])
  }

  test.each([
    ['client id', broken(connectPacket('XX'))],
    ['user name', broken(connectPacket('x', { username: 'XX' }))],
    [
      'will topic',
      broken(connectPacket('x', { will: { topic: 'XX', payload: Buffer.alloc(0), qos: 0, retain: false } })),
    ],
    ['user name with U+0000', connectPacket('x', { username: 'a\u0000' })],
  ])('invalid UTF-8 in a %s ends the connection without a word', async (_name, bytes) => {
    const { broker, url } = await runningBroker()
    const socket = await tcp(url)
    let answered = 0
    socket.on('data', (data) => {
      answered += data.length
    })
    socket.write(bytes)
    await closedByBroker(socket)
    expect(answered).toBe(0)
    expect(broker.state().refused.connections).toBe(1)
  })

  test.each([
    ['topic', generate({ cmd: 'publish', topic: 'XX', payload: 'x', qos: 0, dup: false, retain: false })],
    ['filter', generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'XX', qos: 0 }] })],
  ])('invalid UTF-8 in a %s ends the connection', async (_name, packet) => {
    const { broker, url } = await runningBroker()
    const socket = await connectedTcp(url, 'x')
    socket.write(broken(packet))
    await closedByBroker(socket)
    expect(broker.state().refused.connections).toBe(1)
  })
})

describe('a will', () => {
  const state = 'gridpatrol/v1/ebike-01/state'
  test.each<[string, string, Buffer]>([
    ["on another gateway's topic", 'gridpatrol/v1/ebike-02/state', presence(false)],
    ['on a case', `gridpatrol/v1/cases/${CASE_ID}`, Buffer.from('{}')],
    ['on its own up', 'gridpatrol/v1/ebike-01/up', presence(false)],
    ['on $SYS', '$SYS/broker/x', presence(false)],
    ['that says online', state, presence(true)],
    ['that is no presence', state, Buffer.from('no presence')],
  ])('%s is refused at CONNECT, with a reason', async (_name, topic, payload) => {
    const { broker, url, presences } = await runningBroker()
    const will = { topic, payload, qos: 1 as const, retain: true }
    await expect(connectsTo(url, 'ebike-01', { will })).rejects.toThrow(/Not authorized/)
    await eventually(() => expect(broker.state()).toMatchObject({ clients: 0, refused: { connections: 1 } }))
    expect(presences).toEqual([])
  })
})

test('what gateways ask to be retained is not kept for anyone', async () => {
  const { broker, url } = await runningBroker()
  const gateway = await mqttClient(url, 'ebike-01')
  for (let i = 0; i < 20; i++)
    await gateway.publishAsync('gridpatrol/v1/ebike-01/up', `${i}`, { qos: 1, retain: true })
  await gateway.publishAsync('gridpatrol/v1/ebike-01/state', presence(true), { qos: 1, retain: true })
  const reader = await mqttClient(url, 'ebike-02')
  const heard: string[] = []
  reader.on('message', (topic) => heard.push(topic))
  const filters = ['gridpatrol/v1/ebike-01/state', 'gridpatrol/v1/ebike-01/up', '#', 'gridpatrol/v1/cases/+']
  await reader.subscribeAsync(filters).catch(() => {})
  await broker.publishCase(CASE_ID, 'marker', false)
  await eventually(() => expect(heard).toEqual([`gridpatrol/v1/cases/${CASE_ID}`]))
})

describe('subscriptions', () => {
  test('beyond the limit of one client are refused; those given back make room', async () => {
    const { broker, url } = await runningBroker({ maxSubscriptions: 3 })
    const client = await mqttClient(url, 'reader')
    const subscribe = (i: number) =>
      client.subscribeAsync(`gridpatrol/v1/cases/${caseId(i)}`).then(
        () => true,
        () => false,
      )
    expect([await subscribe(1), await subscribe(2), await subscribe(3), await subscribe(4)]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(await subscribe(3)).toBe(true)
    expect(broker.state().refused.subscriptions).toBe(1)
    await client.unsubscribeAsync(`gridpatrol/v1/cases/${caseId(1)}`)
    expect(await subscribe(4)).toBe(true)
    // The limit is each client's own.
    await (await mqttClient(url, 'another')).subscribeAsync('gridpatrol/v1/cases/+')
  })

  test('asked for again and again, each time with all retained cases, end the connection', async () => {
    const { broker, url } = await runningBroker({ maxSubscribesAMinute: 10 })
    const client = await mqttClient(url, 'reader')
    for (let i = 0; i < 11; i++) client.subscribe('gridpatrol/v1/cases/+')
    await closed(client)
    expect(broker.state().refused.connections).toBe(1)
  })
})

test('connections beyond the limit are turned away at once, and that is told', async () => {
  const { broker, url } = await runningBroker({ maxConnections: 3 })
  const clients = [await mqttClient(url, 'a'), await mqttClient(url, 'b'), await mqttClient(url, 'c')]
  expect(broker.state().alarms).toEqual([])
  await expect(connectsTo(url, 'd')).rejects.toThrow()
  expect(broker.state()).toMatchObject({
    clients: 3,
    refused: { connections: 1 },
    alarms: ['3 connections, and more were turned away'],
  })
  await clients[0]!.endAsync()
  await eventually(() => expect(broker.state().clients).toBe(2))
  await connectsTo(url, 'd').then((client) => client.endAsync())
})

test('a client that breaks its own keep-alive is gone after one and a half of it, and told offline', async () => {
  const { broker, url, presences } = await runningBroker()
  const socket = await connectedTcp(url, 'ebike-01', { keepalive: 1 })
  const topic = 'gridpatrol/v1/ebike-01/state'
  socket.write(generate({ cmd: 'publish', topic, payload: presence(true), qos: 0, dup: false, retain: true }))
  await closedByBroker(socket)
  expect(presences.map(({ online }) => online)).toEqual([true, false])
  expect(broker.state()).toMatchObject({ clients: 0, refused: { connections: 1 } })
})

test('an oversize packet ends the connection at its header', async () => {
  const { broker, url } = await runningBroker({ packetBytes: 1000 })
  const socket = await connectedTcp(url, 'x')
  // PUBLISH of 268 MB: header only, nothing of the packet itself.
  socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]))
  await closedByBroker(socket)
  expect(broker.state().refused.connections).toBe(1)
})
