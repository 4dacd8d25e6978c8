import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../../gateway/hub/broker/embedded.ts'
import { decodeEnvelope, encodePresence, encodeReceipt } from '../../../proto/codec/codec.ts'
import { eventually } from '../../hub/eventually.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'

const ALARM = 'two gateways call themselves ebike-01: give one of them another id'
const LIMITS = { takeOvers: 4, windowMs: 60_000, holdMs: 1000 }

/** A hub that receipts at once. */
async function hub() {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog(), { rivals: LIMITS })
  const records: string[] = []
  let comings = 0
  onTestFinished(() => broker.close())
  await broker.start({
    onUp(gateway, payload, done) {
      const { boot, sequence } = decodeEnvelope(payload)
      records.push(`${boot}/${sequence}`)
      broker.publishDown(gateway, encodeReceipt({ boot, sequences: [sequence] }))
      done()
    },
    onPresence: (_gateway, { online }) => {
      if (online) comings++
    },
    onRefused() {},
    onReady() {},
  })
  return { broker, records, comings: () => comings }
}

function gateway(url: string, boot: string) {
  const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), { boot, maxBytes: 1e6, log: silentLog() })
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot,
    broker: { url },
    outbox,
    clock: new EdgeClock(),
    log: silentLog(),
  })
  uplink.start()
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= uplink.stop()
    return stopped
  }
  onTestFinished(stop)
  return { outbox, uplink, stop }
}

test('row 23: two gateways with one id: an alarm, one of them keeps its place, no ping-pong', async () => {
  const { broker, records, comings } = await hub()
  const first = gateway(broker.url, '00000000000a')
  const second = gateway(broker.url, '00000000000b')
  await eventually(() => expect(broker.state().alarms).toEqual([ALARM]))
  await eventually(() => expect([first, second].filter(({ uplink }) => uplink.connected)).toHaveLength(1))
  const [one, other] = first.uplink.connected ? [first, second] : [second, first]
  const before = comings()
  const turnedAway = broker.state().refused.connections
  // The one that is there works as if nothing were, while the other one knocks.
  for (let i = 0; i < 5; i++) await one.outbox.append('fix', Buffer.from(`${i}`))
  await eventually(() => expect(records).toHaveLength(5))
  await eventually(() => expect(broker.state().refused.connections).toBeGreaterThan(turnedAway))
  expect(comings()).toBe(before)
  // Nothing of the other one is lost: once it has the id for itself it goes on.
  await other.outbox.append('fix', Buffer.from('x'))
  await one.stop()
  await eventually(() => expect(records).toHaveLength(6))
  await eventually(() => expect(broker.state().alarms).toEqual([]))
})

const will = (boot: string) => ({
  topic: 'gridpatrol/v1/ebike-01/state',
  payload: Buffer.from(encodePresence({ online: false, boot, timeMs: T0, version: '0.1.0' })),
  qos: 1 as const,
  retain: true,
})

test('row 23: one gateway whose connections break again and again is no rival of itself', async () => {
  const { broker } = await hub()
  for (let i = 0; i < 10; i++) await mqttClient(broker.url, 'ebike-01', { will: will('00000000000a') })
  expect(broker.state()).toMatchObject({ clients: 1, alarms: [] })
})

test('row 23: a gateway that was started again takes the place of its old connection', async () => {
  const { broker } = await hub()
  await mqttClient(broker.url, 'ebike-01', { will: will('00000000000a') })
  await mqttClient(broker.url, 'ebike-01', { will: will('00000000000b') })
  expect(broker.state()).toMatchObject({ clients: 1, alarms: [] })
})

test('row 23: clients that do not tell their boot are counted too', async () => {
  const { broker } = await hub()
  for (let i = 0; i < 4; i++) await mqttClient(broker.url, 'ebike-01')
  await expect(mqttClient(broker.url, 'ebike-01')).rejects.toThrow(/Identifier rejected/)
  expect(broker.state().alarms).toEqual([ALARM])
})
