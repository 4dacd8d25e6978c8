import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { Cases } from '../../../proto/http.ts'
import { type GridpatrolProcess, startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { eventually } from '../../hub/eventually.ts'
import { findInfluxd, startInfluxd } from '../../servers/influxd.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { freePort } from '../../servers/server-process.ts'
import { FIXES_A_RECORD, rideWithCase } from './rides-with-cases.ts'
import { sendingGateway } from './sending-gateway.ts'

const GATEWAYS = 5
const RECORDS = 80

const here =
  (await requireServer('mosquitto', findMosquitto)) && (await requireServer('influxd', findInfluxd))

describe.runIf(here)('two workers and a ledger, each a process, at mosquitto and InfluxDB', () => {
  test('row 27: a worker is killed while records flow: the other one goes on, nothing lost, nothing doubled', async () => {
    const [mosquitto, influxd] = await Promise.all([startMosquitto(), startInfluxd()])
    onTestFinished(async () => void (await Promise.all([mosquitto.stop(), influxd.stop()])))
    const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-workers-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const start = async (clientId: string, role: string, port: number): Promise<GridpatrolProcess> => {
      const config = join(folder, `${clientId}.yaml`)
      const hub = {
        data: join(folder, clientId),
        http: { port },
        broker: { url: mosquitto.url, clientId, share: 'city', role },
        store: { kind: 'influxdb', url: influxd.url, database: 'tracks' },
      }
      writeFileSync(config, stringify({ hub }))
      const started = startGridpatrol('hub', '--config', config)
      onTestFinished(() => started.kill())
      await started.says(/broker: connected/)
      return started
    }
    const ledgerPort = await freePort()
    const [, victim] = await Promise.all([
      start('worker-1', 'tracks', await freePort()),
      start('worker-2', 'tracks', await freePort()),
      start('ledger', 'ledger', ledgerPort),
    ])
    const gateways = Array.from({ length: GATEWAYS }, (_, i) =>
      sendingGateway([mosquitto.url], `ebike-0${i}`, rideWithCase(i, RECORDS), 10),
    )
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted(RECORDS / 4)))
    await victim.kill()
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))
    // What the killed one had receipted and not yet stored is in its own log: it goes on from there.
    await start('worker-2', 'tracks', await freePort())

    await eventually(async () => {
      expect(await pointsOf(influxd.url)).toEqual(
        gateways.map(({ name }) => [name, (RECORDS - 1) * FIXES_A_RECORD]),
      )
    })
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${ledgerPort}/api/v1/cases?open=true`)
      expect(Cases.parse(await answer.json()).cases).toHaveLength(GATEWAYS)
    })
  }, 60_000)
})

/** How many fixes InfluxDB holds of each device. */
async function pointsOf(url: string): Promise<[string, number][]> {
  const query = 'SELECT count(lat_e7) FROM fix GROUP BY device'
  const answer = await fetch(`${url}/query?db=tracks&q=${encodeURIComponent(query)}`)
  const { results } = (await answer.json()) as {
    results: { series?: { tags: { device: string }; values: [string, number][] }[] }[]
  }
  return (results[0]?.series ?? []).map(({ tags, values }) => [tags.device, values[0]![1]])
}
