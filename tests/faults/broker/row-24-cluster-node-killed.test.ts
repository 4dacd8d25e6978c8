import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { ExternalBroker } from '../../../gateway/hub/broker/external.ts'
import { Cases, TrackColumns } from '../../../proto/http.ts'
import { eventually } from '../../hub/eventually.ts'
import { T0 } from '../../hub/gateway-messages.ts'
import { startedHub } from '../../hub/started-hub.ts'
import type { BrokerCluster } from '../../servers/broker-cluster.ts'
import { findNats, startNatsCluster } from '../../servers/nats.ts'
import { findRabbit, startRabbitCluster } from '../../servers/rabbitmq.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { FIXES_A_RECORD, rideWithCase } from './rides-with-cases.ts'
import { sendingGateway } from './sending-gateway.ts'

const GATEWAYS = 4
const RECORDS = 80

const CLUSTERS: [string, () => Promise<BrokerCluster>][] = []
if (await requireServer('nats-server', findNats)) CLUSTERS.push(['NATS', startNatsCluster])
// Only where somebody has it: it cannot be unpacked from its package and run.
if (await findRabbit()) CLUSTERS.push(['RabbitMQ', startRabbitCluster])

describe.each(CLUSTERS)('a %s cluster of three nodes', (_, start) => {
  let cluster: BrokerCluster
  beforeAll(async () => {
    cluster = await start()
  }, 120_000)
  afterAll(() => cluster.stop())

  test('grants a shared subscription and does not share it: a worker says so and is not ready', async () => {
    const worker = { group: 'city', by: 'share', role: 'tracks' } as const
    const broker = new ExternalBroker({ url: cluster.urls, clientId: 'worker-1', worker }, silentLog(), {
      probeMs: 1000,
    })
    onTestFinished(() => broker.close())
    let ready = 0
    await broker.start({ onUp() {}, onPresence() {}, onRefused() {}, onReady: () => void ready++ })
    await eventually(() =>
      expect(broker.state().detail).toMatch(/does not share subscriptions: use .*partition/),
    )
    expect(ready).toBe(0)
  })

  test('row 24: the node that hub and gateways are at is killed: nothing lost, nothing doubled', async () => {
    const hub = await startedHub({ broker: { url: cluster.urls } })
    const gateways = Array.from({ length: GATEWAYS }, (_, i) => {
      // Two of them at the node that will be killed, two at others.
      const urls = [...cluster.urls.slice(i % 2), ...cluster.urls.slice(0, i % 2)]
      return sendingGateway(urls, `ebike-0${i}`, rideWithCase(i, RECORDS), 25)
    })
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted(RECORDS / 4)))
    await cluster.nodes[0]!.kill()
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))

    const log = new DatabaseSync(join(hub.folder, 'intake.db'), { readOnly: true })
    const kept = log.prepare('SELECT gateway, count(*) AS n FROM record GROUP BY gateway ORDER BY 1').all()
    log.close()
    expect(kept.map(({ gateway, n }) => [gateway, n])).toEqual(gateways.map(({ name }) => [name, RECORDS]))
    await eventually(async () => {
      for (const { name } of gateways) {
        const path = `/api/v1/devices/${name}/track?from=${T0}&to=${T0 + RECORDS * FIXES_A_RECORD * 1000}`
        expect(TrackColumns.parse(await hub.json(path)).count).toBe((RECORDS - 1) * FIXES_A_RECORD)
      }
      expect(Cases.parse(await hub.json('/api/v1/cases?open=true')).cases).toHaveLength(GATEWAYS)
    })
  }, 120_000)
})
