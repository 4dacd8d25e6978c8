import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { findInfluxd, startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/server-missing.ts'
import type { Server } from '../../servers/server-process.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { askInflux, fixesIn, hubOnInflux, onceItIsTriedAgain } from './hub-on-influx.ts'

/**
 * Row 29: another program wrote a float into a field of the hub's schema, so that InfluxDB refuses points of that
 * field and week for ever. The operator finds what is at fault among the dead letters, in InfluxDB's words;
 * everything else is stored.
 */
const RECORDS = 40
const FIXES_A_RECORD = 30
const WEEK_MS = 7 * 86_400_000
const startOf = (record: number): number => T0 + record * FIXES_A_RECORD * 1000

describe.runIf(await requireServer('influxd', findInfluxd))('a hub process and InfluxDB', () => {
  let influxd: Server
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(() => influxd.stop())

  async function writtenByAnother(database: string, line: string): Promise<void> {
    await askInflux(influxd.url, database, `CREATE DATABASE ${database}`)
    const answer = await fetch(`${influxd.url}/write?db=${database}&precision=ms`, {
      method: 'POST',
      body: line,
    })
    expect(answer.status).toBe(204)
  }

  test('one point of one record: the other points, and all other records, are stored', {
    timeout: 120_000,
  }, async () => {
    await writtenByAnother('point', `fix,device=other accuracy_cm=1.5 ${T0}`)
    const hub = await hubOnInflux(influxd.url, 'point')
    const bodies = Array.from({ length: RECORDS }, (_, i) => fixes(ride(FIXES_A_RECORD, startOf(i))))
    const poisoned = ride(FIXES_A_RECORD, startOf(20)).map((fix, i) =>
      i === 7 ? { ...fix, accuracyM: 2.5 } : fix,
    )
    bodies[20] = fixes(poisoned)
    await sendingGateway([hub.brokerUrl], 'ebike-01', bodies).untilReceipted()
    await onceItIsTriedAgain(async () => {
      expect(await fixesIn(influxd.url, 'point')).toEqual({ 'ebike-01': RECORDS * FIXES_A_RECORD - 1 })
      expect(await hub.lag()).toBe(0)
    })
    const letters = hub.deadLetters()
    expect(letters.map(({ sequence }) => sequence)).toEqual([21])
    expect(letters[0]!.reason).toMatch(/field type conflict: input field "accuracy_cm"/)
    expect(await hub.trackStore()).toMatchObject({ ok: true })
  })

  test('a whole week: its records are put aside, those of the next week are stored', {
    timeout: 120_000,
  }, async () => {
    await writtenByAnother('week', `fix,device=other lat_e7=1.5 ${T0}`)
    const hub = await hubOnInflux(influxd.url, 'week')
    const bodies = Array.from({ length: RECORDS }, (_, i) =>
      fixes(ride(FIXES_A_RECORD, startOf(i) + (i % 4 === 0 ? 0 : 2 * WEEK_MS))),
    )
    await sendingGateway([hub.brokerUrl], 'ebike-01', bodies).untilReceipted()
    const refused = RECORDS / 4
    await onceItIsTriedAgain(async () => {
      expect(await fixesIn(influxd.url, 'week')).toEqual({
        other: 1,
        'ebike-01': (RECORDS - refused) * FIXES_A_RECORD,
      })
      expect(hub.deadLetters()).toHaveLength(refused)
    })
    for (const { sequence, reason } of hub.deadLetters()) {
      expect(sequence % 4).toBe(1)
      expect(reason).toMatch(/field type conflict: input field "lat_e7".*already exists as type float/)
    }
  })
})
