import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { hearingHub } from '../../faults/hearing-hub.ts'
import { eventually } from '../../hub/eventually.ts'
import { freePort } from '../../servers/server-process.ts'

test('where one node of the broker is not there, the gateway goes to the next', async () => {
  const hub = await hearingHub()
  const boot = '00000000000a'
  const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), { boot, maxBytes: 1e6, log: silentLog() })
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot,
    broker: { url: [`mqtt://127.0.0.1:${await freePort()}`, hub.url] },
    outbox,
    clock: new EdgeClock(),
    log: silentLog(),
  })
  onTestFinished(() => uplink.stop())
  uplink.start()
  await eventually(() => expect(uplink.connected).toBe(true))
  expect(hub.clients()).toBe(1)
})
