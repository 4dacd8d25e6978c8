import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Random } from '../../../device-sim/random.ts'
import { Cases } from '../../../proto/http.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { startedHub } from '../../hub/started-hub.ts'
import { startFlappingLink } from '../flapping-link.ts'
import { eventually } from '../pty-gateway.ts'
import { hubRecords, storedFixes } from './hub-records.ts'
import { batchBodies, pastRide } from './past-rides.ts'
import { caseBody, sendingUplink } from './sending-uplink.ts'

/**
 * Row 21: the network breaks, goes dumb, stutters and refuses while a backlog is drained. The operator sees the breaks
 * counted and why (`gridpatrol status`), and a backlog that shrinks whenever there is a link.
 */
const HOURS = 3
const MAX_RECORDS_PER_S = 60
const SEEDS = [1]

test.each(SEEDS)(
  'row 21: the link flaps while a backlog is drained (seed %i): none lost, none doubled',
  async (seed) => {
    const hub = await startedHub()
    const link = await startFlappingLink({ host: '127.0.0.1', port: Number(new URL(hub.brokerUrl).port) })
    onTestFinished(() => link.close())
    const { outbox, uplink } = sendingUplink(`mqtt://127.0.0.1:${link.port}`, {
      maxRecordsPerS: MAX_RECORDS_PER_S,
      deadAfterS: 2,
    })
    const ride = pastRide(seed, T0, HOURS)
    const bodies = batchBodies(ride)
    await Promise.all(bodies.map((body) => outbox.append('fix', body)))
    const random = new Random(seed, 'link')
    const mishaps: Record<string, () => Promise<void>> = {
      async cut() {
        link.cut()
      },
      // Short: what waited goes on. Long: the gateway gives the connection up, and the hub learns it later.
      async stall() {
        link.stall(true)
        await sleep(random.between(200, 1000))
        link.stall(false)
      },
      async dead() {
        link.stall(true)
        await eventually(() => expect(uplink.connected).toBe(false))
        link.stall(false)
      },
      async cutWithinStall() {
        link.stall(true)
        await sleep(random.between(50, 300))
        link.cut()
        link.stall(false)
      },
      async slow() {
        link.delay(random.between(50, 300))
        await sleep(random.between(200, 800))
        link.delay(0)
      },
      async away() {
        link.refuse(true)
        link.cut()
        await sleep(random.between(100, 500))
        link.refuse(false)
      },
    }
    uplink.start()
    let cases = 0
    for (const mishap of random.shuffled(Object.values(mishaps))) {
      const before = outbox.level().records
      await eventually(() => expect(uplink.connected).toBe(true))
      await eventually(() => expect(outbox.level().records).toBeLessThan(before - random.integer(5, 40)))
      await mishap()
      await outbox.append('case', caseBody(cases++))
    }
    expect(outbox.level().records).toBeGreaterThan(0)
    await eventually(() => expect(outbox.level().records).toBe(0))

    expect(uplink.link().breaks).toBeGreaterThanOrEqual(4)
    const records = hubRecords(hub)
    expect(new Set(records.map(({ boot, sequence }) => `${boot}/${sequence}`)).size).toBe(records.length)
    expect(records).toHaveLength(bodies.length + cases)
    await eventually(async () =>
      expect(await storedFixes(hub, 'ebike-01', T0, T0 + HOURS * 3_600_000 + 60_000)).toBe(ride.length),
    )
    await eventually(async () =>
      expect(Cases.parse(await hub.json('/api/v1/cases?open=true')).cases).toHaveLength(cases),
    )
  },
  60_000,
)
