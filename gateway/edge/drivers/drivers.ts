import type { Fix, Reading, TimeSource } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import type { EdgeClock } from '../clock.ts'
import type { EdgeConfig, NmeaPortConfig, PortConfig } from '../config.ts'
import type { Driver, DriverContext } from './driver.ts'
import type { SensorValue } from './firmata/firmata-driver.ts'
import { startLineDriver } from './line/line-driver.ts'
import { startNmeaDriver } from './nmea-driver.ts'
import { startNodeFramesDriver } from './node-frames/node-frames-driver.ts'
import { NodeRoster } from './node-frames/node-roster.ts'
import { PortSetup } from './receiver-setup/receiver-setup.ts'
import { ReceiverTexts } from './receiver-texts.ts'

/**
 * The drivers of one gateway. In: a port of the configuration and its open line; out: fixes and readings. Packages that
 * take memory (Firmata's, Modbus') are loaded only where a port needs them.
 */
export interface Drivers {
  drive(port: PortConfig, context: DriverContext): Driver
  stop(): void
}

export interface DriverSinks {
  onFix(port: NmeaPortConfig, fix: Fix, timeSource: TimeSource): void
  onReading(reading: Reading): void
}

export async function loadDrivers(
  config: EdgeConfig,
  clock: EdgeClock,
  { onFix, onReading }: DriverSinks,
  log: Log,
): Promise<Drivers> {
  const uses = (driver: PortConfig['driver']): boolean => config.ports.some((port) => port.driver === driver)
  const firmata = uses('firmata') ? await import('./firmata/firmata-driver.ts') : undefined
  const modbus = uses('modbus') ? await import('./modbus/modbus-driver.ts') : undefined

  const onValue = (value: SensorValue): void => onReading({ ...value, timeMs: clock.nowMs() })
  function tellState(port: string, who: string, well: boolean, state: string, detail: string): void {
    const text = detail === '' ? `${who} is ${state}` : `${who} is ${state}: ${detail}`
    if (well) log.info({ port }, text)
    else log.warn({ port }, text)
  }

  const texts = new ReceiverTexts(log)
  const setups = new Map<string, PortSetup>()
  for (const port of config.ports) {
    const setup = port.driver === 'nmea' ? PortSetup.of(port.receiver) : undefined
    if (setup) setups.set(port.name, setup)
  }

  // Nodes are known over reopenings of their line.
  const rosters = new Map<string, NodeRoster>()
  for (const port of config.ports) {
    if (port.driver !== 'node-frames') continue
    const roster = new NodeRoster(port.nodes, (node, state, detail) =>
      tellState(port.name, `node ${node}`, state === 'heard', state, detail),
    )
    rosters.set(port.name, roster)
  }

  return {
    drive(port, context) {
      switch (port.driver) {
        case 'nmea':
          return startNmeaDriver(context, clock, (fix, timeSource) => onFix(port, fix, timeSource), {
            setup: setups.get(port.name),
            onText: (text) => texts.tell(port.name, text),
          })
        case 'firmata':
          return firmata!.startFirmataDriver(
            context,
            port,
            config.components,
            onValue,
            (who, well, state, detail) => tellState(port.name, who, well, state, detail),
          )
        case 'modbus':
          return modbus!.startModbusDriver(context, port, onValue, (unit, state, detail) =>
            tellState(port.name, `slave ${unit}`, state === 'answering' && detail === '', state, detail),
          )
        case 'node-frames':
          return startNodeFramesDriver(context, rosters.get(port.name)!, ({ ageMs, ...value }) =>
            onReading({ ...value, timeMs: clock.nowMs() - ageMs }),
          )
        case 'line':
          return startLineDriver(context, port, onValue)
      }
    },
    stop() {
      for (const roster of rosters.values()) roster.stop()
    },
  }
}
