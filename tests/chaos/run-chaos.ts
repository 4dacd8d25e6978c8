import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { type LoadSummary, startLoad } from '../../device-sim/load/load.ts'
import type { Rates } from '../../device-sim/load/load-gateway.ts'
import { progressLine } from '../../device-sim/load/progress-line.ts'
import { type FlappingLink, startFlappingLink } from '../faults/flapping-link.ts'
import { lastingPort, startLastingInfluxd, startLastingMosquitto } from './chaos-servers.ts'
import { type Comparison, compare } from './compare.ts'
import { KilledProgram } from './killed-program.ts'
import { type MemoryVerdict, memoryVerdict } from './memory-curve.ts'
import { measuredWaiting, startRidingEdges } from './riding-edges.ts'
import { type Fault, type FaultName, faultCounts, faultsOf, faultText, type Target } from './schedule.ts'
import { StoredRecords, StoredTracks } from './stored.ts'
import { isCaughtUp, setAside, watchHub } from './watched-hub.ts'

/**
 * A city in which everything fails again and again, and what is left of its records. In: a seed, how many gateways, how
 * long. Out: whether everything that was ever in an outbox is in the stores, once, and how the hub's memory went.
 *
 *   load gateways, riding edges ─ flapping links ─ [mosquitto ─ link] ─ hub ─ link ─ InfluxDB
 */

export interface ChaosOptions {
  seed: number
  gateways: number
  /** How long faults happen and records are made. */
  seconds: number
  /** How much rarer faults are than in a run of a minute. */
  pace: number
  broker: 'embedded' | 'mosquitto'
  rates: Rates
  /** Everything must have healed and arrived within so long after the last fault. */
  healWithinS: number
  lookEveryMs: number
  tell: (line: string) => void
}

export interface ChaosReport {
  faults: Record<string, number>
  load: Omit<LoadSummary, 'each'>
  comparison: Comparison
  /** Payloads refused and records put aside by the hub: there must be none. */
  setAside: number
  memory: MemoryVerdict
  samples: { atS: number; rssMB: number; heapMB: number; externalMB: number; life: number }[]
  worstLag: number
  /** From the last fault until every record had its receipt, and until the stores had all of them. */
  receiptedAfterS: number
  storedAfterS: number
}

const LINKS = 4
const SLOW_MS = 400
const PROGRESS_MS = 10_000
const POLL_MS = 200
const DATABASE = 'chaos'

/** @throws Error where something does not heal in time, or a program ends as it should not. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, gateways, seconds, rates, healWithinS, tell } = options
  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-chaos-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))

  const influxd = opened.adopt(await startLastingInfluxd(), (it) => it.stop())
  const mosquitto =
    options.broker === 'mosquitto'
      ? opened.adopt(await startLastingMosquitto(gateways), (it) => it.stop())
      : undefined
  const link = async (port: number): Promise<FlappingLink> =>
    opened.adopt(await startFlappingLink({ host: '127.0.0.1', port }), (it) => it.close())
  const storeLink = await link(influxd.port)
  const brokerPort = mosquitto?.port ?? (await lastingPort())
  const hubLink = mosquitto && (await link(mosquitto.port))
  const httpPort = await lastingPort()
  const httpUrl = `http://127.0.0.1:${httpPort}`
  const data = join(folder, 'hub')
  const hubFile = join(folder, 'hub.yaml')
  writeFileSync(
    hubFile,
    stringify({
      hub: {
        data,
        http: { port: httpPort },
        broker: hubLink ? { url: urlOf(hubLink) } : { embedded: { port: brokerPort } },
        store: { kind: 'influxdb', url: `http://127.0.0.1:${storeLink.port}`, database: DATABASE },
      },
    }),
  )
  const hub = opened.adopt(new KilledProgram('hub', '--config', hubFile), (it) => it.kill())
  await hub.start()

  const links = await Promise.all(Array.from({ length: LINKS }, () => link(brokerPort)))
  const brokers = links.map(urlOf)
  const riding = await startRidingEdges({ seed, folder, brokers })
  opened.defer(async () => {
    riding.standStill()
    await Promise.all(riding.edges.map(({ program }) => program.kill()))
  })

  const beganMs = performance.now()
  const elapsedS = () => (performance.now() - beganMs) / 1000
  const load = opened.adopt(startLoad({ gateways, brokers, seed, rates }), (it) => it.stop())
  const watch = opened.adopt(watchHub(hub, httpUrl, options.lookEveryMs, beganMs), (it) => it.stop())
  const progress = opened.adopt(
    setInterval(() => tell(progressLine(elapsedS(), gateways, load.look())), PROGRESS_MS),
    clearInterval,
  )

  const doers = new Map<string, Doer>([
    [
      'hub',
      killing(
        () => hub.kill(),
        () => hub.start(),
      ),
    ],
    [
      'store',
      killing(
        () => influxd.kill(),
        () => influxd.restart(),
      ),
    ],
    ['store link', flapping(storeLink)],
    ...(mosquitto
      ? ([
          [
            'broker',
            killing(
              () => mosquitto.kill(),
              () => mosquitto.restart(),
            ),
          ],
          ['hub link', flapping(hubLink!)],
        ] as const)
      : []),
    ...links.map((one, i) => [`link ${i + 1}`, flapping(one)] as const),
    ...riding.edges.map(({ program }, i) => {
      return [
        `edge ${i + 1}`,
        killing(
          () => program.kill(),
          () => program.start(),
        ),
      ] as const
    }),
  ])
  const faults = faultsOf(seed, targetsOf([...doers.keys()], seconds, options.pace))
  for (const fault of faults) tell(faultText(fault))
  const lines = Map.groupBy(faults, ({ target }) => target)
  await Promise.all([
    ...[...lines].map(([target, line]) => happen(line, doers.get(target)!, elapsedS)),
    sleep(seconds * 1000),
  ])

  load.stopMaking()
  riding.standStill()
  tell(`${Math.round(elapsedS())} s: the last fault is over, waiting until all is healed`)
  const quietS = elapsedS()
  const healed = async (what: string, check: () => boolean | Promise<boolean>): Promise<number> => {
    while (!(await check())) {
      if (elapsedS() - quietS > healWithinS)
        throw new Error(`seed ${seed}: ${what} after ${healWithinS} s; the hub said:\n${hub.output()}`)
      await sleep(POLL_MS)
    }
    return Math.round((elapsedS() - quietS) * 10) / 10
  }
  const receiptedAfterS = await healed('records without a receipt', () => load.waiting() === 0)
  await healed('fixes or cases in an outbox on disk', () =>
    riding.edges.every((edge) => measuredWaiting(edge) === 0),
  )
  let putAside = 0
  const storedAfterS = await healed('a consumer is behind', async () => {
    const metrics = await watch.metrics()
    putAside = metrics ? setAside(metrics) : 0
    return metrics !== undefined && isCaughtUp(metrics)
  })
  clearInterval(progress)
  watch.stop()
  const { each, ...summary } = load.summary()
  await load.stop()
  for (const { program } of riding.edges) await program.stop()
  await hub.stop()

  tell(`${Math.round(elapsedS())} s: comparing`)
  const records = new StoredRecords(data)
  const comparison = await compare({
    accounts: each,
    edges: riding.edges,
    tracks: new StoredTracks(influxd.url, DATABASE),
    records,
  }).finally(() => records.close())
  return {
    faults: faultCounts(faults),
    load: summary,
    comparison,
    setAside: putAside,
    memory: memoryVerdict(watch.samples, seconds),
    samples: watch.samples.map(({ atS, rssBytes, heapUsedBytes, externalBytes, life }) => {
      return {
        atS: Math.round(atS),
        rssMB: Math.round(rssBytes / 1e6),
        heapMB: Math.round(heapUsedBytes / 1e6),
        externalMB: Math.round(externalBytes / 1e6),
        life,
      }
    }),
    worstLag: watch.worstLag,
    receiptedAfterS,
    storedAfterS,
  }
}

const urlOf = ({ port }: FlappingLink): string => `mqtt://127.0.0.1:${port}`

/** What makes a fault happen, and what ends it. */
interface Doer {
  begin: (fault: FaultName) => Promise<void> | void
  end: (fault: FaultName) => Promise<void> | void
}

const killing = (begin: () => Promise<void>, end: () => Promise<void>): Doer => ({ begin, end })

function flapping(link: FlappingLink): Doer {
  const set = (fault: FaultName, on: boolean): void => {
    if (fault === 'dumb') link.stall(on)
    if (fault === 'slow') link.delay(on ? SLOW_MS : 0)
    if (fault === 'refused') link.refuse(on)
    if (on && (fault === 'cut' || fault === 'refused')) link.cut()
  }
  return { begin: (fault) => set(fault, true), end: (fault) => set(fault, false) }
}

/** One after the other, later than planned where a slow machine takes its time to start what was killed. */
async function happen(line: Fault[], { begin, end }: Doer, elapsedS: () => number): Promise<void> {
  for (const { atS, forS, fault } of line) {
    await sleep(Math.max(0, atS - elapsedS()) * 1000)
    await begin(fault)
    await sleep(forS * 1000)
    await end(fault)
  }
}

/** The hub is killed in the first part alone, so that the memory of its last life can be watched for long. */
function targetsOf(names: string[], seconds: number, pace: number): Target[] {
  const between = (fromS: number, toS: number): Target['betweenS'] => [fromS * pace, toS * pace]
  return names.map((name): Target => {
    if (name === 'hub') return { name, faults: ['killed'], betweenS: between(8, 14), untilS: seconds * 0.4 }
    const untilS = seconds * 0.95
    if (name === 'broker') return { name, faults: ['killed'], betweenS: between(10, 18), untilS }
    if (name === 'store') return { name, faults: ['killed'], betweenS: between(12, 20), untilS }
    if (name.startsWith('edge')) return { name, faults: ['killed'], betweenS: between(10, 20), untilS }
    return { name, faults: ['cut', 'dumb', 'refused', 'slow'], betweenS: between(6, 14), untilS }
  })
}
