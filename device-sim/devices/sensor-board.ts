import { FirmataBoard } from '../hardware/firmata-board.ts'
import { MEGA } from '../hardware/firmata-models.ts'
import type { Metric } from '../scenario/device-options.ts'
import { isSwitch } from '../scenario/device-ports.ts'
import type { Sensor } from '../signals/sensor.ts'
import type { DevicePort } from './device-port.ts'
import { ENCODINGS, voltage } from './encodings.ts'
import type { SensorWiring } from './simulated-device.ts'
import type { PortDevice, WiredComponent } from './wired-component.ts'

/**
 * An Arduino Mega with StandardFirmata: analog sensors from A0 on, contacts from D22 on, component after component.
 * A contact that is open leaves its pin to the pull-up resistor, which makes it 1.
 */

const FULL_SCALE = 1023
const FIRST_CONTACT_PIN = 22
/** From its opening a board needs so long until it first speaks. */
const BOOT_MS = 1600

interface Channel {
  component: WiredComponent
  metric: Metric
  sensor: Sensor
}

export class SensorBoard implements PortDevice {
  readonly #port: DevicePort
  readonly #board: FirmataBoard
  readonly #analog: Channel[] = []
  readonly #contacts: Channel[] = []
  #running = false

  constructor(port: DevicePort, components: readonly WiredComponent[], elapsedMs: () => number) {
    this.#port = port
    for (const component of components)
      for (const [metric, sensor] of component.sensors)
        (isSwitch(metric) ? this.#contacts : this.#analog).push({ component, metric, sensor })
    this.#board = new FirmataBoard(port, {
      model: MEGA,
      bootMs: BOOT_MS,
      nowMs: elapsedMs,
      analog: (channel, atMs) => {
        const wired = this.#analog[channel]
        return wired ? voltage(ENCODINGS[wired.metric], wired.sensor(atMs) ?? 0) * FULL_SCALE : 0
      },
      digital: (pin, atMs) => {
        const wired = this.#contacts[pin - FIRST_CONTACT_PIN]
        return wired && (wired.sensor(atMs) ?? 0) < 0.5 ? 0 : undefined
      },
    })
  }

  wiringOf(component: WiredComponent, metric: Metric): SensorWiring {
    const at = (channels: readonly Channel[]) =>
      channels.findIndex((channel) => channel.component === component && channel.metric === metric)
    if (isSwitch(metric))
      return { driver: 'firmata', channel: `D${FIRST_CONTACT_PIN + at(this.#contacts)}`, pullUp: true }
    return { driver: 'firmata', channel: `A${at(this.#analog)}`, scale: ENCODINGS[metric].volts }
  }

  /** Without power it stops; with power again it starts as one that has forgotten all. */
  advance(): void {
    if (this.#port.powered === this.#running) return
    this.#running = this.#port.powered
    if (this.#running) this.#board.start()
    else this.#board.stop()
  }

  stop(): void {
    this.#board.stop()
  }
}
