import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import {
  closedByBroker,
  connectedTcp,
  connectPacket,
  runningBroker,
  tcp,
} from '../../hub/broker/running-broker.ts'
import { eventually } from '../../hub/eventually.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'

const publish = generate({
  cmd: 'publish',
  topic: 'gridpatrol/v1/x/up',
  payload: 'x',
  qos: 0,
  dup: false,
  retain: false,
})

test.each<[string, number[]]>([
  ['another protocol name', [0x10, 0x0e, 0, 4, ...Buffer.from('MQTX'), 4, 2, 0, 0, 0, 2, 97, 98]],
  ['protocol version 5', [...connectPacket('x', { protocolVersion: 5 })]],
  ['a reserved connect flag', [0x10, 0x0d, 0, 4, ...Buffer.from('MQTT'), 4, 3, 0, 0, 0, 1, 97]],
  ['a client id longer than its packet', [0x10, 0x0d, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 99, 97]],
  ['an empty CONNECT', [0x10, 0]],
  ['a publish first', [...publish]],
  ['TLS', [0x16, 0x03, 0x01, 0x00, 0x05]],
  ['HTTP', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
])('row 38: instead of a CONNECT: %s', async (_name, bytes) => {
  const { broker, url } = await runningBroker()
  const socket = await tcp(url)
  socket.write(Buffer.from(bytes))
  await closedByBroker(socket)
  await eventually(() => expect(broker.state()).toMatchObject({ clients: 0, refused: { connections: 1 } }))
})

test.each<[string, number[]]>([
  ['QoS 3', [0x36, 0x05, 0, 1, 97, 0, 1]],
  ['a packet type that is none', [0xf0, 0]],
  ['a packet that only servers send', [0x20, 2, 0, 0]],
  ['a second CONNECT', [...connectPacket('x')]],
  ['flags of a SUBSCRIBE', [0x80, 0x06, 0, 1, 0, 1, 97, 0]],
  ['a SUBSCRIBE of nothing', [0x82, 0x02, 0, 1]],
  ['a SUBSCRIBE with QoS 3', [0x82, 0x06, 0, 1, 0, 1, 97, 3]],
  ['a topic longer than its packet', [0x30, 0x03, 0, 99, 97]],
  ['an empty topic', [0x30, 0x02, 0, 0]],
  ['a wildcard in a topic', [0x30, 0x03, 0, 1, 35]],
  ['200 levels of a topic', [...generate({ ...publishOf('/'.repeat(200)) })]],
  ['five bytes of length', [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
])('row 38: after CONNECT: %s', async (_name, bytes) => {
  const { broker, url, heard } = await runningBroker()
  const socket = await connectedTcp(url, 'x')
  socket.write(Buffer.from(bytes))
  await closedByBroker(socket)
  await eventually(() => expect(broker.state().clients).toBe(0))
  expect(heard).toEqual([])
})

function publishOf(topic: string) {
  return { cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false } as const
}

test('row 38: whatever bytes come, others are served', async () => {
  const { broker, url } = await runningBroker()
  const other = await mqttClient(url, 'ebike-01')
  const packet = fc
    .tuple(
      fc.oneof(fc.constantFrom(0x10, 0x30, 0x32, 0x34, 0x40, 0x62, 0x82, 0xa2, 0xc0, 0xe0), fc.nat(255)),
      fc.uint8Array({ maxLength: 30 }),
    )
    .map(([first, body]) => Buffer.from([first, body.length, ...body]))
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(packet, { minLength: 1, maxLength: 4 }),
      async (greets, packets) => {
        const socket = await tcp(url)
        socket.end(Buffer.concat([...(greets ? [connectPacket('fuzz')] : []), ...packets]))
        await closedByBroker(socket)
      },
    ),
    { numRuns: 300 },
  )
  await other.publishAsync('gridpatrol/v1/ebike-01/up', 'still here', { qos: 1 })
  await eventually(() => expect(broker.state().clients).toBe(1))
})
