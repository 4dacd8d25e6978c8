import { DatabaseSync } from 'node:sqlite'
import { onTestFinished, vi } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { UplinkConfig } from '../../../gateway/edge/uplink/rate-limit.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { caseReport } from '../../hub/gateway-messages.ts'

/** A gateway's own outbox and uplink, until the test ends; not started yet. */
export function sendingUplink(url: string, limits: Partial<UplinkConfig>) {
  const boot = '00000000000a'
  const log = silentLog()
  const outbox = new SqliteOutbox(new DatabaseSync(':memory:'), { boot, maxBytes: 256e6, log })
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot,
    broker: { url },
    outbox,
    clock: new EdgeClock(),
    limits: UplinkConfig.parse(limits),
    log,
  })
  onTestFinished(() => uplink.stop())
  return { outbox, uplink }
}

/** A case of its own for each number. */
export const caseBody = (number: number): Uint8Array =>
  encodeBody({
    lane: 'case',
    report: caseReport('raised', 1, { caseId: `0mo7xu800-${String(number).padStart(10, '0')}` }),
  })

/** Lets the monotonic clock jump, so that waits for what will not come are short. */
export function jumpingClock(): (ms: number) => void {
  const now = performance.now.bind(performance)
  let aheadMs = 0
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs)
  onTestFinished(() => spy.mockRestore())
  return (ms) => {
    aheadMs += ms
  }
}
