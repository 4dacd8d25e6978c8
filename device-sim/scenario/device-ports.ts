import { type ComponentDevice, type Device, METRICS_OF, type Metric } from './device-options.ts'

/** What a device measures and through which ports, before any of it is opened. */

/** Analog channels of a board. */
const ANALOG_CHANNELS = 16
/** An RS-485 line drives 32 unit loads, and so many patterns a gateway tries on a line of text. */
const COMPONENTS_A_LINE = 32

/** What is measured at each component of a device. */
export function metricsOfDevice({ kind, metrics }: ComponentDevice): readonly Metric[] {
  return metrics ?? METRICS_OF[kind]
}

/** Switches hang on digital pins of a board. */
export const isSwitch = (metric: Metric): boolean => metric === 'cover_open' || metric === 'door_open'

/** The numbers of the components, from 1, by the port that they are wired to. */
export function componentsByPort(device: ComponentDevice): { port: string; numbers: number[] }[] {
  const name = { firmata: 'board', modbus: 'bus', 'node-frames': 'radio', line: 'line' }[device.wired]
  const room = roomOfPort(device)
  return Array.from({ length: Math.ceil(device.components / room) }, (_, index) => ({
    port: index === 0 ? name : `${name}-${index + 1}`,
    numbers: Array.from(
      { length: Math.min(room, device.components - index * room) },
      (_, at) => index * room + at + 1,
    ),
  }))
}

function roomOfPort(device: ComponentDevice): number {
  if (device.wired === 'node-frames') return device.components
  if (device.wired !== 'firmata') return COMPONENTS_A_LINE
  const analog = metricsOfDevice(device).filter((metric) => !isSwitch(metric)).length
  return Math.floor(ANALOG_CHANNELS / Math.max(1, analog))
}

/** Names of the ports that a device has. */
export function portNames(device: Device): string[] {
  if (device.kind === 'ebike' || device.kind === 'terminal') return ['gps', 'gps2'].slice(0, device.receivers)
  return componentsByPort(device).map(({ port }) => port)
}
