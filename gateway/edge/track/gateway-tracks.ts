import type { Fix, FixBatch, TimeSource } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import type { EdgeConfig, NmeaPortConfig } from '../config.ts'
import { DeviceReceivers } from '../receivers/device-receivers.ts'
import { DeviceTrack } from './device-track.ts'
import { qualityFault } from './quality-gate.ts'
import { TrackFilterConfig } from './track-filter-config.ts'

/**
 * The tracks of a gateway. In: the fixes of its receivers. Out: batches of each device, from one receiver at a time.
 *
 *   fix ─ DeviceReceivers (which receiver) ─ DeviceTrack (filter, batch) ─ onBatch
 */
export interface GatewayTracksOptions {
  config: Pick<EdgeConfig, 'gateway' | 'ports' | 'receivers' | 'track' | 'batch'>
  clock: EdgeClock
  /** False where the batch has no place on the wire. */
  onBatch: (batch: FixBatch) => boolean
  log: Log
}

export class GatewayTracks {
  readonly #options: GatewayTracksOptions
  readonly #receivers: DeviceReceivers
  readonly #tracks = new Map<string, DeviceTrack>()
  /** By device: the least sure one of what will be in the next batch. */
  readonly #timeSources = new Map<string, TimeSource>()
  #last: { fix: Fix; atMs: number } | undefined

  constructor(options: GatewayTracksOptions) {
    this.#options = options
    const { config, log } = options
    const { gateway, ports, receivers: rules } = config
    const { quality } = config.track ?? TrackFilterConfig.parse({})
    this.#receivers = new DeviceReceivers({
      ports: ports.filter((port) => port.driver === 'nmea'),
      gateway,
      rules,
      isGood: (fix) => qualityFault(fix, quality) === undefined,
      onFix: (device, fix) => this.#track(device).push(fix),
      log,
    })
  }

  push(port: NmeaPortConfig, fix: Fix, timeSource: TimeSource): void {
    const device = this.#deviceOf(port)
    this.#timeSources.set(device, lessSure(this.#timeSources.get(device), timeSource))
    this.#receivers.push(port.name, fix, this.#options.clock.monotonicMs())
  }

  /** The line of this receiver opened or failed: what the filter holds back is decided now. */
  settle(port: NmeaPortConfig): void {
    if (this.#receivers.isUsed(port.name)) this.#track(this.#deviceOf(port)).settle()
  }

  flush(): void {
    for (const track of this.#tracks.values()) track.flush()
  }

  /** The newest fix that is on its way, and how long ago it came by a clock that never steps. */
  last(): { fix: Fix; ageS: number } | undefined {
    const last = this.#last
    return last && { fix: last.fix, ageS: (this.#options.clock.monotonicMs() - last.atMs) / 1000 }
  }

  /** Of a port: its part among the receivers of its device, and what became of the device's fixes. */
  countersOf(port: NmeaPortConfig): Record<string, number> {
    const { counts } = this.#track(this.#deviceOf(port))
    const track = Object.entries(counts).map(([name, count]) => [`track-${name}`, count])
    return { ...this.#receivers.countersOf(port.name), ...Object.fromEntries(track) }
  }

  #deviceOf({ device = this.#options.config.gateway }: NmeaPortConfig): string {
    return device
  }

  #track(device: string): DeviceTrack {
    const { config, clock } = this.#options
    let track = this.#tracks.get(device)
    if (!track) {
      track = new DeviceTrack({
        filter: config.track,
        batch: config.batch,
        onFix: (fix) => {
          this.#last = { fix, atMs: clock.monotonicMs() }
        },
        onBatch: (fixes) => {
          const timeSource = this.#timeSources.get(device)
          this.#timeSources.delete(device)
          this.#send({
            ...(device === config.gateway ? {} : { device }),
            ...(timeSource && { timeSource }),
            fixes,
          })
        },
      })
      this.#tracks.set(device, track)
    }
    return track
  }

  /** One fix that has no place on the wire must not take its batch along. */
  #send(batch: FixBatch): void {
    const { fixes } = batch
    if (this.#options.onBatch(batch) || fixes.length === 1) return
    const middle = fixes.length >> 1
    this.#send({ ...batch, fixes: fixes.slice(0, middle) })
    this.#send({ ...batch, fixes: fixes.slice(middle) })
  }
}

const SUREST_FIRST: readonly TimeSource[] = ['gps', 'system', 'estimated']

function lessSure(a: TimeSource | undefined, b: TimeSource): TimeSource {
  return a === undefined || SUREST_FIRST.indexOf(b) > SUREST_FIRST.indexOf(a) ? b : a
}
