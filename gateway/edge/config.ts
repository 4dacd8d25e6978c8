import { z } from 'zod'
import { CATALOGUE, loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import { CatalogueError } from '../../proto/catalogue/catalogue-file.ts'
import { COMPONENT_PATTERN, ID_PATTERN } from '../../proto/domain.ts'
import { LinePort } from './drivers/line/line-config.ts'
import { measuredComponents } from './drivers/measured.ts'
import { ModbusPort, modbusSilenceMistake } from './drivers/modbus/modbus-config.ts'
import { NodeFramesPort, nodeFramesSilenceMistake } from './drivers/node-frames/node-frames-config.ts'
import { checkFaults, FaultsOfComponent } from './faults/fault-config.ts'
import { TrackFilterConfig } from './track/track-filter-config.ts'

/** The configuration of one gateway, as its YAML file says it. Unknown keys are mistakes and are refused. */

const Id = z.string().regex(ID_PATTERN, 'expected 1 to 64 letters, digits, _ or -')
const PortName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a short name such as gps or board')

const SerialPortConfig = {
  name: PortName,
  /** A device file; prefer /dev/serial/by-id/…, which survives replugging. */
  path: z.string().min(1),
  /** Nothing for this long is a fault: the port is closed and opened anew. */
  silenceS: z.number().min(1).max(86_400).default(15),
}

const NmeaPort = z.strictObject({
  ...SerialPortConfig,
  driver: z.literal('nmea'),
  baud: z.int().min(300).max(4_000_000).default(9600),
  /** Whose track it is; default: the gateway's own. */
  device: Id.optional(),
})

const FirmataPort = z.strictObject({
  ...SerialPortConfig,
  driver: z.literal('firmata'),
  baud: z.int().min(300).max(4_000_000).default(57_600),
  samplingMs: z.int().min(10).max(10_000).default(100),
})

const Sensor = z.strictObject({
  /** What it measures, with its unit: tilt_deg, current_a, light_lux. */
  metric: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as tilt_deg'),
  port: PortName,
  channel: z.string().regex(/^A\d{1,2}$/, 'expected an analog channel such as A0'),
  /** Values at 0 V and at full scale of the converter; what lies between is linear. */
  scale: z.tuple([z.number(), z.number()]),
})

const Component = z.strictObject({
  code: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
  position: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional(),
  /** Channels of Firmata boards; other drivers name the component where they name the value. */
  sensors: z.array(Sensor).default([]),
  /** Fault kinds of the catalogue; values given here replace the catalogue's. */
  faults: FaultsOfComponent,
})

export const EdgeConfig = z
  .strictObject({
    gateway: Id.refine((id) => id !== 'cases', "'cases' is a topic of its own: choose another name"),
    /** Where the outbox lives. */
    data: z.string().min(1),
    broker: z.strictObject({
      url: z.string().regex(/^mqtts?:\/\/[^\s]+$/, 'expected mqtt://host:1883'),
      username: z.string().optional(),
      password: z.string().optional(),
    }),
    ports: z
      .array(
        z.discriminatedUnion('driver', [
          NmeaPort,
          FirmataPort,
          z.strictObject({ ...SerialPortConfig, ...ModbusPort.shape }),
          z.strictObject({ ...SerialPortConfig, ...NodeFramesPort.shape }),
          z.strictObject({ ...SerialPortConfig, ...LinePort.shape }),
        ]),
      )
      .min(1),
    components: z.array(Component).default([]),
    /** Folder of a city's own catalogue files, which replace the shipped ones (docs/catalogue.md). */
    catalogue: z.string().min(1).optional(),
    batch: z
      .strictObject({
        maxFixes: z.int().min(1).max(3600).default(30),
        /** A fix waits at most this long in memory; a power cut loses at most this much of a track. */
        maxDelayMs: z.int().min(100).max(600_000).default(10_000),
      })
      .prefault({}),
    /** Which fixes are worth sending; absent: all of them. `track: {}` is the filter with its defaults. */
    track: TrackFilterConfig.optional(),
    /** One reading of each sensor is sent this often. */
    readingsEveryS: z.number().min(1).max(86_400).default(60),
    healthEveryS: z.number().min(1).max(86_400).default(300),
    outbox: z.strictObject({ maxMB: z.number().min(1).max(100_000).default(256) }).prefault({}),
  })
  .check((context) => {
    const config = context.value
    const issue = (path: (string | number)[], message: string) =>
      context.issues.push({ code: 'custom', input: config, path, message })
    const names = new Map<string, number>()
    const paths = new Map<string, string>()
    config.ports.forEach((port, i) => {
      if (names.has(port.name))
        issue(['ports', i, 'name'], `'${port.name}' is the name of an earlier port too`)
      names.set(port.name, i)
      const other = paths.get(port.path)
      if (other)
        issue(['ports', i, 'path'], `${port.path} is the path of port '${other}' too: one driver a port`)
      paths.set(port.path, port.name)
      const mistake =
        port.driver === 'modbus'
          ? modbusSilenceMistake(port)
          : port.driver === 'node-frames'
            ? nodeFramesSilenceMistake(port)
            : undefined
      if (mistake) issue(['ports', i, 'silenceS'], mistake)
    })
    const codes = new Set<string>()
    config.components.forEach((component, c) => {
      if (codes.has(component.code)) issue(['components', c, 'code'], `${component.code} stands here twice`)
      codes.add(component.code)
      component.sensors.forEach((sensor, s) => {
        const port = config.ports[names.get(sensor.port) ?? -1]
        const where = ['components', c, 'sensors', s, 'port']
        if (!port)
          issue(where, `'${sensor.port}' is no port: expected one of ${[...names.keys()].join(', ')}`)
        else if (port.driver !== 'firmata')
          issue(where, `port '${sensor.port}' is read by ${port.driver}: expected a firmata port`)
      })
    })
    let catalogue = CATALOGUE
    try {
      if (config.catalogue) catalogue = loadCatalogue(config.catalogue)
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      for (const problem of error.problems) issue(['catalogue'], problem)
    }
    checkFaults({ components: measuredComponents(config), ports: config.ports }, issue, catalogue)
  })

export type EdgeConfig = z.infer<typeof EdgeConfig>
export type PortConfig = EdgeConfig['ports'][number]
export type NmeaPortConfig = Extract<PortConfig, { driver: 'nmea' }>
export type FirmataPortConfig = Extract<PortConfig, { driver: 'firmata' }>
export type ComponentConfig = EdgeConfig['components'][number]
