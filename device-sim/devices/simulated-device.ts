import type { Device, Metric } from '../scenario/device-options.ts'

/** What a simulated device tells of itself, so that anyone can write the configuration of a gateway for it. */

export interface SimulatedPort {
  name: string
  /** A link that leads to the port whenever it is plugged in, whatever the system calls it then. */
  path: string
  driver: 'nmea' | 'firmata' | 'modbus' | 'node-frames' | 'line'
  baud: number
}

/** How one value reaches the gateway, in the words of the page on its driver in docs/drivers/. */
export type SensorWiring =
  | { driver: 'firmata'; channel: `A${number}`; scale: readonly [number, number] }
  /** The pin is 1 while the contact is open. */
  | { driver: 'firmata'; channel: `D${number}`; pullUp: true }
  | ({ driver: 'modbus' } & ModbusRegister)
  | { driver: 'node-frames'; node: number; code: number; scale: number }
  | { driver: 'line'; regex: string; group: string }

export interface ModbusRegister {
  unit: number
  table: 'input' | 'discrete'
  address: number
  type?: 'u16' | 'i16' | 'u32' | 'f32'
  order?: 'CDAB'
  /** value = raw * scale */
  scale?: number
  /** Raw values by which the slave says that it has none. */
  noValue?: readonly number[]
}

export interface SimulatedSensor {
  metric: Metric
  /** Name of the port. */
  port: string
  how: SensorWiring
}

export interface SimulatedComponent {
  /** As the scenario file counts, from 1. */
  number: number
  /** 16-digit code, of a component of the district. */
  code: string
  name: string
  position: { lat: number; lon: number }
  sensors: SimulatedSensor[]
  /** The phase that a lamp hangs on: 0, 120 or 240. */
  phaseDeg?: number
}

/** Lamps on one cable. */
export interface SimulatedCircuit {
  number: number
  /** Of the circuit itself: a power facility (电力设施) that the district's register does not have. */
  code: string
  /** Codes of its lamps. */
  members: string[]
}

export interface SimulatedDevice {
  id: string
  kind: Device['kind']
  /** Code of the gateway as a component, which faults of its own are at; the district's register does not have it. */
  code: string
  ports: SimulatedPort[]
  components: SimulatedComponent[]
  circuits: SimulatedCircuit[]
  /** Nodes: a frame at least so often. */
  heartbeatS?: number
  /** Firmata: how often the board is to report. */
  samplingMs?: number
}
