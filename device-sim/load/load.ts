import { setTimeout as sleep } from 'node:timers/promises'
import { EdgeClock } from '../../gateway/edge/clock.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import type { Lane } from '../../proto/domain.ts'
import { type Latencies, LatencyTally } from './latency-tally.ts'
import { type GatewayAccount, LoadGateway, type Rates } from './load-gateway.ts'
import type { RecordTimes } from './load-outbox.ts'
import { checkOpenFiles } from './open-files.ts'
import { RidePool } from './ride-pool.ts'

/**
 * Thousands of gateways in one process, to load a broker and a hub. In: how many, where, how much each sends, a seed.
 * Out: what was made, what has its receipt and how long that took, gateway by gateway. It fails at the start alone,
 * where the system does not let so many connections be open; a broker that is away is tried again.
 *
 *   ride pool, case story ─ load gateway ─ outbox in memory ─ the product's uplink ═ MQTT
 */

export interface LoadOptions {
  gateways: number
  /** Where gateways connect; several addresses are dealt out among them in turn. */
  brokers: readonly string[]
  seed: number
  rates: Rates
}

export interface LoadState {
  connected: number
  appended: number
  receipted: number
  /** Appended and without a receipt. */
  waiting: number
  breaks: number
  /** From appending to the receipt, of the records receipted since the last look. */
  receiptTimes: Latencies
}

export interface LoadSummary {
  gateways: number
  seed: number
  seconds: number
  appended: number
  receipted: number
  waiting: number
  breaks: number
  byLane: Partial<Record<Lane, number>>
  fixes: number
  /** From appending to the receipt. */
  receiptTimes: Latencies
  /** From the first time that the uplink took it to the receipt. */
  sendingTimes: Latencies
  each: GatewayAccount[]
}

export interface Load {
  look(): LoadState
  /** Records without a receipt. */
  waiting(): number
  /** No new records; what waits is sent on. */
  stopMaking(): void
  /** Resolves when every record has its receipt. @returns false where that takes longer. */
  drained(withinMs: number): Promise<boolean>
  summary(): LoadSummary
  /** Says goodbye for each gateway and leaves. */
  stop(): Promise<void>
}

/** What the product does unless told otherwise, with a case an hour. */
export const USUAL_RATES: Rates = { batchesAMinute: 2, readingsEveryS: 60, healthEveryS: 300, casesAnHour: 1 }

/** Gateways do not all come at once: so many a second. */
const STARTS_A_SECOND = 200
const START_EVERY_MS = 50
const LOOK_FOR_DRAINED_MS = 100

/** @throws Error where the system does not let so many connections be open; RangeError for rates that cannot be. */
export function startLoad({ gateways, brokers, seed, rates }: LoadOptions): Load {
  checkOpenFiles(gateways)
  if (brokers.length === 0) throw new RangeError('load: no broker, expected at least one address')
  const rides = new RidePool(seed, fixesABatch(rates.batchesAMinute))
  const receiptTimes = new LatencyTally()
  const recentTimes = new LatencyTally()
  const sendingTimes = new LatencyTally()
  let receipted = 0
  const onReceipted = ({ appendedMs, takenMs, receiptedMs }: RecordTimes): void => {
    receipted++
    receiptTimes.add(receiptedMs - appendedMs)
    recentTimes.add(receiptedMs - appendedMs)
    sendingTimes.add(receiptedMs - takenMs)
  }
  const log = silentLog()
  const clock = new EdgeClock()
  const all = Array.from({ length: gateways }, (_, index) => {
    const broker = brokers[index % brokers.length]!
    return new LoadGateway({ index, seed, broker, rides, rates, clock, log, onReceipted })
  })

  const began = performance.now()
  let started = 0
  const starting = setInterval(() => {
    const due = Math.min(gateways, Math.ceil(((performance.now() - began) * STARTS_A_SECOND) / 1000))
    while (started < due) all[started++]!.start()
    if (started === gateways) clearInterval(starting)
  }, START_EVERY_MS)
  const sum = (of: (gateway: LoadGateway) => number): number => all.reduce((total, one) => total + of(one), 0)
  const breaks = () => sum((one) => one.breaks)
  const waiting = () => sum((one) => one.waiting)
  const stopMaking = (): void => {
    clearInterval(starting)
    for (const one of all) one.stopMaking()
  }

  return {
    look() {
      const state = {
        connected: sum((one) => Number(one.connected)),
        appended: sum((one) => one.appended),
        receipted,
        waiting: waiting(),
        breaks: breaks(),
        receiptTimes: recentTimes.latencies(),
      }
      recentTimes.clear()
      return state
    },
    waiting,
    stopMaking,
    async drained(withinMs) {
      const deadlineMs = performance.now() + withinMs
      while (waiting() > 0) {
        if (performance.now() > deadlineMs) return false
        await sleep(LOOK_FOR_DRAINED_MS)
      }
      return true
    },
    summary() {
      const each = all.slice(0, started).map((one) => one.account())
      const byLane: Partial<Record<Lane, number>> = {}
      for (const account of each)
        for (const [lane, count] of Object.entries(account.byLane) as [Lane, number][])
          byLane[lane] = (byLane[lane] ?? 0) + count
      return {
        gateways,
        seed,
        seconds: Math.round((performance.now() - began) / 1000),
        appended: sum((one) => one.appended),
        receipted,
        waiting: waiting(),
        breaks: breaks(),
        byLane,
        fixes: each.reduce((total, { fixes }) => total + fixes.count, 0),
        receiptTimes: receiptTimes.latencies(),
        sendingTimes: sendingTimes.latencies(),
        each,
      }
    },
    async stop() {
      stopMaking()
      await Promise.all(all.slice(0, started).map((one) => one.stop()))
    },
  }
}

/** Fixes come every second, so that fewer batches are larger ones. */
function fixesABatch(batchesAMinute: number): number {
  const fixes = Math.round(60 / batchesAMinute)
  if (fixes >= 1 && fixes <= 600) return fixes
  throw new RangeError(`batches a minute: ${batchesAMinute}, expected 0.1 to 60`)
}
