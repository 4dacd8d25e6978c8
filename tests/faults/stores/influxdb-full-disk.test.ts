import { describe, expect, onTestFinished, test } from 'vitest'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { findInfluxd } from '../../servers/influxd.ts'
import { canMount, startInfluxdOnSmallDisk } from '../../servers/influxd-small-disk.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { fixesIn, hubOnInflux, onceItIsTriedAgain } from './hub-on-influx.ts'

/**
 * Row 28, by a full disk: InfluxDB runs, answers queries, and keeps nothing more, though what it was sent shows in
 * answers from its memory. The operator sees its words; records wait in the hub's log. 1.6 refuses writes to that week
 * for ever, also when there is room again: it is started again, and then everything is written.
 */
const RECORDS = 100
const FIXES_A_RECORD = 30

const here = (await requireServer('influxd', findInfluxd)) && (await requireServer('unshare', canMount))

describe.runIf(here)('a hub process and InfluxDB', () => {
  test('its disk is full, then has room again and is started anew', { timeout: 120_000 }, async () => {
    const influxd = await startInfluxdOnSmallDisk()
    onTestFinished(() => influxd.stop())
    const hub = await hubOnInflux(influxd.url, 'd')
    const half = (name: string, startMs: number) =>
      sendingGateway(
        [hub.brokerUrl],
        name,
        Array.from({ length: RECORDS }, (_, i) =>
          fixes(ride(FIXES_A_RECORD, startMs + i * FIXES_A_RECORD * 1000)),
        ),
      )
    const all = RECORDS * FIXES_A_RECORD
    await half('ebike-01', T0).untilReceipted()
    await onceItIsTriedAgain(async () => expect(await fixesIn(influxd.url, 'd')).toEqual({ 'ebike-01': all }))
    await influxd.fill()
    await half('ebike-02', T0).untilReceipted()
    await onceItIsTriedAgain(async () =>
      expect((await hub.trackStore()).detail).toMatch(
        /50\d: .*no space left on device; free its disk, then start InfluxDB again; [1-9]\d* records wait/,
      ),
    )
    expect(hub.deadLetters()).toEqual([])
    await influxd.free()
    await influxd.restart()
    await onceItIsTriedAgain(async () => expect(await hub.trackStore()).toEqual({ ok: true, detail: '' }))
    expect(await fixesIn(influxd.url, 'd')).toEqual({ 'ebike-01': all, 'ebike-02': all })
    expect(hub.deadLetters()).toEqual([])
  })
})
