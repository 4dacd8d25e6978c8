import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { UplinkConfig } from '../../../gateway/edge/uplink/rate-limit.ts'
import { Uplink } from '../../../gateway/edge/uplink/uplink.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { Cases } from '../../../proto/http.ts'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { startedHub } from '../../hub/started-hub.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../pty-gateway.ts'
import { hubRecords, storedFixes } from './hub-records.ts'
import { batchBodies, pastRide } from './past-rides.ts'
import { caseBody } from './sending-uplink.ts'

/**
 * Row 20: an e-bike without a network for seven days, started anew each morning, eight hours a day. Then the broker is
 * there. The operator sees the backlog shrink (`gridpatrol status`), cases at once, and where the e-bike is now.
 */
const DAYS = 7
const DAY_MS = 86_400_000
const HOURS = 8
const CASES_A_DAY = 2
/** Faster than by default, which would take 22 minutes. */
const MAX_RECORDS_PER_S = 800
const WINDOW = 128

test('row 20: seven days offline: bounded, drained in order at a capped rate, cases first, new ones at once', async () => {
  const folder = testFolder()
  const open = (day: number) =>
    new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), {
      boot: `00000000000${day}`,
      maxBytes: 256e6,
      log: silentLog(),
    })
  // The same beat each day.
  const day = pastRide(1, T0, HOURS)
  const made = { records: 0, fixes: 0 }
  for (let d = 0; d < DAYS; d++) {
    const outbox = open(d)
    const bodies = batchBodies(day, d * DAY_MS)
    made.records += bodies.length + CASES_A_DAY
    made.fixes += day.length
    const cases = Array.from({ length: CASES_A_DAY }, (_, i) => caseBody(d * CASES_A_DAY + i))
    await Promise.all([
      ...bodies.map((body) => outbox.append('fix', body)),
      ...cases.map((body) => outbox.append('case', body)),
    ])
    outbox.close()
  }
  expect(made.fixes).toBeGreaterThan(DAYS * HOURS * 3600 * 0.95)

  const boot = `00000000000${DAYS}`
  const outbox = open(DAYS)
  expect(outbox.level()).toMatchObject({ records: made.records, dropped: {} })
  expect(outbox.level().bytes).toBeLessThan(4e6)
  const hub = await startedHub()
  const uplink = new Uplink({
    gateway: 'ebike-01',
    boot,
    broker: { url: hub.brokerUrl },
    outbox,
    clock: new EdgeClock(),
    limits: UplinkConfig.parse({ maxRecordsPerS: MAX_RECORDS_PER_S, maxBytesPerS: 1e6 }),
    log: silentLog(),
  })
  onTestFinished(() => uplink.stop())
  uplink.start()

  await eventually(() => expect(outbox.level().records).toBeLessThan(made.records * 0.9))
  const newCase = await outbox.append('case', caseBody(9999))
  const newFixes = await outbox.append('fix', encodeBody(fixes(ride(30, T0 + DAYS * DAY_MS))))
  await eventually(() => expect(outbox.level().records).toBe(0))

  const records = hubRecords(hub)
  expect(records).toHaveLength(made.records + 2)
  // What was made while the backlog left came before much of it.
  for (const { sequence } of [newCase, newFixes]) {
    const place = records.findIndex((record) => record.boot === boot && record.sequence === sequence)
    expect(place).toBeLessThan(made.records * 0.9)
  }
  // Those of the seven days: cases, then fixes in the order in which they were made, but for the newest, which goes beside.
  const old = records.filter((record) => record.boot !== boot)
  const cases = old.slice(0, DAYS * CASES_A_DAY)
  expect(new Set(cases.map(({ lane }) => lane))).toEqual(new Set(['case']))
  const oldFixes = old.slice(cases.length).map(({ sequence }) => sequence)
  const newest = Math.max(...oldFixes)
  const inOrder = oldFixes.filter((sequence) => sequence !== newest)
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
  // In any second no more left than the cap and a fifth; what was on its way came with it.
  const times = records.filter(({ lane }) => lane !== 'case').map(({ receivedMs }) => receivedMs)
  times.forEach((fromMs, i) => {
    const within = times.findLastIndex((timeMs) => timeMs < fromMs + 1000) - i + 1
    expect(within).toBeLessThanOrEqual(MAX_RECORDS_PER_S * 1.2 + WINDOW)
  })

  await eventually(async () => {
    let stored = 0
    for (let day = 0; day <= DAYS; day++)
      stored += await storedFixes(hub, 'ebike-01', T0 + day * DAY_MS, T0 + (day + 1) * DAY_MS)
    expect(stored).toBe(made.fixes + 30)
  })
  const openCases = Cases.parse(await hub.json('/api/v1/cases?open=true&limit=100')).cases
  expect(openCases).toHaveLength(DAYS * CASES_A_DAY + 1)
}, 120_000)
