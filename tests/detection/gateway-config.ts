import type { z } from 'zod'
import type {
  SensorWiring,
  SimulatedComponent,
  SimulatedDevice,
  SimulatedSensor,
} from '../../device-sim/devices/simulated-device.ts'
import type { EdgeConfig } from '../../gateway/edge/config.ts'
import { faultKind } from '../../proto/catalogue/catalogue.ts'

/**
 * The configuration of the gateway under test, as an installer would write it from what is wired to a device. Every
 * fault kind that can be judged is on, with the catalogue's values, but for what only the installer can know: how
 * often a sensor speaks, on which phase a lamp hangs, which lamps share a circuit, which values never rest; and that
 * lamps with a light sensor and a place go by light and sun together.
 */

export type EdgeSettings = z.input<typeof EdgeConfig>
type PortSettings = EdgeSettings['ports'][number]
type SensorSettings = NonNullable<NonNullable<EdgeSettings['components']>[number]['sensors']>[number]
type FaultSettings = NonNullable<NonNullable<EdgeSettings['components']>[number]['faults']>

/** How often a slave is asked: a hold and a second are kept with two readings a second. */
const POLL_MS = 400
/** A wired sensor that says nothing for so long is silent; a circuit's window must be over before. */
const WIRED_SILENCE_S = 180
/** A radio may lose five heartbeats in a row by chance; a circuit is silent when all of its nodes have missed two. */
const MISSED_HEARTBEATS = 6.5
const MISSED_BY_ALL = 2.5
/** A rate wants so many readings in its window. */
const READINGS_A_WINDOW = 3
const DAY_S = 86_400
/** Quantities whose sensors never say the same for six hours when they are well. */
const RESTLESS = ['water_depth_m', 'gas_lel_pct', 'mains_v', 'leakage_ma']

/** @param where folder of the outbox, and the broker. */
export function gatewayConfig(
  device: SimulatedDevice,
  where: { data: string; brokerUrl: string },
): EdgeSettings {
  const circuits = device.circuits.filter(({ members }) => members.length > 1)
  const ownFaults: FaultSettings =
    device.kind === 'ebike' || device.kind === 'terminal'
      ? { gps_lost: {}, port_silent: {} }
      : { port_silent: {} }
  return {
    gateway: device.id,
    data: where.data,
    broker: { url: where.brokerUrl },
    // Hours are played in seconds.
    uplink: { maxRecordsPerS: 10_000 },
    ports: device.ports.map((port) => portSettings(device, port)),
    components: [
      ...device.components.map((component) => componentSettings(device, component)),
      ...circuits.map(({ code, members }) => ({
        code,
        faults: {
          circuit_silent: {
            members,
            ...(device.heartbeatS === undefined
              ? {}
              : { windowMs: MISSED_BY_ALL * device.heartbeatS * 1000 }),
          },
        },
      })),
      { code: device.code, faults: ownFaults },
    ],
  }
}

const silenceOfNodeS = (heartbeatS: number): number => Math.ceil(MISSED_HEARTBEATS * heartbeatS)

type Placed = SimulatedSensor & { component: string }

function portSettings(device: SimulatedDevice, port: SimulatedDevice['ports'][number]): PortSettings {
  const { name, path, baud } = port
  const sensors = device.components.flatMap((component) =>
    component.sensors
      .filter((sensor) => sensor.port === name)
      .map((sensor): Placed => ({ ...sensor, component: component.code })),
  )
  switch (port.driver) {
    case 'nmea':
      return { name, path, baud, driver: 'nmea' }
    case 'firmata':
      return { name, path, baud, driver: 'firmata', samplingMs: device.samplingMs }
    case 'modbus':
      return {
        name,
        path,
        baud,
        driver: 'modbus',
        registers: wired(sensors, 'modbus').map(({ component, metric, how }) => {
          const { unit, table, address, type, order, scale, noValue } = how
          const register = { component, metric, unit, table, address, everyMs: POLL_MS }
          return { ...register, ...given({ type, order, scale, noValue: noValue && [...noValue] }) }
        }),
      }
    case 'node-frames':
      return {
        name,
        path,
        baud,
        driver: 'node-frames',
        silenceS: Math.min(DAY_S, Math.max(15, 3 * device.heartbeatS!)),
        nodes: grouped(wired(sensors, 'node-frames'), ({ how }) => how.node).map(([node, samples]) => ({
          node,
          heartbeatS: device.heartbeatS!,
          samples: samples.map(({ component, metric, how: { code, scale } }) => ({
            code,
            component,
            metric,
            scale,
          })),
        })),
      }
    case 'line':
      return {
        name,
        path,
        baud,
        driver: 'line',
        patterns: grouped(wired(sensors, 'line'), ({ how }) => how.regex).map(([regex, readings]) => ({
          regex,
          readings: readings.map(({ component, metric, how: { group } }) => ({ group, component, metric })),
        })),
      }
  }
}

type WiredBy<Driver> = Placed & { how: Extract<SensorWiring, { driver: Driver }> }

function wired<Driver extends SensorWiring['driver']>(
  sensors: readonly Placed[],
  driver: Driver,
): WiredBy<Driver>[] {
  return sensors.filter((sensor): sensor is WiredBy<Driver> => sensor.how.driver === driver)
}

function grouped<One, Key>(all: readonly One[], keyOf: (one: One) => Key): [Key, One[]][] {
  const groups = new Map<Key, One[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return [...groups]
}

/** Without the keys that have no value. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]: NonNullable<Fields[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]: NonNullable<Fields[Key]>
  }
}

function componentSettings(
  device: SimulatedDevice,
  component: SimulatedComponent,
): NonNullable<EdgeSettings['components']>[number] {
  const { code, position, sensors } = component
  return {
    code,
    position,
    sensors: sensors.flatMap(({ metric, port, how }): SensorSettings[] => {
      if (how.driver !== 'firmata') return []
      const { channel } = how
      const pin = { metric, port, channel }
      return 'pullUp' in how ? [{ ...pin, pullUp: true }] : [{ ...pin, scale: [how.scale[0], how.scale[1]] }]
    }),
    faults: faultsOf(device, component),
  }
}

function faultsOf({ kind, heartbeatS }: SimulatedDevice, component: SimulatedComponent): FaultSettings {
  const metrics: string[] = component.sensors.map(({ metric }) => metric)
  const isNode = heartbeatS !== undefined
  // A node says what has changed and no more: its last value stands until then.
  const stands = isNode ? { lastStands: true } : {}
  const lamp = {
    dueBy: 'light-and-sun' as const,
    ...(isNode ? { lightValidMs: silenceOfNodeS(heartbeatS) * 1000 } : {}),
  }
  const rates = (kind: string): FaultSettings =>
    isNode && heartbeatS * 1000 * READINGS_A_WINDOW > faultKind(kind).windowMs! ? {} : { [kind]: {} }
  const restless = RESTLESS.filter((metric) => metrics.includes(metric))
  const judgedBy: Record<string, FaultSettings> = {
    tilt_deg: kind === 'manhole' ? { cover_tilted: stands } : { pole_tilted: stands },
    cover_open: { cover_open: stands },
    water_depth_m: { water_level_high: stands, ...rates('water_rising') },
    gas_lel_pct: { gas_warning: stands, gas_alarm: stands },
    battery_pct: { low_battery: stands },
    temperature_c: { over_temperature: stands, ...rates('rapid_heating') },
    current_a: metrics.includes('light_lux')
      ? { lamp_out: lamp, lamp_on_by_day: lamp, lamp_flicker: {} }
      : { lamp_out: { dueBy: 'sun' }, lamp_on_by_day: { dueBy: 'sun' }, lamp_flicker: {} },
    leakage_ma: { leakage_warning: stands, leakage_alarm: stands },
    mains_v: { mains_undervoltage: stands, mains_overvoltage: stands },
    phase_deg: { phase_mismatch: { expectedDeg: component.phaseDeg ?? 0 } },
    door_open: { door_open: stands },
  }
  return {
    ...Object.assign({}, ...metrics.map((metric) => judgedBy[metric])),
    sensor_silent: { raise: isNode ? silenceOfNodeS(heartbeatS) : WIRED_SILENCE_S },
    sensor_out_of_range: {},
    ...(restless.length > 0 && { sensor_stuck: { metrics: restless } }),
  }
}
