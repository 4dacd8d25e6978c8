import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate } from 'mqtt-packet'
import { expect, onTestFinished, test } from 'vitest'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import { connectPacket } from '../../hub/broker/running-broker.ts'
import { eventually } from '../../hub/eventually.ts'
import { BOOT, fixes, ride, T0, up } from '../../hub/gateway-messages.ts'
import { type MqttGateway, mqttGateway } from '../../hub/mqtt-client.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'

/**
 * One gateway sends as fast as its socket takes it, whatever it may send, while twenty honest ones send theirs: those
 * have all their receipts while most of the flood is still unread, the hub's memory stays bounded, and the flooder is
 * neither disconnected nor loses anything. After a minute `/healthz` names it.
 */

const HONEST = 20
const RECORDS = 10
/** More than the bound of memory, were it read. */
const FLOOD = 2_000_000
const A_WRITE = 500
const MORE_MEMORY_BYTES = 300e6

const HEAVY = 'ebike-99'
const batch = fixes(ride(30))

function publish(channel: 'up' | 'state', payload: Buffer, i: number): Buffer {
  const topic = gatewayTopic(HEAVY, channel)
  const messageId = (i % 65_535) + 1
  return generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false })
}
function presence(online: boolean): Buffer {
  return Buffer.from(encodePresence({ online, boot: BOOT, timeMs: T0, version: '0.1.0' }))
}
const filter = gatewayTopic(HEAVY, 'down')
const subscribe = (i: number): Buffer =>
  generate({ cmd: 'subscribe', messageId: (i % 65_535) + 1, subscriptions: [{ topic: filter, qos: 1 }] })

test.each<[string, (i: number) => Buffer]>([
  ['records', (i) => publish('up', up(HEAVY, i + 1, batch), i)],
  ['one record again and again', (i) => publish('up', up(HEAVY, 1, batch), i)],
  ['payloads that are no records', (i) => publish('up', Buffer.from(`no record ${i}`), i)],
  ['records of another gateway', (i) => publish('up', up('ebike-00', i + 1, batch), i)],
  ['presence', (i) => publish('state', presence(i % 2 === 0), i)],
  ['pings', () => generate({ cmd: 'pingreq' })],
])('a flood of %s holds up nobody else', async (_name, packet) => {
  const hub = await startHubProcess()
  const honest = await Promise.all(
    Array.from({ length: HONEST }, (_, i) =>
      mqttGateway(hub.brokerUrl, `ebike-${String(i).padStart(2, '0')}`),
    ),
  )
  const before = hub.peakBytes()
  const flood = await startFlood(hub, packet)
  await eventually(() => expect(flood.answered()).toBeGreaterThan(0))
  await Promise.all(honest.map((gateway) => send(gateway)))
  expect(flood.answered()).toBeLessThan(FLOOD / 2)
  expect(flood.socket.closed).toBe(false)
  expect(hub.peakBytes() - before).toBeLessThan(MORE_MEMORY_BYTES)
})

test('a flood of SUBSCRIBE ends its connection and holds up nobody else', async () => {
  const hub = await startHubProcess()
  const gateway = await mqttGateway(hub.brokerUrl, 'ebike-00')
  const flood = await startFlood(hub, subscribe)
  await send(gateway)
  await eventually(() => expect(flood.socket.closed).toBe(true))
  expect(flood.answered()).toBeLessThanOrEqual(300)
})

/** Until the receipts of all its records are there, one record at a time. */
async function send({ client, topic, sequences }: MqttGateway): Promise<void> {
  const gateway = topic.split('/')[2]!
  for (let sequence = 1; sequence <= RECORDS; sequence++) {
    await client.publishAsync(topic, up(gateway, sequence, batch), { qos: 1 })
    await eventually(() => expect(sequences()).toContain(sequence))
  }
}

/** Sends until the other side takes no more, and goes on when it does. */
async function startFlood(
  { brokerUrl }: HubProcess,
  packet: (i: number) => Buffer,
): Promise<{ socket: Socket; answered: () => number }> {
  const socket = connect(Number(new URL(brokerUrl).port), '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.write(connectPacket(HEAVY))
  await once(socket, 'data')
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  let sent = 0
  const write = (): void => {
    while (sent < FLOOD) {
      const packets = Array.from({ length: A_WRITE }, () => packet(sent++))
      if (!socket.write(Buffer.concat(packets))) return
    }
  }
  socket.on('drain', write)
  write()
  // PUBACK has four bytes, PINGRESP two, SUBACK five.
  const answerBytes = { 192: 2, 130: 5 }[packet(0)[0]!] ?? 4
  return { socket, answered: () => bytes / answerBytes }
}
