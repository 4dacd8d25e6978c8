import { Random } from '../random.ts'
import type { ComponentDevice } from '../scenario/device-options.ts'
import { componentsByPort, metricsOfDevice } from '../scenario/device-ports.ts'
import type { Occurrence } from '../scenario/occurrences.ts'
import { sensorsOf } from '../signals/component-sensors.ts'
import { ComponentOccurrences } from '../signals/ongoing.ts'
import { DevicePort } from './device-port.ts'
import { LineWriter } from './line-writer.ts'
import type { LinkFolder } from './link-folder.ts'
import { ModbusBus } from './modbus-bus.ts'
import { NodeRadio } from './node-radio.ts'
import type { PlacedComponent } from './placed-components.ts'
import { PortMishaps } from './port-mishaps.ts'
import { SensorBoard } from './sensor-board.ts'
import type { SimulatedCircuit, SimulatedComponent, SimulatedDevice } from './simulated-device.ts'
import { type PortDevice, type WiredComponent, wiredComponent } from './wired-component.ts'

/**
 * What stands beside the street: manhole covers or lamps with their sensors, and the ports through which a gateway
 * hears them. In: what happens to them, and the moment. Out: bytes on the ports.
 */
export interface ComponentGatewayOptions {
  device: ComponentDevice
  seed: number
  startMs: number
  /** Of the whole device. */
  occurrences: readonly Occurrence[]
  places: readonly PlacedComponent[]
  /** Codes of the gateway as a component, and of its circuits. */
  code: string
  circuitCodes: readonly string[]
  firstNode: number
  elapsedMs: () => number
  nowMs: () => number
}

/** Rates of the ports; a line of 32 slaves that are asked every second needs a fast one. */
const DRIVERS = {
  firmata: { driver: 'firmata', baud: 57_600 },
  modbus: { driver: 'modbus', baud: 115_200 },
  'node-frames': { driver: 'node-frames', baud: 115_200 },
  line: { driver: 'line', baud: 9600 },
} as const

export class ComponentGateway {
  readonly wiring: SimulatedDevice
  readonly #ports: { port: DevicePort; mishaps: PortMishaps; end: PortDevice }[] = []

  /** @throws Error where no pty can be had. */
  constructor(options: ComponentGatewayOptions, links: LinkFolder) {
    const { device, occurrences, places, circuitCodes } = options
    const { driver, baud } = DRIVERS[device.wired]
    const circuitOf = circuitsOf(device)
    const wired = places.map((place, index) => makeComponent(options, place, index + 1, circuitOf))
    const components: SimulatedComponent[] = []
    try {
      for (const { port: name, numbers } of componentsByPort(device)) {
        const port = new DevicePort(name, baud, links.place(`${device.id}-${name}`))
        const here = wired.filter(({ number }) => numbers.includes(number))
        const end = makeEnd(options, port, here)
        this.#ports.push({ port, end, mishaps: new PortMishaps(port, occurrences) })
        for (const component of here) components.push(describe(options, component, name, end))
      }
    } catch (error) {
      this.stop()
      throw error
    }
    this.wiring = {
      id: device.id,
      kind: device.kind,
      code: options.code,
      ports: this.#ports.map(({ port }) => ({
        name: port.name,
        path: links.pathOf(`${device.id}-${port.name}`),
        driver,
        baud,
      })),
      components,
      circuits: circuitCodes.map((code, index): SimulatedCircuit => {
        const members = components.filter(({ number }) => circuitOf(number) === index + 1)
        return { number: index + 1, code, members: members.map((member) => member.code) }
      }),
      ...(device.wired === 'node-frames' && { heartbeatS: device.heartbeat / 1000 }),
      ...(device.wired === 'firmata' && { samplingMs: device.samplingMs }),
    }
  }

  /** Does what is due by this moment. */
  advance(elapsedMs: number): void {
    for (const { mishaps, end } of this.#ports) {
      mishaps.advance(elapsedMs)
      end.advance(elapsedMs)
    }
  }

  stop(): void {
    for (const { port, end } of this.#ports) {
      end.stop()
      port.close()
    }
  }
}

/** Which circuit a lamp hangs on: so many neighbours each. Covers hang on none. */
function circuitsOf(device: ComponentDevice): (number: number) => number | undefined {
  if (device.kind === 'manhole') return () => undefined
  const each = Math.ceil(device.components / device.circuits)
  return (number) => Math.ceil(number / each)
}

/** Lamps hang on the three phases in turn. */
const phaseOf = (number: number): number => ((number - 1) % 3) * 120

function makeComponent(
  { device, seed, startMs, occurrences }: ComponentGatewayOptions,
  place: PlacedComponent,
  number: number,
  circuitOf: (number: number) => number | undefined,
): WiredComponent {
  const own = new ComponentOccurrences(occurrences.filter(({ component }) => component === number))
  const sensors = sensorsOf(
    {
      kind: device.kind,
      metrics: metricsOfDevice(device),
      switchedBy: device.kind === 'lamp' ? device.switchedBy : 'photocell',
      phaseDeg: phaseOf(number),
    },
    {
      startMs,
      position: place.position,
      occurrences: own,
      stream: (name) => new Random(seed, `${device.id}/${number}/${name}`),
    },
  )
  const cuts = new ComponentOccurrences(occurrences).of('circuit-cut')
  return wiredComponent(
    number,
    sensors,
    own,
    cuts.filter(({ args }) => args.circuit === circuitOf(number)),
  )
}

function makeEnd(
  options: ComponentGatewayOptions,
  port: DevicePort,
  components: WiredComponent[],
): PortDevice {
  const { device, elapsedMs, nowMs, seed, occurrences, firstNode } = options
  switch (device.wired) {
    case 'firmata':
      return new SensorBoard(port, components, elapsedMs)
    case 'modbus':
      return new ModbusBus(port, components, elapsedMs)
    case 'line':
      return new LineWriter(port, components, device.every, elapsedMs)
    case 'node-frames': {
      const { lost = 0, repeated = 0, flipped = 0 } = device.radio ?? {}
      return new NodeRadio(port, components, {
        seed: new Random(seed, `${device.id}/${port.name}`).integer(0, 2 ** 31),
        wakesMs: device.wakes,
        heartbeatMs: device.heartbeat,
        radio: { lost, repeated, bitFlipped: flipped },
        mishaps: new ComponentOccurrences(occurrences).of('radio'),
        firstNode,
        nowMs,
      })
    }
  }
}

function describe(
  { device, places }: ComponentGatewayOptions,
  component: WiredComponent,
  port: string,
  end: PortDevice,
): SimulatedComponent {
  const { number, sensors } = component
  const { code, name, position } = places[number - 1]!
  return {
    number,
    code,
    name,
    position,
    sensors: [...sensors.keys()].map((metric) => ({ metric, port, how: end.wiringOf(component, metric) })),
    ...(device.kind === 'lamp' && { phaseDeg: phaseOf(number) }),
  }
}
