import type { District } from '../../proto/district.ts'
import { EbikeRide, type RideTruth } from '../ebike/ebike-ride.ts'
import type { ReceiverOptions } from '../ebike/receiver-options.ts'
import type { ReceiverDevice } from '../scenario/device-options.ts'
import type { Occurrence, OccurrenceOf } from '../scenario/occurrences.ts'
import { ComponentOccurrences } from '../signals/ongoing.ts'
import type { DevicePort } from './device-port.ts'
import { concerns } from './port-mishaps.ts'

/**
 * One receiver of an e-bike or a terminal at the end of a port. What happens to it becomes options of the simulated
 * ride, since all of it is known before the ride begins.
 */
export interface ReceiverLineOptions {
  device: ReceiverDevice
  seed: number
  district: District
  beat: readonly string[]
  startMs: number
  /** Of the whole device. */
  occurrences: readonly Occurrence[]
  /** What was said longer ago than this is not written any more: after a pause a line does not catch up. */
  staleMs: number
}

interface Span {
  fromS: number
  toS: number
}

const spanOf = ({ beginMs, endMs }: { beginMs: number; endMs: number }): Span => ({
  fromS: beginMs / 1000,
  toS: endMs / 1000,
})

export class ReceiverLine {
  readonly #port: DevicePort
  readonly #ride: EbikeRide
  readonly #staleMs: number

  /**
   * @param nth 0 for the first receiver of the device.
   * @throws RangeError for options that no receiver can have.
   */
  constructor(port: DevicePort, nth: number, options: ReceiverLineOptions) {
    const { device, seed, district, beat, startMs, occurrences } = options
    const settings = nth === 0 ? device : (device.second ?? device)
    const happens = new ComponentOccurrences(occurrences)
    this.#port = port
    this.#staleMs = options.staleMs
    this.#ride = new EbikeRide({
      id: nth === 0 ? device.id : `${device.id}/${port.name}`,
      rideOf: device.id,
      seed,
      district,
      beat,
      startMs,
      noise: settings.noise,
      mishaps: settings.mishaps,
      surroundings: {
        ...device.surroundings,
        tunnels: [
          ...(device.surroundings?.tunnels ?? []),
          ...happens.of('tunnel').map(spanOf),
          ...at(happens.of('antenna-off'), port).map(spanOf),
        ],
      },
      receiver: { ...settings.receiver, ...receiverMishaps(settings.receiver ?? {}, happens, port) },
    })
  }

  get nextMs(): number {
    return this.#ride.nextMs
  }

  /** Writes one epoch, unless it is stale at this simulated moment; what was true then. */
  next(nowMs: number): RideTruth {
    const { timeMs, bytes, truth } = this.#ride.next()
    if (timeMs > nowMs - this.#staleMs) this.#port.write(bytes)
    return truth
  }
}

function at<One extends { args: object }>(occurrences: readonly One[], port: DevicePort): One[] {
  return occurrences.filter(({ args }) => concerns(args, port.name))
}

/** What happens in the scenario, besides what the options of the receiver have already. */
function receiverMishaps(
  given: Partial<ReceiverOptions>,
  happens: ComponentOccurrences,
  port: DevicePort,
): Partial<ReceiverOptions> {
  const cuts = [...happens.of('power-lost'), ...at(happens.of('receiver-dead'), port)]
  const rollover = at(happens.of('week-rollover'), port)[0]
  return {
    powerCuts: [...(given.powerCuts ?? []), ...cuts.map(spanOf)],
    freezes: [
      ...(given.freezes ?? []),
      ...at(happens.of('position-freezes'), port).map((one) => ({ ...spanOf(one), clock: one.args.clock })),
    ],
    copies: [
      ...(given.copies ?? []),
      ...at(happens.of('positions-copied'), port).map((one) => ({
        ...spanOf(one),
        lagS: one.args.lag / 1000,
      })),
    ],
    spoofs: [
      ...(given.spoofs ?? []),
      ...at(happens.of('spoofed'), port).map((one) => ({
        ...spanOf(one),
        eastM: one.args.eastM,
        northM: one.args.northM,
      })),
    ],
    clockJumps: [
      ...(given.clockJumps ?? []),
      ...at(happens.of('receiver-clock-jumps'), port).flatMap(clockJumps),
    ],
    ...(rollover && { rolloverAtS: rollover.beginMs / 1000 }),
  }
}

/** There, and back at the end. */
function clockJumps({ beginMs, endMs, args }: OccurrenceOf<'receiver-clock-jumps'>) {
  const there = { atS: beginMs / 1000, byS: args.by / 1000 }
  return Number.isFinite(endMs) ? [there, { atS: endMs / 1000, byS: -there.byS }] : [there]
}
