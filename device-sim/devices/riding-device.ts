import type { RideTruth } from '../ebike/ebike-ride.ts'
import { portNames } from '../scenario/device-ports.ts'
import { DevicePort } from './device-port.ts'
import type { LinkFolder } from './link-folder.ts'
import { PortMishaps } from './port-mishaps.ts'
import { ReceiverLine, type ReceiverLineOptions } from './receiver-line.ts'
import type { SimulatedDevice } from './simulated-device.ts'

/**
 * An e-bike or a patrol terminal: one or two receivers that ride along one beat. In: the moment. Out: sentences on
 * its ports, and where it really was.
 */
export class RidingDevice {
  readonly wiring: SimulatedDevice
  readonly #lines: {
    port: DevicePort
    mishaps: PortMishaps
    receiver: ReceiverLine
    gap: RideTruth['gap']
  }[] = []
  readonly #onTruth: (truth: RideTruth) => void

  /**
   * @param code of the gateway as a component.
   * @throws Error where no pty can be had, RangeError for options that no receiver can have.
   */
  constructor(
    code: string,
    options: ReceiverLineOptions,
    links: LinkFolder,
    onTruth: (truth: RideTruth) => void,
  ) {
    const { device, occurrences } = options
    this.#onTruth = onTruth
    try {
      for (const [nth, name] of portNames(device).entries()) {
        const port = new DevicePort(name, device.baud, links.place(`${device.id}-${name}`))
        const mishaps = new PortMishaps(port, occurrences)
        try {
          this.#lines.push({ port, mishaps, receiver: new ReceiverLine(port, nth, options), gap: undefined })
        } catch (error) {
          port.close()
          throw error
        }
      }
    } catch (error) {
      this.stop()
      throw error
    }
    this.wiring = {
      id: device.id,
      kind: device.kind,
      code,
      ports: this.#lines.map(({ port: { name, baud } }) => ({
        name,
        path: links.pathOf(`${device.id}-${name}`),
        driver: 'nmea',
        baud,
      })),
      components: [],
      circuits: [],
    }
  }

  /** Does what is due by this moment: milliseconds from the start, and simulated Unix ms. */
  advance(elapsedMs: number, nowMs: number): void {
    for (const { mishaps } of this.#lines) mishaps.advance(elapsedMs)
    for (;;) {
      // At one moment the first receiver is the last to speak: what the others lack is known then.
      const line = this.#lines.reduceRight((next, one) =>
        one.receiver.nextMs < next.receiver.nextMs ? one : next,
      )
      if (line.receiver.nextMs > nowMs) return
      const truth = line.receiver.next(nowMs)
      line.gap = truth.gap
      if (line === this.#lines[0]) this.#tell(truth)
    }
  }

  stop(): void {
    for (const { port } of this.#lines) port.close()
  }

  /** A gap is where no receiver has a fix. */
  #tell({ gap, ...truth }: RideTruth): void {
    const without = this.#lines.every((line) => line.gap !== undefined)
    this.#onTruth(without && gap !== undefined ? { ...truth, gap } : truth)
  }
}
