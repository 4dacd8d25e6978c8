import { connectAsync } from 'mqtt'
import { startInfluxd } from '../servers/influxd.ts'
import { startUnboundedMosquitto } from './acknowledge.bench-part.ts'
import {
  createDatabase,
  deviceName,
  FIXES_A_BATCH,
  fix,
  GATEWAYS,
  throughHub,
  untilCounted,
} from './chain.bench-part.ts'
import { startNodeRed } from './node-red.ts'
import { type BenchRow, median } from './row.ts'

const RUNS = 3
/** Node-RED gets fewer: it has no window, and what it is offered beyond its speed piles up at the broker. */
const BATCHES_FOR_NODE_RED = 200
const UNACKNOWLEDGED = 100

/**
 * Fixes from MQTT into InfluxDB through our hub and through Node-RED (mosquitto as its broker), both from 30-fix
 * batches of twenty publishers, until InfluxDB counts every point. Ours are protobuf and receipted after the commit;
 * Node-RED's are JSON, and nothing keeps them but mosquitto's memory.
 */
export async function benchNodeRed(log: (line: string) => void): Promise<BenchRow[]> {
  const influxd = await startInfluxd()
  const ours: number[] = []
  const theirs: number[] = []
  let missing: string | undefined
  try {
    for (let run = 0; run < RUNS; run++) {
      ours.push(await throughHub(influxd.url, `ours${run}`, run))
      try {
        if (missing === undefined) theirs.push(await throughNodeRed(influxd.url, `nodered${run}`))
      } catch (error) {
        if (run > 0) throw error
        missing = (error as Error).message
        log(`Node-RED could not be had: ${missing}`)
      }
      const theirsNow = missing === undefined ? `${Math.round(theirs.at(-1)!)} fixes/s` : 'not there'
      log(`run ${run + 1} of ${RUNS}: hub ${Math.round(ours.at(-1)!)} fixes/s, Node-RED ${theirsNow}`)
    }
  } finally {
    await influxd.stop()
  }
  const value = median(ours)
  const peerValue = missing === undefined ? median(theirs) : Number.NaN
  return [
    {
      name: `MQTT → InfluxDB, ${FIXES_A_BATCH}-fix batches`,
      value,
      unit: 'fixes/s',
      peer: missing === undefined ? 'Node-RED, joined batches, mosquitto' : 'Node-RED: could not be had',
      peerValue,
      ratio: value / peerValue,
    },
  ]
}

async function throughNodeRed(influxUrl: string, database: string): Promise<number> {
  await createDatabase(influxUrl, database)
  const mosquitto = await startUnboundedMosquitto()
  try {
    const nodeRed = await startNodeRed(mosquitto.url, influxUrl, database)
    try {
      const total = GATEWAYS * BATCHES_FOR_NODE_RED * FIXES_A_BATCH
      const prepared = Array.from({ length: GATEWAYS }, (_, gateway) => payloads(gateway))
      const beganMs = performance.now()
      await Promise.all(prepared.map((batches, gateway) => publish(mosquitto.url, gateway, batches)))
      await untilCounted(influxUrl, database, total)
      return (total * 1000) / (performance.now() - beganMs)
    } finally {
      await nodeRed.stop()
    }
  } finally {
    await mosquitto.stop()
  }
}

function payloads(gateway: number): string[] {
  return Array.from({ length: BATCHES_FOR_NODE_RED }, (_, batch) =>
    JSON.stringify({
      device: deviceName(gateway),
      fixes: Array.from({ length: FIXES_A_BATCH }, (_, i) => fix(gateway, batch * FIXES_A_BATCH + i)),
    }),
  )
}

async function publish(url: string, gateway: number, batches: string[]): Promise<void> {
  const clientId = deviceName(gateway)
  const client = await connectAsync(url, { clientId, protocolVersion: 4, reconnectPeriod: 0 })
  for (let start = 0; start < batches.length; start += UNACKNOWLEDGED)
    await Promise.all(
      batches
        .slice(start, start + UNACKNOWLEDGED)
        .map((payload) => client.publishAsync(`fixes/${clientId}`, payload, { qos: 1 })),
    )
  await client.endAsync()
}
