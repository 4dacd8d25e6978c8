import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import type { District } from '../../proto/district.ts'
import { EdgeConfig } from '../edge/config.ts'
import { type Edge, startEdge } from '../edge/edge.ts'
import type { Log } from '../foundation/log.ts'

/**
 * One past shift of every e-bike, laid down through the same way as live data: NMEA text, edge, MQTT, hub; only the
 * clock runs faster. The receivers' text comes from memory instead of ptys, whose speed is that of a serial line.
 */
export interface HistoryOptions {
  district: District
  seed: number
  ebikes: { id: string; beat: readonly string[]; durationS: number }[]
  fromMs: number
  brokerUrl: string
  dataDir: string
  log: Log
  onProgress: (done: number) => void
}

/** Seconds of one rider written at a time; then everyone else has a turn. */
const SECONDS_AT_ONCE = 20
/** Records on their way to the hub before the riders wait. */
const MAX_BACKLOG = 200

/** A shift in seconds is no backlog of a city. */
const UNCAPPED = { maxRecordsPerS: 10_000, maxBytesPerS: 100_000_000 }
/** How long a batch that is not full waits before it is sent. */
const BATCH_DELAY_MS = 500

/** Resolves when the hub has receipted the whole shift; earlier where `signal` says so. */
export async function layDownHistory(options: HistoryOptions, signal: AbortSignal): Promise<void> {
  const { ebikes, onProgress } = options
  const allS = ebikes.reduce((sum, { durationS }) => sum + durationS, 0)
  const riders = ebikes.map((ebike) => new PastRider(options, ebike))
  // The ports are opened while the edge is still starting.
  let edge: Edge | undefined
  const backlog = (): number => edge?.backlog() ?? 0
  edge = await startEdge(
    EdgeConfig.parse({
      gateway: 'past-shift',
      data: join(options.dataDir, 'past-shift'),
      broker: { url: options.brokerUrl },
      ports: ebikes.map(({ id }) => ({ name: id, path: id, driver: 'nmea', device: id, silenceS: 3600 })),
      batch: { maxDelayMs: BATCH_DELAY_MS },
      uplink: UNCAPPED,
    }),
    options.log,
    async (path) => {
      const stream = riders.find(({ id }) => id === path)!.receiver(backlog, signal)
      return { stream, close: async () => void stream.destroy() }
    },
  )
  const done = (): number => riders.reduce((sum, { seconds }) => sum + seconds, 0) / allS
  try {
    while (!signal.aborted && done() < 1) {
      onProgress(done())
      await wait(200)
    }
    // The last batches leave the riders' hands, then the outbox.
    await wait(2 * BATCH_DELAY_MS)
    while (!signal.aborted && backlog() > 0) await wait(50)
    if (!signal.aborted) onProgress(1)
  } finally {
    for (const rider of riders) rider.release()
    await edge.stop()
  }
}

/** Writes what the receiver of one e-bike would have written, as fast as the hub takes it. */
class PastRider {
  readonly id: string
  /** Written so far. */
  seconds = 0
  readonly #ride: EbikeRide
  readonly #durationS: number
  readonly #released = Promise.withResolvers<void>()

  constructor(
    { district, seed, fromMs }: HistoryOptions,
    { id, beat, durationS }: HistoryOptions['ebikes'][number],
  ) {
    this.id = id
    this.#durationS = durationS
    this.#ride = new EbikeRide({ id, seed, district, beat, startMs: fromMs })
  }

  release(): void {
    this.#released.resolve()
  }

  receiver(backlog: () => number, signal: AbortSignal): Duplex {
    return Duplex.from(this.#text(backlog, signal))
  }

  async *#text(backlog: () => number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    while (this.seconds < this.#durationS && !signal.aborted) {
      const bytes: Uint8Array[] = []
      for (let i = 0; i < SECONDS_AT_ONCE && this.seconds < this.#durationS; i++, this.seconds++)
        bytes.push(this.#ride.next().bytes)
      yield Buffer.concat(bytes)
      await wait(0)
      while (backlog() > MAX_BACKLOG && !signal.aborted) await wait(20)
    }
    // A receiver that has nothing more to say keeps its line open until it is closed.
    await this.#released.promise
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
