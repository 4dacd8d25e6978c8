import { expect, test } from 'vitest'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import type { Body } from '../../../proto/domain.ts'
import { Cases, CaseWithSteps } from '../../../proto/http.ts'
import { eventually } from '../../hub/eventually.ts'
import { BOOT, caseReport, fixes, ride, T0, up } from '../../hub/gateway-messages.ts'
import { mqttGateway } from '../../hub/mqtt-client.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'

/**
 * Row 39: messages that were captured are sent again. Of the same name: receipted again, stored once, counted as
 * repeated. With another body under that name: the first one stays, the other is set aside as `conflicting`. On the topic
 * of another gateway: no record, set aside. After the log has forgotten the name: the stores take it without doubling,
 * and an old report does not open a closed case again. The operator sees `gridpatrol_intake_records_total` and
 * `dead-letters list`.
 */

const END = T0 + 3_600_000
const records = (hub: HubProcess, what: string) =>
  hub.metric(`gridpatrol_intake_records_total{what="${what}"}`)

const trackOf = (hub: HubProcess, device: string) => hub.track(device, T0, END)

async function gatewayOf(hub: HubProcess, name: string) {
  const gateway = await mqttGateway(hub.brokerUrl, name)
  const send = (payload: Buffer) => gateway.client.publishAsync(gateway.topic, payload, { qos: 1 })
  return { ...gateway, send }
}

test('39 the same envelope again: receipted each time, stored once, counted', async () => {
  const hub = await startHubProcess()
  const { send, sequences } = await gatewayOf(hub, 'ebike-01')
  const payload = up('ebike-01', 1, fixes(ride(30)))
  for (let i = 0; i < 20; i++) await send(payload)
  await eventually(() => expect(sequences()).toEqual(Array(20).fill(1)))
  await eventually(async () => expect((await trackOf(hub, 'ebike-01')).timeMs).toHaveLength(30))
  expect([await records(hub, 'kept'), await records(hub, 'repeated')]).toEqual([1, 19])
})

test('39 another body under a known name: the first one stays, the other is set aside and counted', async () => {
  const hub = await startHubProcess()
  const { send, sequences } = await gatewayOf(hub, 'ebike-01')
  const forged = ride(30).map((fix) => ({ ...fix, speedMps: 33 }))
  await send(up('ebike-01', 1, fixes(ride(30))))
  await send(up('ebike-01', 1, fixes(forged)))
  // Receipted: a gateway that should ever do so must not offer it without end.
  await eventually(() => expect(sequences()).toEqual([1, 1]))
  await eventually(async () => {
    const { timeMs, speedMps } = await trackOf(hub, 'ebike-01')
    expect(timeMs).toHaveLength(30)
    expect(new Set(speedMps)).toEqual(new Set([4.2]))
  })
  expect(await hub.metric('gridpatrol_set_aside{what="refused"}')).toBe(1)
  const counts = await Promise.all(['kept', 'repeated', 'conflicting'].map((what) => records(hub, what)))
  expect(counts).toEqual([1, 0, 1])

  // A track that was thinned before it was sent again says nothing else.
  await send(up('ebike-01', 1, fixes(ride(30).filter((_, i) => i % 5 === 0))))
  await eventually(() => expect(sequences()).toEqual([1, 1, 1]))
  expect(await records(hub, 'conflicting')).toBe(1)
  expect((await trackOf(hub, 'ebike-01')).timeMs).toHaveLength(30)
})

test("39 a gateway's message on the topic of another: refused, set aside, no receipt", async () => {
  const hub = await startHubProcess()
  const [one, two] = [await gatewayOf(hub, 'ebike-01'), await gatewayOf(hub, 'ebike-02')]
  const captured = up('ebike-01', 1, fixes(ride(3)))
  await one.send(captured)
  await two.send(captured)
  await two.send(up('ebike-02', 1, fixes(ride(5))))
  await eventually(() => expect(two.sequences()).toEqual([1]))
  await eventually(async () => expect((await trackOf(hub, 'ebike-02')).timeMs).toHaveLength(5))
  expect((await trackOf(hub, 'ebike-01')).timeMs).toHaveLength(3)
  expect(await hub.metric('gridpatrol_intake_refused_total{reason="bad-value"}')).toBe(1)
  expect([await records(hub, 'kept'), await records(hub, 'repeated')]).toEqual([2, 0])
})

test('39 old messages after the log forgot their names: nothing doubled, no closed case opened again', async () => {
  const hub = await startHubProcess()
  const { send, sequences } = await gatewayOf(hub, 'ebike-01')
  const bodies: Body[] = [
    fixes(ride(30)),
    { lane: 'case', report: caseReport('raised', 1) },
    { lane: 'case', report: caseReport('updated', 2) },
    { lane: 'case', report: caseReport('cleared', 3) },
  ]
  const captured = bodies.map((body, i) => up('ebike-01', i + 1, body))
  for (const payload of captured) await send(payload)
  // The newest record of the log always stays.
  await send(up('ebike-01', 99, fixes(ride(1, T0 + 600_000))))
  await eventually(() => expect(sequences()).toHaveLength(5))
  const openCases = async () =>
    Cases.parse(await (await fetch(`${hub.httpUrl}/api/v1/cases?open=true`)).json()).cases
  const theCase = async () => {
    const { caseId } = caseReport('raised', 1)
    return CaseWithSteps.partial({ steps: true }).parse(
      await (await fetch(`${hub.httpUrl}/api/v1/cases/${caseId}`)).json(),
    )
  }
  await eventually(async () => expect(await theCase()).toMatchObject({ status: 'cleared' }))
  await eventually(async () => expect((await trackOf(hub, 'ebike-01')).timeMs).toHaveLength(31))

  const log = openDatabase(`${hub.folder}/intake.db`)
  expect(log.prepare('DELETE FROM record WHERE sequence < 99').run().changes).toBe(4)
  log.close()
  const before = JSON.stringify(await theCase())
  for (const payload of [captured[1]!, captured[0]!, captured[2]!]) await send(payload)
  // Under a boot of its own, as if the gateway had started again.
  await send(Buffer.from(renamed(bodies[1]!, 'ffffffffffff', 1)))
  await eventually(() => expect(sequences()).toHaveLength(9))
  await eventually(async () => {
    expect(await hub.metric('gridpatrol_cursor_lag_records{cursor="cases"}')).toBe(0)
    expect(await hub.metric('gridpatrol_cursor_lag_records{cursor="tracks"}')).toBe(0)
  })
  expect(await openCases()).toEqual([])
  expect(JSON.stringify(await theCase())).toBe(before)
  expect((await trackOf(hub, 'ebike-01')).timeMs).toHaveLength(31)
  expect(await records(hub, 'kept')).toBe(9)
})

function renamed(body: Body, boot: string, sequence: number): Uint8Array {
  expect(boot).not.toBe(BOOT)
  return encodeEnvelope({ gateway: 'ebike-01', boot, sequence, lane: body.lane, body: encodeBody(body) })
}
