import { expect, test } from 'vitest'
import { runningBroker } from '../../hub/broker/running-broker.ts'
import { eventually } from '../../hub/eventually.ts'
import { closed, mqttClient } from '../../hub/mqtt-client.ts'

const CASE = 'gridpatrol/v1/cases/0mo7xu800-0a1b2c3d4e'

test.each([
  '$SYS/broker/load',
  // What aedes listens to itself: with these a client could throw others out.
  '$SYS/another-broker/new/clients',
  '$SYS/another-broker/heartbeat',
  '$share/x/gridpatrol/v1/victim/down',
])('row 49: a publish on %s is refused and does nothing', async (topic) => {
  const { broker, url, heard } = await runningBroker()
  const victim = await mqttClient(url, 'victim')
  const attacker = await mqttClient(url, 'attacker')
  attacker.publish(topic, 'victim', { qos: 1 })
  await closed(attacker)
  await victim.publishAsync('gridpatrol/v1/victim/up', 'x', { qos: 1 })
  expect(heard.map(({ gateway }) => gateway)).toEqual(['victim'])
  expect(broker.state()).toMatchObject({ clients: 1, refused: { publishes: 1 } })
})

test('row 49: nobody hears $SYS, which tells client ids and filters', async () => {
  const { broker, url } = await runningBroker()
  const reader = await mqttClient(url, 'reader')
  const heard: string[] = []
  reader.on('message', (topic) => heard.push(topic))
  for (const filter of ['$SYS/#', '$SYS/+/new/clients', '+/+/new/clients', '#', '$share/x/$SYS/#'])
    await expect(reader.subscribeAsync(filter)).rejects.toThrow()
  await reader.subscribeAsync('gridpatrol/v1/cases/+')
  await mqttClient(url, 'somebody')
  await broker.publishCase(CASE.slice(CASE.lastIndexOf('/') + 1), '{}', false)
  await eventually(() => expect(heard).toEqual([CASE]))
  expect(broker.state().refused.subscriptions).toBe(5)
})
