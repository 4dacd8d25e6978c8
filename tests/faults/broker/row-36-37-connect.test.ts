import { once } from 'node:events'
import { expect, test } from 'vitest'
import { closedByBroker, connectPacket, runningBroker, tcp } from '../../hub/broker/running-broker.ts'
import { eventually } from '../../hub/eventually.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'

test('row 36: a CONNECT of 256 MB is closed at its header, however much follows', async () => {
  const { broker, url } = await runningBroker()
  const before = process.memoryUsage().arrayBuffers
  const sockets = await Promise.all(Array.from({ length: 50 }, () => tcp(url)))
  const body = Buffer.alloc(1 << 20)
  for (const socket of sockets) {
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
    for (let i = 0; i < 4; i++) socket.write(body)
  }
  await Promise.all(sockets.map(closedByBroker))
  await eventually(() => expect(broker.state().refused.connections).toBe(50))
  // Nothing of 200 MB is kept.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 << 20)
})

test('row 36: a CONNECT just above its limit is closed, one just below is answered', async () => {
  const { url } = await runningBroker({ connectBytes: 200 })
  const below = await tcp(url)
  below.write(connectPacket('x', { username: 'u'.repeat(150) }))
  expect((await once(below, 'data'))[0]).toEqual(Buffer.from([0x20, 0x02, 0x00, 0x00]))
  const above = await tcp(url)
  above.write(connectPacket('x', { username: 'u'.repeat(200) }))
  await closedByBroker(above)
})

test.each([
  ['silence', 0, 0],
  ['half a CONNECT', 10, 0],
  ['a CONNECT that trickles', 2, 50],
])('row 37: %s is timed out, and others are served meanwhile', async (_name, atOnce, everyMs) => {
  const { broker, url } = await runningBroker({ connectTimeoutMs: 500 })
  const socket = await tcp(url)
  const packet = connectPacket('slow-gateway', { username: 'u'.repeat(100) })
  socket.write(packet.subarray(0, atOnce))
  let at = atOnce
  const trickle =
    everyMs > 0 ? setInterval(() => socket.write(packet.subarray(at, ++at)), everyMs) : undefined
  const other = await mqttClient(url, 'ebike-01')
  await other.publishAsync('gridpatrol/v1/ebike-01/up', 'x', { qos: 1 })
  await closedByBroker(socket)
  clearInterval(trickle)
  expect(at).toBeLessThan(packet.length)
  expect(broker.state()).toMatchObject({ clients: 1, refused: { connections: 1 } })
})
