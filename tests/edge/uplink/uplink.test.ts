import { DatabaseSync } from 'node:sqlite'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeEnvelope, decodePresence, encodeReceipt } from '../../../proto/codec/codec.ts'
import { ALL_STATE, ALL_UP, gatewayTopic } from '../../../proto/topics.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import type { Server } from '../../servers/server-process.ts'

/** The uplink against a real broker, with a hub in the test that receipts when it is told to. */
const here = await requireServer('mosquitto', findMosquitto)
const BOOT = '00000000000a'

/** A board without battery, until NTP sets its clock. */
class UnsetClock extends EdgeClock {
  set = false
  override systemMs(): number {
    return this.set ? Date.now() : 0
  }
}

describe.runIf(here)('uplink', () => {
  let broker: Server
  const cleanups: (() => unknown)[] = []
  beforeAll(async () => {
    broker = await startMosquitto()
  })
  afterAll(() => broker.stop())
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  async function hub(options: { receipts: boolean }) {
    const client: MqttClient = await connectAsync(broker.url, { clientId: `hub-${Math.random()}` })
    cleanups.push(() => client.endAsync(true))
    const received: string[] = []
    const presence: boolean[] = []
    const receipt = (sequences: number[], boot = BOOT) =>
      client.publishAsync(gatewayTopic('ebike-01', 'down'), Buffer.from(encodeReceipt({ boot, sequences })), {
        qos: 1,
      })
    client.on('message', (topic, payload) => {
      if (topic.endsWith('/state')) {
        if (payload.length > 0) presence.push(decodePresence(payload).online)
        return
      }
      const { sequence, lane } = decodeEnvelope(payload)
      received.push(`${lane}:${sequence}`)
      if (options.receipts) void receipt([sequence])
    })
    await client.subscribeAsync([ALL_UP, ALL_STATE], { qos: 1 })
    return { received, presence, receipt }
  }

  function gateway(clock = new EdgeClock()) {
    const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), {
      boot: BOOT,
      maxBytes: 1e6,
      log: silentLog(),
    })
    const uplink = new Uplink({
      gateway: 'ebike-01',
      boot: BOOT,
      broker: { url: broker.url },
      outbox,
      clock,
      log: silentLog(),
    })
    cleanups.push(() => uplink.stop())
    return { outbox, uplink }
  }
  const eventually = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 20 })

  test('sends by lane, and deletes on the receipt', async () => {
    const { received } = await hub({ receipts: true })
    const { outbox, uplink } = gateway()
    await Promise.all([
      outbox.append('fix', Buffer.from('a')),
      outbox.append('case', Buffer.from('b')),
      outbox.append('reading', Buffer.from('c')),
    ])
    uplink.start()
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(received).toEqual(['case:2', 'fix:1', 'reading:3'])
  })

  test('an acknowledgement of the broker deletes nothing; a receipt of another boot neither', async () => {
    const { received, receipt } = await hub({ receipts: false })
    const { outbox, uplink } = gateway()
    await outbox.append('fix', Buffer.from('a'))
    uplink.start()
    await eventually(() => expect(received).toEqual(['fix:1']))
    await receipt([1], 'ffffffffffff')
    await receipt([99])
    await outbox.append('fix', Buffer.from('b'))
    await eventually(() => expect(received).toContain('fix:2'))
    expect(outbox.level().records).toBe(2)
    await receipt([1, 2])
    await eventually(() => expect(outbox.level().records).toBe(0))
  })

  test('records without a receipt are sent again, after a while and after a reconnection', async () => {
    const { received } = await hub({ receipts: false })
    const { outbox, uplink } = gateway()
    await outbox.append('fix', Buffer.from('a'))
    uplink.start()
    await eventually(() => expect(received.length).toBeGreaterThanOrEqual(2))
    expect(new Set(received)).toEqual(new Set(['fix:1']))
  })

  test('a broker that was killed is found again, and what was unreceipted arrives', async () => {
    const { outbox, uplink } = gateway()
    uplink.start()
    await eventually(() => expect(uplink.connected).toBe(true))
    await broker.kill()
    await eventually(() => expect(uplink.connected).toBe(false))
    await outbox.append('case', Buffer.from('raised while away'))
    await broker.restart()
    const { received } = await hub({ receipts: true })
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(received).toEqual(['case:1'])
  })

  test('presence is retained: online while connected, offline after a stop', async () => {
    const { uplink } = gateway()
    uplink.start()
    await eventually(() => expect(uplink.connected).toBe(true))
    const { presence } = await hub({ receipts: false })
    await eventually(() => expect(presence.at(-1)).toBe(true))
    await uplink.stop()
    await eventually(() => expect(presence.at(-1)).toBe(false))
  })

  test('few bytes of photos are on their way at a time: a case that comes later does not wait for all of them', async () => {
    const options = { receipts: false }
    const { received, receipt } = await hub(options)
    const { outbox, uplink } = gateway()
    const photo = Buffer.alloc(48 * 1024)
    await Promise.all(Array.from({ length: 9 }, () => outbox.append('photo', photo)))
    uplink.start()
    await eventually(() => expect(received).toEqual(['photo:1', 'photo:2']))
    await outbox.append('case', Buffer.from('now'))
    await receipt([1])
    await eventually(() => expect(received).toContain('case:10'))
    expect(received.slice(0, 3)).toEqual(['photo:1', 'photo:2', 'case:10'])
    options.receipts = true
    await receipt([2, 10])
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(new Set(received).size).toBe(10)
  })

  test('before the time is known it sends what has a date, and says that it is there as soon as it is', async () => {
    const { received, presence } = await hub({ receipts: true })
    const clock = new UnsetClock()
    const { outbox, uplink } = gateway(clock)
    // Of a boot that knew the time, and of this one.
    await outbox.append('fix', Buffer.from('dated'))
    outbox.dateBy(clock)
    await outbox.append('health', Buffer.from('undated'))
    uplink.start()
    await eventually(() => expect(received).toEqual(['fix:1']))
    expect(presence).not.toContain(true)
    clock.set = true
    await eventually(() => expect(received).toEqual(['fix:1', 'health:2']))
    await eventually(() => expect(presence.at(-1)).toBe(true))
    await eventually(() => expect(outbox.level().records).toBe(0))
  })

  test('rubbish from the hub is ignored', async () => {
    const { received } = await hub({ receipts: true })
    const { outbox, uplink } = gateway()
    uplink.start()
    await eventually(() => expect(uplink.connected).toBe(true))
    const client = await connectAsync(broker.url)
    cleanups.push(() => client.endAsync(true))
    for (const payload of ['', 'rubbish', '\u0000\u00ff'])
      await client.publishAsync(gatewayTopic('ebike-01', 'down'), payload, { qos: 1 })
    await outbox.append('fix', Buffer.from('a'))
    await eventually(() => expect(outbox.level().records).toBe(0))
    expect(received).toEqual(['fix:1'])
  })
})
