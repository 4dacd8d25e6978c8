import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { EdgeClock } from '../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../gateway/edge/outbox/sqlite-outbox.ts'
import { UplinkConfig } from '../../gateway/edge/uplink/rate-limit.ts'
import { Uplink } from '../../gateway/edge/uplink/uplink.ts'
import { openDatabase } from '../../gateway/foundation/database.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import { startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { batchBodies, pastRide } from '../faults/gateway/past-rides.ts'
import { caseReport } from '../hub/gateway-messages.ts'
import { freePort } from '../servers/server-process.ts'
import { type BenchRow, benchRow, median } from './row.ts'
import { publishWindowed } from './windowed.ts'

const RUNS = 3
const DAYS = 7
const HOURS_A_DAY = 8
const DAY_MS = 86_400_000
const FIRST_DAY_MS = Date.UTC(2026, 4, 1)
const BOOT = '00000000000a'
const WINDOW = 128
const CASE_EVERY_MS = 250
/** What the product promises for a new case, whatever waits before it. */
const CASE_WITHIN_MS = 2000
/** At the usual rate a backlog takes minutes; how long a case takes shows within this. */
const USUAL_FOR_MS = 20_000

/**
 * Seven days of an e-bike offline: its outbox file is drained to a hub in a process of its own, as fast as it goes, while
 * a new case arises four times a second; beside it a bare client that has the same envelopes in memory and the same
 * window. Then at the usual rate: how long a new case takes, beside what is promised.
 */
export async function benchBacklog(log: (line: string) => void): Promise<BenchRow[]> {
  const day = pastRide(1, FIRST_DAY_MS, HOURS_A_DAY)
  const bodies = Array.from({ length: DAYS }, (_, d) => batchBodies(day, d * DAY_MS)).flat()
  const ours: number[] = []
  const bare: number[] = []
  const slowestMs: number[] = []
  const usualSlowestMs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const fast = await drain(bodies, { maxRecordsPerS: 10_000, maxBytesPerS: 100_000_000 })
    ours.push(fast.recordsPerS)
    slowestMs.push(Math.max(...fast.casesMs))
    const usual = await drain(bodies, {}, USUAL_FOR_MS)
    usualSlowestMs.push(Math.max(...usual.casesMs))
    bare.push(await bareClient(bodies))
    log(
      `run ${run + 1} of ${RUNS}: ${Math.round(ours.at(-1)!)} records/s, slowest of ${fast.casesMs.length} cases ${Math.round(slowestMs.at(-1)!)} ms; at the usual rate ${usual.recordsPerS.toFixed(1)} records/s, slowest of ${usual.casesMs.length} cases ${Math.round(usualSlowestMs.at(-1)!)} ms; bare client ${Math.round(bare.at(-1)!)} records/s`,
    )
  }
  const asked = 'promised'
  return [
    benchRow(
      `seven days of an e-bike (${bodies.length} records) drained, uncapped`,
      'records/s',
      median(ours),
      'bare client, same window, no outbox',
      median(bare),
    ),
    benchRow('new case meanwhile, slowest', 'ms', median(slowestMs), asked, CASE_WITHIN_MS),
    benchRow('new case at the usual rate, slowest', 'ms', median(usualSlowestMs), asked, CASE_WITHIN_MS),
  ]
}

interface Drained {
  recordsPerS: number
  /** From making to receipt, each. */
  casesMs: number[]
}

/** Until all is receipted, or for so long. */
async function drain(
  bodies: Uint8Array[],
  limits: Partial<UplinkConfig>,
  forMs = Number.POSITIVE_INFINITY,
): Promise<Drained> {
  return withHub(async (port, folder) => {
    const outbox = new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), {
      boot: BOOT,
      maxBytes: 256e6,
      log: silentLog(),
    })
    await Promise.all(bodies.map((body) => outbox.append('fix', body)))
    const uplink = new Uplink({
      gateway: 'ebike-01',
      boot: BOOT,
      broker: { url: `mqtt://127.0.0.1:${port}` },
      outbox,
      clock: new EdgeClock(),
      limits: UplinkConfig.parse(limits),
      log: silentLog(),
    })
    uplink.start()
    const casesMs: number[] = []
    while (!uplink.connected) await sleep(1)
    const beganMs = performance.now()
    let cases = 0
    while (outbox.level().records > 0 && performance.now() - beganMs < forMs) {
      const madeMs = performance.now()
      const record = await outbox.append('case', caseBody(cases++))
      while (outbox.waits([record]).length > 0) await sleep(2)
      casesMs.push(performance.now() - madeMs)
      await sleep(CASE_EVERY_MS)
    }
    const seconds = (performance.now() - beganMs) / 1000
    const sent = bodies.length + cases - outbox.level().records
    await uplink.stop()
    outbox.close()
    return { recordsPerS: sent / seconds, casesMs }
  })
}

function bareClient(bodies: Uint8Array[]): Promise<number> {
  const envelopes = bodies.map((body, i) =>
    Buffer.from(encodeEnvelope({ gateway: 'bare', boot: BOOT, sequence: i + 1, lane: 'fix', body })),
  )
  return withHub(async (port) => {
    const beganMs = performance.now()
    await publishWindowed(port, 'bare', envelopes, WINDOW)
    return (bodies.length * 1000) / (performance.now() - beganMs)
  })
}

function caseBody(number: number): Uint8Array {
  const caseId = `0mo7xu800-${String(number).padStart(10, '0')}`
  return encodeBody({ lane: 'case', report: caseReport('raised', 1, { caseId }) })
}

async function withHub<Result>(work: (port: number, folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-backlog-bench-'))
  const port = await freePort()
  const file = join(folder, 'hub.yaml')
  const broker = { embedded: { port } }
  writeFileSync(
    file,
    stringify({ hub: { data: join(folder, 'hub'), http: { port: await freePort() }, broker } }),
  )
  const hub = startGridpatrol('hub', '--config', file)
  try {
    await hub.says(/is running/)
    return await work(port, folder)
  } finally {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
