import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { Cases, TrackColumns } from '../../../proto/http.ts'
import { eventually } from '../../hub/eventually.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { mqttClient } from '../../hub/mqtt-client.ts'
import { type StartedHub, startedHub } from '../../hub/started-hub.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { FIXES_A_RECORD, rideWithCase } from './rides-with-cases.ts'
import { sendingGateway } from './sending-gateway.ts'

const RECORDS = 60

/** The gateway's own outbox and uplink. */
function gateway(url: string) {
  const boot = '00000000000a'
  const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), { boot, maxBytes: 1e7, log: silentLog() })
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot,
    broker: { url },
    outbox,
    clock: new EdgeClock(),
    log: silentLog(),
  })
  uplink.start()
  onTestFinished(() => uplink.stop())
  return {
    outbox,
    append: (bodies: ReturnType<typeof rideWithCase>) =>
      Promise.all(bodies.map((body) => outbox.append(body.lane, encodeBody(body)))),
  }
}

async function expectEverythingOnce(hub: StartedHub): Promise<void> {
  await eventually(async () => {
    const path = `/api/v1/devices/ebike-01/track?from=${T0}&to=${T0 + RECORDS * FIXES_A_RECORD * 1000}`
    expect(TrackColumns.parse(await hub.json(path)).count).toBe((RECORDS - 1) * FIXES_A_RECORD)
    expect(Cases.parse(await hub.json('/api/v1/cases?open=true')).cases).toHaveLength(1)
  })
}

describe.runIf(await requireServer('mosquitto', findMosquitto))('mosquitto', () => {
  test('row 24: killed after its PUBACKs and before the hub had anything: everything is sent again', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    // So that it has someone to acknowledge for.
    const witness = await mqttClient(server.url, 'witness')
    let routed = 0
    witness.on('message', () => routed++)
    await witness.subscribeAsync('gridpatrol/v1/+/up')
    const { outbox, append } = gateway(server.url)
    await append(rideWithCase(1, RECORDS))
    await eventually(() => expect(routed).toBe(RECORDS))
    expect(outbox.level().records).toBe(RECORDS)
    await server.kill()
    await server.restart()
    const hub = await startedHub({ broker: { url: server.url } })
    await eventually(() => expect(outbox.level().records).toBe(0))
    await expectEverythingOnce(hub)
  })

  test('row 25: comes back without its sessions while records flow: hub and gateway subscribe again', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const hub = await startedHub({ broker: { url: server.url } })
    const bodies = rideWithCase(1, RECORDS)
    const sending = sendingGateway([server.url], 'ebike-01', bodies, 20)
    await sending.untilReceipted(RECORDS / 3)
    await server.kill()
    await server.restart()
    await sending.untilReceipted()
    await expectEverythingOnce(hub)
  })
})
