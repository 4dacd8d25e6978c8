import { expect, test } from 'vitest'
import { findInfluxd } from '../servers/influxd.ts'
import { findMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/server-missing.ts'
import { runChaos } from './run-chaos.ts'

/**
 * A hundred gateways and three real ones while hub, broker, InfluxDB and gateways are killed and every link flaps. The
 * faults follow from the seed, which a failure tells; when they fall among the records does not. What operators see
 * meanwhile is told by the rows of the fault matrix, one by one; here it is that nothing is lost or doubled.
 */
const SEED = 1
const GATEWAYS = 100
/** Memory of a hub with a hundred gateways; whether it grows is for the soak to say (docs/soak.md). */
const MAX_RSS_MB = 500

const servers =
  (await requireServer('influxd', findInfluxd)) && (await requireServer('mosquitto', findMosquitto))

test.runIf(servers)(
  'everything fails again and again, and every record is stored once',
  { timeout: 400_000 },
  async () => {
    const told: string[] = []
    const report = await runChaos({
      seed: SEED,
      gateways: GATEWAYS,
      seconds: 30,
      pace: 1,
      broker: 'mosquitto',
      rates: { batchesAMinute: 12, readingsEveryS: 10, healthEveryS: 20, casesAnHour: 120 },
      healWithinS: 240,
      lookEveryMs: 1000,
      tell: (line) => told.push(line),
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${told.join('\n')}`, { cause: error })
    })
    expect(report.comparison.problems, told.join('\n')).toEqual([])
    expect(report.setAside).toBe(0)
    for (const fault of ['hub killed', 'broker killed', 'store killed', 'edge killed'])
      expect(report.faults[fault], fault).toBeGreaterThan(0)
    const { appended, receipted, fixes } = report.load
    expect(receipted).toBe(appended)
    expect(appended).toBeGreaterThan(GATEWAYS * 10)
    const { comparison } = report
    expect(comparison.fixes).toBe(fixes + comparison.edges.reduce((total, edge) => total + edge.fixes, 0))
    for (const { gateway, records } of comparison.edges) expect(records, gateway).toBeGreaterThan(3)
    expect(comparison.cases).toBeGreaterThan(0)
    expect(report.memory.peakRssMB).toBeLessThan(MAX_RSS_MB)
  },
)
