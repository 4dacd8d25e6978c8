import { once } from 'node:events'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { closedByBroker, connectedTcp, runningBroker } from '../../hub/broker/running-broker.ts'
import { eventually } from '../../hub/eventually.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'

const CASES = 'gridpatrol/v1/cases/+'
const caseId = (i: number): string => `0mo7xu800-${String(i).padStart(10, '0')}`
const json = JSON.stringify({ note: 'x'.repeat(8000) })
const PUBLISHED = 3000

async function deaf(url: string, name: string, qos: 0 | 1) {
  const socket = await connectedTcp(url, name)
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: CASES, qos }] }))
  await once(socket, 'data')
  socket.pause()
  return socket
}

test.each([0, 1] as const)(
  'row 26: a QoS %i subscriber that does not read holds up neither the others nor the gateways, and goes',
  async (qos) => {
    // The time for draining is longer than the test: nothing may depend on its end.
    const { broker, url } = await runningBroker({ drainTimeoutMs: 60_000 })
    const slow = await Promise.all(Array.from({ length: 3 }, (_, i) => deaf(url, `slow-${i}`, qos)))
    const reader = await mqttClient(url, 'reader')
    let heard = 0
    reader.on('message', () => heard++)
    await reader.subscribeAsync(CASES, { qos })
    const gateway = await mqttClient(url, 'ebike-01')
    for (let i = 0; i < PUBLISHED; i++) {
      await broker.publishCase(caseId(i), json, false)
      if (i % 100 === 0) await gateway.publishAsync('gridpatrol/v1/ebike-01/up', 'x', { qos: 1 })
    }
    await eventually(() => expect(heard).toBe(PUBLISHED))
    // 24 MB went to each; what the system did not take was bounded, and then the connection was closed.
    await eventually(() => expect(broker.state()).toMatchObject({ clients: 2, refused: { connections: 3 } }))
    await Promise.all(slow.map(closedByBroker))
  },
)

test('row 26: one that reads nothing of little is gone after the time for draining', async () => {
  const { broker, url } = await runningBroker({ drainTimeoutMs: 300, maxUnreadBytes: 1 << 30 })
  const slow = await deaf(url, 'slow', 0)
  for (let i = 0; i < PUBLISHED; i++) await broker.publishCase(caseId(i), json, false)
  await eventually(() => expect(broker.state().clients).toBe(0))
  await closedByBroker(slow)
})

test('row 26: one that reads slowly gets every retained case', async () => {
  const { broker, url } = await runningBroker()
  for (let i = 0; i < 500; i++) await broker.publishCase(caseId(i), json, true)
  const reader = await mqttClient(url, 'reader')
  const heard = new Set<string>()
  reader.on('message', (topic) => {
    heard.add(topic)
    if (heard.size % 50 !== 0) return
    reader.stream.pause()
    setTimeout(() => reader.stream.resume(), 20)
  })
  await reader.subscribeAsync(CASES, { qos: 1 })
  await eventually(() => expect(heard.size).toBe(500))
  expect(broker.state().refused.connections).toBe(0)
})
