import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { findInfluxd, startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/server-missing.ts'
import type { Server } from '../../servers/server-process.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { failingProxy } from './failing-proxy.ts'
import { fixesIn, hubOnInflux, onceItIsTriedAgain } from './hub-on-influx.ts'

/**
 * Row 28: InfluxDB is killed, answers 503 or 429, takes seconds, or loses its database, while records flow. The
 * operator sees at /healthz what it answers and how many records wait; gateways have their receipts meanwhile, and
 * afterwards everything is there once.
 */
const RECORDS = 100
const FIXES_A_RECORD = 30
const GATEWAYS = ['ebike-01', 'ebike-02', 'ebike-03']
const everything = Object.fromEntries(GATEWAYS.map((name) => [name, RECORDS * FIXES_A_RECORD]))
/** A hub on its own takes 100 to 150 MB; the log of what waits is not in its memory. */
const MEMORY_MB = 350

const bodies = (records: number) =>
  Array.from({ length: records }, (_, i) => fixes(ride(FIXES_A_RECORD, T0 + i * FIXES_A_RECORD * 1000)))

describe.runIf(await requireServer('influxd', findInfluxd))('a hub process and InfluxDB', () => {
  let influxd: Server
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(() => influxd.stop())

  const sendAll = (brokerUrl: string, everyMs = 5) =>
    GATEWAYS.map((name) => sendingGateway([brokerUrl], name, bodies(RECORDS), everyMs))

  test('killed and started again while records flow', { timeout: 120_000 }, async () => {
    const hub = await hubOnInflux(influxd.url, 'killed')
    const gateways = sendAll(hub.brokerUrl)
    await onceItIsTriedAgain(async () => expect(await fixesIn(influxd.url, 'killed')).not.toEqual({}))
    await influxd.kill()
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))
    await onceItIsTriedAgain(async () => {
      const { ok, detail } = await hub.trackStore()
      expect(ok).toBe(false)
      expect(detail).toMatch(/cannot be reached .*ECONNREFUSED.*; [1-9]\d* records wait in the intake log/)
    })
    await influxd.restart()
    await onceItIsTriedAgain(async () => expect(await fixesIn(influxd.url, 'killed')).toEqual(everything))
    await onceItIsTriedAgain(async () => expect(await hub.trackStore()).toEqual({ ok: true, detail: '' }))
    expect(hub.deadLetters()).toEqual([])
    expect(hub.rssMb()).toBeLessThan(MEMORY_MB)
  })

  test('503, then 429 with Retry-After, which is kept to', { timeout: 120_000 }, async () => {
    const proxy = await failingProxy(influxd.url)
    proxy.onWrite = { status: 503 }
    const hub = await hubOnInflux(proxy.url, 'busy')
    const gateways = sendAll(hub.brokerUrl)
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))
    await onceItIsTriedAgain(async () =>
      expect((await hub.trackStore()).detail).toMatch(/503: not now; it is busy.*; [1-9]\d* records wait/),
    )
    expect(await hub.lag()).toBeGreaterThan(0)
    proxy.onWrite = { status: 429, headers: { 'retry-after': '3' } }
    const before = proxy.writesMs.length
    await onceItIsTriedAgain(() => expect(proxy.writesMs.length).toBeGreaterThan(before))
    await onceItIsTriedAgain(async () =>
      expect((await hub.trackStore()).detail).toMatch(/asked to be left alone for another \d s/),
    )
    proxy.onWrite = 'pass'
    await onceItIsTriedAgain(async () => expect(await fixesIn(influxd.url, 'busy')).toEqual(everything))
    const pauses = proxy.writesMs.slice(before).map((atMs, i, all) => atMs - (all[i - 1] ?? atMs))
    expect(Math.max(...pauses)).toBeGreaterThan(2900)
  })

  test('a second and more for each write: the rest of the hub lives', { timeout: 120_000 }, async () => {
    const proxy = await failingProxy(influxd.url)
    const hub = await hubOnInflux(proxy.url, 'slow')
    proxy.onWrite = { delayMs: 1500 }
    const gateways = sendAll(hub.brokerUrl)
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))
    expect(await hub.lag()).toBeGreaterThan(0)
    const devices = await fetch(`${hub.httpUrl}/api/v1/cases`)
    expect(devices.status).toBe(200)
    await onceItIsTriedAgain(async () => expect(await fixesIn(influxd.url, 'slow')).toEqual(everything))
    await onceItIsTriedAgain(async () => expect(await hub.lag()).toBe(0))
    expect(hub.rssMb()).toBeLessThan(MEMORY_MB)
  })

  test('its database is dropped: made anew, nothing after it lost, the rest from the log', {
    timeout: 120_000,
  }, async () => {
    const hub = await hubOnInflux(influxd.url, 'dropped')
    const early = sendingGateway([hub.brokerUrl], 'ebike-01', bodies(RECORDS))
    await early.untilReceipted()
    const all = RECORDS * FIXES_A_RECORD
    await onceItIsTriedAgain(async () =>
      expect(await fixesIn(influxd.url, 'dropped')).toEqual({ 'ebike-01': all }),
    )
    await fetch(`${influxd.url}/query?q=DROP+DATABASE+dropped`, { method: 'POST' })
    const late = sendingGateway([hub.brokerUrl], 'ebike-02', bodies(RECORDS))
    await late.untilReceipted()
    await onceItIsTriedAgain(async () =>
      expect(await fixesIn(influxd.url, 'dropped')).toEqual({ 'ebike-02': all }),
    )
    await hub.restart('--rebuild-tracks')
    await onceItIsTriedAgain(async () =>
      expect(await fixesIn(influxd.url, 'dropped')).toEqual({ 'ebike-01': all, 'ebike-02': all }),
    )
  })
})
