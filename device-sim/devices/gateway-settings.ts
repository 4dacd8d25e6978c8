import type {
  SensorWiring,
  SimulatedComponent,
  SimulatedDevice,
  SimulatedSensor,
} from './simulated-device.ts'

/**
 * The configuration of a gateway for a simulated device, in the form of its YAML file (docs/edge.md): ports,
 * sensors, and every fault kind that can be judged by what is measured.
 */
export interface GatewaySettings {
  gateway: string
  data: string
  broker: { url: string }
  ports: Record<string, unknown>[]
  components: Record<string, unknown>[]
}

type Faults = Record<string, Record<string, unknown>>

/** @param where the folder of the outbox, and the broker. */
export function gatewaySettings(
  device: SimulatedDevice,
  where: { data: string; broker: string },
): GatewaySettings {
  return {
    gateway: device.id,
    data: where.data,
    broker: { url: where.broker },
    ports: device.ports.map((port) => {
      const { name, path, driver, baud } = port
      return { name, path, driver, baud, ...portSettings(device, name) }
    }),
    components: [
      ...device.components.map((component) => componentSettings(device, component)),
      ...device.circuits
        .filter(({ members }) => members.length > 1)
        .map(({ code, members }) => ({
          code,
          faults: { circuit_silent: { members, ...circuitWindow(device) } },
        })),
      {
        code: device.code,
        faults:
          device.kind === 'ebike' || device.kind === 'terminal'
            ? { gps_lost: {}, port_silent: {} }
            : { port_silent: {} },
      },
    ],
  }
}

/** Every sensor that one port carries, with its component. */
function sensorsAt(device: SimulatedDevice, port: string) {
  return device.components.flatMap((component) =>
    component.sensors
      .filter((sensor) => sensor.port === port)
      .map((sensor) => ({ ...sensor, component: component.code })),
  )
}

/** A node that wakes is heard in this time, heartbeats apart. */
const DAY_S = 86_400

function portSettings(device: SimulatedDevice, port: string): Record<string, unknown> {
  const sensors = sensorsAt(device, port)
  switch (device.ports.find(({ name }) => name === port)!.driver) {
    case 'nmea':
      return {}
    case 'firmata':
      return { samplingMs: device.samplingMs }
    case 'modbus':
      return {
        registers: sensors.map(({ component, metric, how }) => {
          const { driver: _, ...register } = how as Extract<SensorWiring, { driver: 'modbus' }>
          return { component, metric, ...register, everyMs: 1000 }
        }),
      }
    case 'node-frames':
      return {
        silenceS: Math.min(DAY_S, Math.max(15, 3 * device.heartbeatS!)),
        nodes: grouped(sensors, (how) => (how.driver === 'node-frames' ? how.node : 0)).map(
          ([node, samples]) => ({
            node,
            heartbeatS: device.heartbeatS,
            samples: samples.map(({ component, metric, how }) => {
              const { code, scale } = how as Extract<SensorWiring, { driver: 'node-frames' }>
              return { code, component, metric, scale }
            }),
          }),
        ),
      }
    case 'line':
      return {
        patterns: grouped(sensors, (how) => (how.driver === 'line' ? how.regex : '')).map(
          ([regex, readings]) => ({
            regex,
            readings: readings.map(({ component, metric, how }) => ({
              group: (how as Extract<SensorWiring, { driver: 'line' }>).group,
              component,
              metric,
            })),
          }),
        ),
      }
  }
}

type Placed = SimulatedSensor & { component: string }

function grouped<Key>(sensors: readonly Placed[], keyOf: (how: SensorWiring) => Key): [Key, Placed[]][] {
  const groups = new Map<Key, Placed[]>()
  for (const sensor of sensors) {
    const key = keyOf(sensor.how)
    groups.set(key, [...(groups.get(key) ?? []), sensor])
  }
  return [...groups]
}

function componentSettings(device: SimulatedDevice, component: SimulatedComponent): Record<string, unknown> {
  const { code, position, sensors } = component
  const channels = sensors.flatMap(({ metric, port, how }) => {
    if (how.driver !== 'firmata') return []
    const { driver: _, ...channel } = how
    return [{ metric, port, ...channel }]
  })
  return {
    code,
    position,
    ...(channels.length > 0 && { sensors: channels }),
    faults: faultsOf(device, component),
  }
}

/** A slave or a line speaks each second; a sensor that is silent for so long is silent. */
const WIRED_SILENCE_S = 180

function faultsOf(device: SimulatedDevice, { sensors, phaseDeg = 0 }: SimulatedComponent): Faults {
  const { kind, heartbeatS } = device
  const measured = (metric: string) => sensors.some((sensor) => sensor.metric === metric)
  // A node sends what has changed: its last value stands until then.
  const stands = heartbeatS === undefined ? {} : { lastStands: true }
  const lamp = heartbeatS === undefined ? {} : { lightValidMs: 3000 * heartbeatS }
  const byMetric: [string, Faults][] = [
    ['tilt_deg', kind === 'manhole' ? { cover_tilted: stands } : { pole_tilted: stands }],
    ['cover_open', { cover_open: stands }],
    ['water_depth_m', { water_level_high: stands, water_rising: {} }],
    ['gas_lel_pct', { gas_warning: stands, gas_alarm: stands }],
    ['battery_pct', { low_battery: stands }],
    ['temperature_c', { over_temperature: stands, rapid_heating: {} }],
    [
      'current_a',
      measured('light_lux')
        ? { lamp_out: lamp, lamp_on_by_day: lamp, lamp_flicker: {} }
        : { lamp_flicker: {} },
    ],
    ['leakage_ma', { leakage_warning: stands, leakage_alarm: stands }],
    ['mains_v', { mains_undervoltage: stands, mains_overvoltage: stands }],
    ['phase_deg', { phase_mismatch: { expectedDeg: phaseDeg } }],
    ['door_open', { door_open: stands }],
  ]
  return {
    ...Object.fromEntries(
      byMetric.filter(([metric]) => measured(metric)).flatMap(([, faults]) => Object.entries(faults)),
    ),
    sensor_silent: { raise: heartbeatS === undefined ? WIRED_SILENCE_S : Math.ceil(2.5 * heartbeatS) },
    sensor_out_of_range: {},
  }
}

function circuitWindow({ heartbeatS }: SimulatedDevice): Record<string, unknown> {
  return heartbeatS === undefined ? {} : { windowMs: 2500 * heartbeatS }
}
