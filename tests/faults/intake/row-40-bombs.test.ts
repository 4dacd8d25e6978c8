import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { openLetters } from '../../../gateway/hub/dead-letters/letters.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import { eventually } from '../../hub/eventually.ts'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { BOMBS, enveloped, mutations, NO_ENVELOPES, truncations } from './bombs.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'

/**
 * Row 40: truncated, mutated and unfolding messages. Each is set aside with its reason, or is a record after all; the
 * hub's memory stays bounded, and a gateway that sends as it should goes on meanwhile. The operator sees
 * `gridpatrol_intake_refused_total`, `gridpatrol_dead_letters_total` and `dead-letters list`.
 */

/** An idle hub takes some 170 MB; of what unfolds, at most some 50,000 fixes are in memory at a time. */
const MOST_BYTES = 512 * 1024 ** 2
const RECORDS = 60
const MUTATIONS = 600
const SEED = 40

async function hostile(hub: HubProcess, name: string, payloads: Iterable<Buffer>): Promise<number> {
  const client = await connectAsync(hub.brokerUrl, { clientId: name, protocolVersion: 4 })
  onTestFinished(() => client.endAsync(true))
  let sent = 0
  let flying: Promise<unknown>[] = []
  for (const payload of payloads) {
    flying.push(client.publishAsync(gatewayTopic(name, 'up'), payload, { qos: 1 }))
    sent++
    if (flying.length < 50) continue
    await Promise.all(flying)
    flying = []
  }
  await Promise.all(flying)
  return sent
}

async function idle(hub: HubProcess): Promise<void> {
  await eventually(async () => {
    for (const cursor of ['tracks', 'cases', 'photos'])
      expect(await hub.metric(`gridpatrol_cursor_lag_records{cursor="${cursor}"}`)).toBe(0)
  })
}

test('40 bombs of 64 KiB: each is set aside with its reason, memory stays bounded, others go on', async () => {
  const hub = await startHubProcess()
  const honest = sendingGateway(
    [hub.brokerUrl],
    'ebike-01',
    Array.from({ length: RECORDS }, (_, i) => fixes(ride(30, T0 + i * 30_000))),
    50,
  )
  await hostile(
    hub,
    'hostile',
    BOMBS.map(({ lane, body }, i) => enveloped('hostile', i + 1, lane, body)),
  )
  await hostile(
    hub,
    'hostile-2',
    NO_ENVELOPES.map(({ payload }) => payload),
  )
  // Eighty bytes that are 3600 fixes at one time and place, four hundred times: 1.4 million fixes.
  const unfolding = encodeBody(fixes(Array.from({ length: 3600 }, () => ({ timeMs: T0, lat: 0, lon: 0 }))))
  expect(unfolding.length).toBeLessThan(100)
  await hostile(
    hub,
    'hostile-3',
    Array.from({ length: 400 }, (_, i) => enveloped('hostile-3', i + 1, 'fix', unfolding)),
  )
  await idle(hub)

  const { letters, payloads, close } = openLetters(hub.folder)
  try {
    const bySequence = new Map(letters.list({ limit: 1000 }).map((letter) => [letter.sequence, letter]))
    expect(bySequence.size).toBe(BOMBS.length)
    BOMBS.forEach(({ name, lane, reason }, i) => {
      expect([name, bySequence.get(i + 1)]).toEqual([
        name,
        expect.objectContaining({ gateway: 'hostile', lane, reason: expect.stringMatching(reason) }),
      ])
    })
    const refused = payloads.list({ gateway: 'hostile-2', limit: 100 }).reverse()
    expect(refused.map(({ reason }) => reason)).toEqual(NO_ENVELOPES.map(({ reason }) => reason))
    for (const { head } of refused) expect(head.length).toBeLessThanOrEqual(256)
  } finally {
    close()
  }
  expect((await hub.track('hostile-3', T0, T0 + 1000)).timeMs).toEqual([T0])
  await honest.untilReceipted()
  await idle(hub)
  expect((await hub.track('ebike-01', T0, T0 + RECORDS * 30_000)).timeMs).toHaveLength(RECORDS * 30)
  expect(hub.alive()).toBe(true)
  expect(hub.peakBytes()).toBeLessThan(MOST_BYTES)
}, 90_000)

test('40 truncated and mutated messages: every one is accounted for, and none stops the hub', async () => {
  const hub = await startHubProcess()
  const honest = sendingGateway(
    [hub.brokerUrl],
    'ebike-01',
    Array.from({ length: RECORDS }, (_, i) => fixes(ride(30, T0 + i * 30_000))),
    50,
  )
  const sent = await Promise.all([
    hostile(hub, 'hostile-1', truncations('hostile-1', 3)),
    hostile(hub, 'hostile-2', mutations('hostile-2', MUTATIONS, SEED)),
  ])
  await honest.untilReceipted()
  await idle(hub)

  const [kept, repeated, conflicting] = await Promise.all(
    ['kept', 'repeated', 'conflicting'].map((what) =>
      hub.metric(`gridpatrol_intake_records_total{what="${what}"}`),
    ),
  )
  const reasons = [
    'bad-checksum',
    'bad-value',
    'missing-field',
    'not-protobuf',
    'too-large',
    'too-many',
    'failed',
  ]
  const refused = await Promise.all(
    reasons.map((reason) => hub.metric(`gridpatrol_intake_refused_total{reason="${reason}"}`)),
  )
  const counted = [kept!, repeated!, conflicting!, ...refused].reduce((sum, count) => sum + count, 0)
  expect(counted).toBe(sent[0] + sent[1] + RECORDS)
  expect(refused.at(-1)).toBe(0)
  const { letters, close } = openLetters(hub.folder)
  try {
    const all = letters.list({ limit: 10_000 })
    expect(all.length).toBeGreaterThan(500)
    for (const { gateway, reason } of all) {
      expect(gateway).toMatch(/^hostile/)
      expect(reason).toMatch(/^(DecodeError|StoreRefused): ./)
    }
  } finally {
    close()
  }
  expect((await hub.track('ebike-01', T0, T0 + RECORDS * 30_000)).timeMs).toHaveLength(RECORDS * 30)
  expect((await hub.health()).parts.filter(({ ok }) => !ok)).toEqual([])
  expect(hub.alive()).toBe(true)
  expect(hub.peakBytes()).toBeLessThan(MOST_BYTES)
}, 90_000)

test('40 a packet beyond what any record takes: the connection is closed, the hub goes on', async () => {
  const hub = await startHubProcess()
  const client = await connectAsync(hub.brokerUrl, {
    clientId: 'hostile',
    protocolVersion: 4,
    reconnectPeriod: 0,
  })
  onTestFinished(() => client.endAsync(true))
  client.on('error', () => {})
  const gone = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.publish(gatewayTopic('hostile', 'up'), Buffer.alloc(4 * 1024 ** 2), { qos: 0 })
  await gone
  const honest = sendingGateway([hub.brokerUrl], 'ebike-01', [fixes(ride(3))])
  await honest.untilReceipted()
  expect(await hub.metric('gridpatrol_broker_refused_total{what="connections"}')).toBeGreaterThan(0)
  expect(hub.peakBytes()).toBeLessThan(MOST_BYTES)
})
