import { expect, onTestFinished, test } from 'vitest'
import { Random } from '../../../device-sim/random.ts'
import { encodeReceipt } from '../../../proto/codec/codec.ts'
import { Cases } from '../../../proto/http.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'
import { startedHub } from '../../hub/started-hub.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { eventually } from '../pty-gateway.ts'
import { hubRecords, storedFixes } from './hub-records.ts'
import { batchBodies, pastRide } from './past-rides.ts'
import { startReceiptMeddler } from './receipt-meddler.ts'
import { caseBody, jumpingClock, sendingUplink } from './sending-uplink.ts'

/**
 * Row 22: receipts are lost on their way, come twice, or name what was never sent. The operator sees nothing but a
 * backlog that shrinks a little later: the hub drops what is sent again, the outbox ignores what it does not know.
 */
const RECORDS_PER_S = 10_000

test('row 22: receipts lost and doubled: everything is in the stores once, and the outbox empties', async () => {
  const jump = jumpingClock()
  const hub = await startedHub()
  const random = new Random(22, 'receipts')
  let losing = true
  const meddler = await startReceiptMeddler(
    { host: '127.0.0.1', port: Number(new URL(hub.brokerUrl).port) },
    () => {
      if (losing && random.chance(0.6)) return 0
      return random.chance(0.5) ? 2 : 1
    },
  )
  onTestFinished(() => meddler.close())
  const { outbox, uplink } = sendingUplink(meddler.url, { maxRecordsPerS: RECORDS_PER_S })
  const ride = pastRide(3, T0, 0.5)
  const bodies = batchBodies(ride)
  uplink.start()
  // One after the other, so that there are many receipts to meddle with.
  for (const [i, body] of bodies.entries()) {
    await outbox.append('fix', body)
    if (i % 15 === 0) await outbox.append('case', caseBody(i))
  }
  const cases = Math.ceil(bodies.length / 15)
  await eventually(() => expect(hubRecords(hub)).toHaveLength(bodies.length + cases))
  await eventually(() => expect(meddler.counts.sent).toBeGreaterThan(5))
  expect(outbox.level().records).toBeGreaterThan(0)
  for (let i = 0; i < 4; i++) {
    const before = meddler.counts.sent
    jump(16_000 * 2 ** i)
    if (i === 2) losing = false
    await eventually(() => expect(meddler.counts.sent > before || outbox.level().records === 0).toBe(true))
  }
  await eventually(() => {
    jump(20_000)
    expect(outbox.level().records).toBe(0)
  })

  const records = hubRecords(hub)
  expect(new Set(records.map(({ boot, sequence }) => `${boot}/${sequence}`)).size).toBe(records.length)
  expect(records).toHaveLength(bodies.length + cases)
  const repeated = (await (await hub.get('/metrics')).text()).match(
    /intake_records_total\{what="repeated"\} (\d+)/,
  )
  expect(Number(repeated?.[1])).toBeGreaterThan(0)
  await eventually(async () =>
    expect(await storedFixes(hub, 'ebike-01', T0, T0 + 3_700_000)).toBe(ride.length),
  )
  await eventually(async () =>
    expect(Cases.parse(await hub.json('/api/v1/cases?open=true')).cases).toHaveLength(cases),
  )
}, 60_000)

test.runIf(await requireServer('mosquitto', findMosquitto))(
  'row 22: receipts for what was never sent, of another boot, twice, and no receipts at all: nothing is deleted',
  async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const { outbox, uplink } = sendingUplink(server.url, {})
    uplink.start()
    await eventually(() => expect(uplink.connected).toBe(true))
    const hub = await mqttClient(server.url, 'hub')
    const say = (payload: Uint8Array) =>
      hub.publishAsync(gatewayTopic('ebike-01', 'down'), Buffer.from(payload), { qos: 1 })
    const first = await outbox.append('fix', Buffer.from('a'))
    await say(encodeReceipt({ boot: 'ffffffffffff', sequences: [first.sequence] }))
    await say(encodeReceipt({ boot: first.boot, sequences: [77, 78, 2 ** 40] }))
    await say(Buffer.from('no receipt'))
    const second = await outbox.append('case', Buffer.from('b'))
    await say(encodeReceipt({ boot: second.boot, sequences: [second.sequence, second.sequence] }))
    await say(encodeReceipt({ boot: second.boot, sequences: [second.sequence] }))
    await eventually(() => expect(outbox.waits([first, second])).toEqual([first]))
    expect(outbox.level().records).toBe(1)
    await say(encodeReceipt({ boot: first.boot, sequences: [first.sequence] }))
    await eventually(() => expect(outbox.level()).toMatchObject({ records: 0, bytes: 0 }))
  },
)
