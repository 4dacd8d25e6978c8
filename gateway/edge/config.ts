import { z } from 'zod'
import { CATALOGUE, loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import { mistakesOf } from '../../proto/catalogue/catalogue-file.ts'
import { COMPONENT_PATTERN, ID_FORM, ID_PATTERN } from '../../proto/domain.ts'
import { DataBudgetConfig } from './budget/data-budget-config.ts'
import { FirmataPort, FirmataSensor, firmataSilenceMistake } from './drivers/firmata/firmata-config.ts'
import { LinePort } from './drivers/line/line-config.ts'
import { measuredComponents } from './drivers/measured.ts'
import { ModbusPort, modbusSilenceMistake } from './drivers/modbus/modbus-config.ts'
import { NodeFramesPort, nodeFramesSilenceMistake } from './drivers/node-frames/node-frames-config.ts'
import { ReceiverSetup, receiverMistakes } from './drivers/receiver-setup/receiver-setup-config.ts'
import { checkFaults, FaultsOfComponent } from './faults/fault-config.ts'
import {
  failoverMistakes,
  ReceiverChoiceConfig,
  ReceiverPriority,
} from './receivers/receiver-choice-config.ts'
import { TerminalConfig } from './terminal/terminal-config.ts'
import { TrackFilterConfig } from './track/track-filter-config.ts'
import { UplinkConfig } from './uplink/rate-limit.ts'

/** The configuration of one gateway, as its YAML file says it. Unknown keys are mistakes and are refused. */

const Id = z.string().regex(ID_PATTERN, `expected ${ID_FORM}`)
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
  /** Among several receivers of one device. */
  priority: ReceiverPriority,
  /** What the receiver is told when the line opens; absent: nothing. */
  receiver: ReceiverSetup.optional(),
})

const Component = z.strictObject({
  code: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
  position: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional(),
  /** Pins and chips of Firmata boards; other drivers name the component where they name the value. */
  sensors: z.array(FirmataSensor).default([]),
  /** Fault kinds of the catalogue; values given here replace the catalogue's. */
  faults: FaultsOfComponent,
})

const BrokerUrl = z.string().regex(/^mqtts?:\/\/[^\s]+$/, 'expected mqtt://host:1883')

export const EdgeConfig = z
  .strictObject({
    gateway: Id.refine((id) => id !== 'cases', "'cases' is a topic of its own: choose another name"),
    /** Where the outbox lives. */
    data: z.string().min(1),
    broker: z.strictObject({
      /** Several: nodes of one broker. */
      url: z.union([BrokerUrl, z.array(BrokerUrl).min(1).max(16)], {
        error: 'expected mqtt://host:1883, or a list of such',
      }),
      username: z.string().optional(),
      password: z.string().optional(),
    }),
    ports: z
      .array(
        z.discriminatedUnion('driver', [
          NmeaPort,
          z.strictObject({ ...SerialPortConfig, ...FirmataPort.shape }),
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
    /** How one of several receivers of a device is chosen. */
    receivers: ReceiverChoiceConfig.prefault({}),
    /** Which fixes are worth sending; absent: all of them. `track: {}` is the filter with its defaults. */
    track: TrackFilterConfig.optional(),
    /** The page on which a person at the gateway reports by hand; absent: none. */
    terminal: TerminalConfig.optional(),
    /** What the SIM card may use; absent: no budget. */
    sim: DataBudgetConfig.optional(),
    /** One reading of each sensor is sent this often. */
    readingsEveryS: z.number().min(1).max(86_400).default(60),
    healthEveryS: z.number().min(1).max(86_400).default(300),
    /** How fast a backlog leaves. */
    uplink: UplinkConfig.prefault({}),
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
      const mistake = silenceMistake(port)
      if (mistake) issue(['ports', i, 'silenceS'], mistake)
      if (port.driver === 'nmea')
        for (const { path, message } of receiverMistakes(port)) issue(['ports', i, ...path], message)
    })
    const receivers = config.ports.filter((port) => port.driver === 'nmea')
    for (const { port, message } of failoverMistakes(receivers, config.gateway, config.receivers))
      issue(['ports', names.get(port)!, 'receiver', 'rateHz'], message)
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
    const problems = config.catalogue ? mistakesOf(() => loadCatalogue(config.catalogue)) : []
    for (const problem of problems) issue(['catalogue'], problem)
    const catalogue = problems.length > 0 ? CATALOGUE : loadCatalogue(config.catalogue)
    checkFaults({ components: measuredComponents(config), ports: config.ports }, issue, catalogue)
  })

export type EdgeConfig = z.infer<typeof EdgeConfig>
export type PortConfig = EdgeConfig['ports'][number]
export type NmeaPortConfig = Extract<PortConfig, { driver: 'nmea' }>

/** A line must have had time to speak before its silence is a fault. */
function silenceMistake(port: PortConfig): string | undefined {
  switch (port.driver) {
    case 'firmata':
      return firmataSilenceMistake(port)
    case 'modbus':
      return modbusSilenceMistake(port)
    case 'node-frames':
      return nodeFramesSilenceMistake(port)
    default:
      return undefined
  }
}
