import { describe, expect, onTestFinished, test } from 'vitest'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { findInfluxd, startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { type Fate, failingProxy } from './failing-proxy.ts'
import { fixesIn, hubOnInflux, onceItIsTriedAgain } from './hub-on-influx.ts'

/**
 * Row 30: InfluxDB keeps a write, and the hub never learns of it: the answer does not come, or the connection is cut.
 * The operator sees that InfluxDB could not be reached; the hub writes the same again, and each point is there once.
 */
const RECORDS = 60
const FIXES_A_RECORD = 30

describe.runIf(await requireServer('influxd', findInfluxd))('a hub process and InfluxDB', () => {
  test.each<[string, Fate, RegExp]>([
    ['no answer comes', 'swallow', /cannot be reached for a write \(no answer within 1 s\)/],
    ['the connection is cut', 'cut', /cannot be reached for a write \((ECONNRESET|socket hang up)\)/],
  ])('%s', { timeout: 120_000 }, async (_, fate, detail) => {
    const influxd = await startInfluxd()
    onTestFinished(() => influxd.stop())
    const proxy = await failingProxy(influxd.url)
    proxy.onWrite = fate
    const hub = await hubOnInflux(proxy.url, 'd', { timeoutS: 1 })
    const bodies = Array.from({ length: RECORDS }, (_, i) =>
      fixes(ride(FIXES_A_RECORD, T0 + i * FIXES_A_RECORD * 1000)),
    )
    await sendingGateway([hub.brokerUrl], 'ebike-01', bodies).untilReceipted()
    const all = RECORDS * FIXES_A_RECORD
    await onceItIsTriedAgain(async () => {
      expect((await hub.trackStore()).detail).toMatch(detail)
      expect(proxy.linesKept).toBeGreaterThan(all)
    })
    proxy.onWrite = 'pass'
    await onceItIsTriedAgain(async () => expect(await hub.lag()).toBe(0))
    expect(await fixesIn(influxd.url, 'd')).toEqual({ 'ebike-01': all })
    expect(hub.deadLetters()).toEqual([])
  })
})
