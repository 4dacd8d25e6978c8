import { expect, test } from 'vitest'
import { Summary } from '../../../../proto/http.ts'
import { eventually } from '../../eventually.ts'
import { fixes, ride, up } from '../../gateway-messages.ts'
import { healthBody, healthOf } from '../../made-health.ts'
import { mqttGateway } from '../../mqtt-client.ts'
import { startedHub } from '../../started-hub.ts'

/** A few hours ago, so that the hub takes the gateway's clock for one in order. */
const T0 = Math.floor(Date.now() / 1000) * 1000 - 6 * 3_600_000
const FIRST_BOOT = 'aaaaaaaaaaaa'
const SECOND_BOOT = 'bbbbbbbbbbbb'

test('a gap between two boots had no power where none ran, and no fix where one did', async () => {
  const hub = await startedHub()
  const { client, topic, sequences } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const health = (atS: number, uptimeS: number) => healthBody(healthOf({ timeMs: T0 + atS * 1000, uptimeS }))
  const records = [
    up('ebike-01', 1, fixes(ride(100, T0)), FIRST_BOOT),
    up('ebike-01', 2, health(400, 500), FIRST_BOOT),
    up('ebike-01', 3, health(1000, 100), SECOND_BOOT),
    up('ebike-01', 4, fixes(ride(100, T0 + 1100_000)), SECOND_BOOT),
  ]
  for (const record of records) await client.publishAsync(topic, record, { qos: 1 })
  await eventually(() => expect(sequences()).toEqual([1, 2, 3, 4]))
  const path = `/api/v1/devices/ebike-01/summary?from=${T0}&to=${T0 + 3_600_000}`
  await eventually(async () => {
    const { gaps } = Summary.parse(await hub.json(path))
    const inS = (time: string) => (Date.parse(time) - T0) / 1000
    expect(gaps.map(({ from, to, cause }) => [inS(from), inS(to), cause])).toEqual([
      [99, 400, 'no-fix'],
      [400, 900, 'no-power'],
      [900, 1100, 'no-fix'],
    ])
  })
})
