import { randomBytes } from 'node:crypto'
import type { EdgeClock } from '../../gateway/edge/clock.ts'
import { Uplink } from '../../gateway/edge/uplink/uplink.ts'
import type { Log } from '../../gateway/foundation/log.ts'
import { VERSION } from '../../gateway/foundation/version.ts'
import { encodeBody } from '../../proto/codec/codec.ts'
import type { Body, Lane } from '../../proto/domain.ts'
import { Random } from '../random.ts'
import { type CaseStanding, CaseStory } from './case-story.ts'
import { FixChecksum } from './fix-checksum.ts'
import { LoadOutbox, type RecordTimes } from './load-outbox.ts'
import type { RidePool } from './ride-pool.ts'
import { SequenceRanges } from './sequence-ranges.ts'

/**
 * One of thousands of gateways: the uplink is the product's, the outbox is in memory, and records are made here as by
 * a seed. It knows what it made and what has its receipt.
 */

export interface Rates {
  batchesAMinute: number
  readingsEveryS: number
  healthEveryS: number
  casesAnHour: number
}

/** What a gateway made and what came of it, to be compared with what the stores hold. */
export interface GatewayAccount {
  gateway: string
  boot: string
  /** Records are numbered from 1 to this. */
  appended: number
  /** Those with a receipt: first and last of each range. */
  receipted: [number, number][]
  byLane: Partial<Record<Lane, number>>
  /** `sum` of fix-checksum.ts. */
  fixes: { count: number; sum: number }
  component: string
  /** Of each metric. */
  readings: number
  cases: CaseStanding[]
}

export interface LoadGatewayOptions {
  index: number
  seed: number
  broker: string
  rides: RidePool
  rates: Rates
  clock: EdgeClock
  log: Log
  onReceipted: (times: RecordTimes) => void
}

/** Lanes that are made, each at its own times. */
type Made = 'fix' | 'reading' | 'health' | 'case'

const CENTRE = { lat: 31.23, lon: 121.47 }

export class LoadGateway {
  readonly name: string
  readonly #options: LoadGatewayOptions
  readonly #boot = randomBytes(6).toString('hex')
  readonly #component: string
  readonly #random: Random
  readonly #outbox: LoadOutbox
  readonly #uplink: Uplink
  readonly #cases: CaseStory
  readonly #receipted = new SequenceRanges()
  readonly #byLane: Partial<Record<Lane, number>> = {}
  readonly #fixes = new FixChecksum()
  readonly #ride: number
  readonly #dueMs: Record<Made, number>
  #batches = 0
  #readings = 0
  /** Of the next fix; whole seconds, as receivers say them. */
  #fixMs = 0
  #startedMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LoadGatewayOptions) {
    const { index, seed, rides, rates, clock, log, broker } = options
    this.#options = options
    this.name = `load-${String(index + 1).padStart(5, '0')}`
    this.#component = `3101010101${900_000 + index}`
    this.#random = new Random(seed, this.name)
    this.#ride = this.#random.integer(0, rides.rides - 1)
    const position = {
      lat: CENTRE.lat + this.#random.between(-0.01, 0.01),
      lon: CENTRE.lon + this.#random.between(-0.01, 0.01),
    }
    this.#cases = new CaseStory({
      gateway: this.name,
      component: this.#component,
      position,
      perHour: rates.casesAnHour,
      random: this.#random,
    })
    // Each lane begins anywhere within its period, so that gateways do not march in step.
    this.#dueMs = {
      fix: this.#random.between(0, 60_000 / rates.batchesAMinute),
      reading: this.#random.between(0, rates.readingsEveryS * 1000),
      health: 0,
      case: this.#cases.waitMs(),
    }
    this.#outbox = new LoadOutbox(this.#boot, (times) => {
      this.#receipted.add(times.sequence)
      options.onReceipted(times)
    })
    this.#uplink = new Uplink({
      gateway: this.name,
      boot: this.#boot,
      broker: { url: broker },
      outbox: this.#outbox,
      clock,
      log,
    })
  }

  start(): void {
    this.#startedMs = performance.now()
    this.#fixMs = Math.floor(this.#options.clock.nowMs() / 1000) * 1000
    this.#uplink.start()
    this.#makeDue()
  }

  /** Nothing new is made; what waits goes on to be sent. */
  stopMaking(): void {
    clearTimeout(this.#timer)
  }

  async stop(): Promise<void> {
    this.stopMaking()
    await this.#uplink.stop()
    this.#outbox.close()
  }

  get connected(): boolean {
    return this.#uplink.connected
  }

  /** Connections that broke. */
  get breaks(): number {
    return this.#uplink.link().breaks
  }

  get appended(): number {
    return this.#outbox.sequence
  }

  get waiting(): number {
    return this.#outbox.level().records
  }

  account(): GatewayAccount {
    return {
      gateway: this.name,
      boot: this.#boot,
      appended: this.appended,
      receipted: this.#receipted.ranges(),
      byLane: { ...this.#byLane },
      fixes: this.#fixes.value,
      component: this.#component,
      readings: this.#readings,
      cases: this.#cases.cases,
    }
  }

  #makeDue(): void {
    const nowMs = performance.now() - this.#startedMs
    for (const lane of Object.keys(this.#dueMs) as Made[])
      while (this.#dueMs[lane] <= nowMs) {
        this.#make(lane)
        this.#dueMs[lane] += this.#waitMs(lane)
      }
    const nextMs = Math.min(...Object.values(this.#dueMs))
    this.#timer = setTimeout(() => this.#makeDue(), nextMs - nowMs)
  }

  #waitMs(lane: Made): number {
    const { batchesAMinute, readingsEveryS, healthEveryS } = this.#options.rates
    switch (lane) {
      case 'fix':
        return 60_000 / batchesAMinute
      case 'reading':
        return readingsEveryS * 1000
      case 'health':
        return healthEveryS * 1000
      case 'case':
        return this.#cases.waitMs()
    }
  }

  #make(lane: Made): void {
    const timeMs = this.#options.clock.nowMs()
    this.#byLane[lane] = (this.#byLane[lane] ?? 0) + 1
    switch (lane) {
      case 'fix':
        this.#keep(lane, this.#fixBatch())
        break
      case 'reading':
        this.#keep(lane, encodeBody(this.#readingBatch(timeMs)))
        break
      case 'health':
        this.#keep(lane, encodeBody(this.#health(timeMs)))
        break
      case 'case':
        this.#keep(lane, encodeBody({ lane, report: this.#cases.next(timeMs) }))
    }
  }

  #keep(lane: Lane, body: Uint8Array): void {
    void this.#outbox.append(lane, body)
  }

  #fixBatch(): Uint8Array {
    const { rides } = this.#options
    const body = rides.batch(this.#ride, this.#batches++, this.#fixMs, this.#fixes)
    this.#fixMs += rides.fixesABatch * 1000
    return body
  }

  #readingBatch(timeMs: number): Body {
    const component = this.#component
    this.#readings++
    const readings = [
      { component, metric: 'tilt_deg', timeMs, value: this.#random.between(0, 3) },
      { component, metric: 'battery_pct', timeMs, value: this.#random.between(60, 100) },
    ]
    return { lane: 'reading', batch: { readings } }
  }

  #health(timeMs: number): Body {
    const health = {
      timeMs,
      timeSource: 'system' as const,
      uptimeS: Math.floor((performance.now() - this.#startedMs) / 1000),
      version: VERSION,
      memoryBytes: process.memoryUsage.rss(),
      ports: [
        { name: 'gps', path: '/dev/ttyUSB0', state: 'open' as const, counters: { fixes: this.#batches } },
      ],
      outbox: this.#outbox.level(),
      link: this.#uplink.link(),
    }
    return { lane: 'health', health }
  }
}
