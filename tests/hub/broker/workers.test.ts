import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { ExternalBroker } from '../../../gateway/hub/broker/external.ts'
import type { Worker } from '../../../gateway/hub/broker/worker.ts'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { freePort } from '../../servers/server-process.ts'
import { eventually } from '../eventually.ts'
import { caseReport, fixes, ride, T0, up } from '../gateway-messages.ts'
import { mqttClient } from '../mqtt-client.ts'

async function worker(url: string | string[], clientId: string, worker?: Worker) {
  const broker = new ExternalBroker({ url, clientId, worker }, silentLog(), { gatheringMs: 0, probeMs: 2000 })
  const taken: string[] = []
  const passedOver: string[] = []
  let ready = 0
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= broker.close()
    return closing
  }
  onTestFinished(close)
  await broker.start({
    onUp: (gateway, payload) => taken.push(`${gateway} ${payload.length}`),
    onPassedOver: (gateway) => passedOver.push(gateway),
    onPresence() {},
    onRefused: ({ detail }) => {
      throw new Error(detail)
    },
    onReady: () => void ready++,
  })
  await eventually(() => expect(ready).toBe(1))
  return { broker, taken, passedOver, close }
}

const track = (gateway: string): Buffer => up(gateway, 1, fixes(ride(2)))
const report = (gateway: string): Buffer => up(gateway, 2, { lane: 'case', report: caseReport('raised', 1) })
const names = Array.from({ length: 20 }, (_, i) => `ebike-${i}`)

async function send(url: string, payloads: (gateway: string) => Buffer[]): Promise<void> {
  const client = await mqttClient(url, 'gateways')
  for (const name of names)
    for (const payload of payloads(name))
      await client.publishAsync(`gridpatrol/v1/${name}/up`, payload, { qos: 1 })
}

describe.runIf(await requireServer('mosquitto', findMosquitto))('workers at mosquitto', () => {
  test('share the tracks by a shared subscription; cases go to the ledger alone', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const group = 'city'
    const first = await worker(server.url, 'worker-1', { group, by: 'share', role: 'tracks' })
    await eventually(() =>
      expect(first.broker.state().alarms).toEqual([expect.stringMatching(/no worker has/)]),
    )
    const second = await worker(server.url, 'worker-2', { group, by: 'share', role: 'tracks' })
    const ledger = await worker(server.url, 'ledger', { group, by: 'share', role: 'ledger' })
    await send(server.url, (name) => [track(name)])
    await send(server.url, (name) => [report(name)])
    await eventually(() => expect(ledger.taken).toHaveLength(names.length))
    await eventually(() => expect(first.taken.length + second.taken.length).toBe(names.length))
    const all = [...first.taken, ...second.taken].map((line) => line.split(' ')[0]).sort()
    expect(all).toEqual([...names].sort())
    expect(Math.min(first.taken.length, second.taken.length)).toBeGreaterThan(0)
    // The ledger hears everything, so that its page can show it.
    expect(ledger.passedOver).toHaveLength(names.length)
    for (const { broker } of [first, second, ledger]) expect(broker.state().alarms).toEqual([])
  })

  test('take their part of the gateways each, where there is nothing shared', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const part = (index: number) =>
      worker(server.url, `worker-${index}`, { group: 'parts', by: 'partition', role: 'tracks', index, of: 3 })
    const workers = [await part(0), await part(1)]
    await eventually(() =>
      expect(workers[0]!.broker.state().alarms).toContain(
        'part 2 of 3 has no worker: its gateways keep their records',
      ),
    )
    workers.push(await part(2))
    await send(server.url, (name) => [track(name)])
    const taken = () => workers.flatMap((one) => one.taken.map((line) => line.split(' ')[0]))
    await eventually(() => expect(taken()).toHaveLength(names.length))
    expect(taken().sort()).toEqual([...names].sort())
    expect(workers[0]!.broker.state().alarms).toEqual([expect.stringMatching(/no worker has the ledger/)])
  })

  test('miss one that is gone without a word, and not one that was stopped', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const group = 'city'
    const ledger = await worker(server.url, 'ledger', { group, by: 'share', role: 'ledger' })
    const stopped = await worker(server.url, 'worker-1', { group, by: 'share', role: 'tracks' })
    await stopped.close()
    // What a crash leaves to the broker: the will.
    const will = { topic: 'gridpatrol/workers/v1/city/worker-2', qos: 1 as const, retain: true }
    const crashed = await mqttClient(server.url, 'worker-2', {
      will: { ...will, payload: Buffer.from('{"online":false,"role":"tracks"}') },
    })
    crashed.stream.destroy()
    const missing = 'worker worker-2 of city is missing: start it, or clear its retained message'
    await eventually(() => expect(ledger.broker.state().alarms).toEqual([missing]))
    // One that comes later is told by what is retained.
    const late = await worker(server.url, 'worker-3', { group, by: 'share', role: 'tracks' })
    await eventually(() => expect(late.broker.state().alarms).toEqual([missing]))
    const back = await worker(server.url, 'worker-2', { group, by: 'share', role: 'tracks' })
    await eventually(() => expect(ledger.broker.state().alarms).toEqual([]))
    await back.close()
  })

  test('row 23: at an existing broker two gateways with one id are seen by their boots', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const { broker } = await worker(server.url, 'hub')
    const client = await mqttClient(server.url, 'somebody')
    for (const boot of ['00000000000a', '00000000000b', '00000000000a', '00000000000b']) {
      const presence = encodePresence({ online: true, boot, timeMs: T0, version: '0.1.0' })
      await client.publishAsync('gridpatrol/v1/ebike-01/state', Buffer.from(presence), { qos: 1 })
    }
    await eventually(() =>
      expect(broker.state().alarms).toEqual([
        'two gateways call themselves ebike-01: give one of them another id',
      ]),
    )
  })

  test('a hub goes to the next node where the first is not there', async () => {
    const server = await startMosquitto()
    onTestFinished(() => server.stop())
    const { broker } = await worker([`mqtt://127.0.0.1:${await freePort()}`, server.url], 'hub')
    expect(broker.url).toBe(server.url)
  })
})
