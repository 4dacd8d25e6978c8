import { ModbusSlaves, type SlaveFault, type SlaveTables } from '../hardware/modbus-slaves.ts'
import type { Metric } from '../scenario/device-options.ts'
import { Ongoing } from '../signals/ongoing.ts'
import type { DevicePort } from './device-port.ts'
import { ENCODINGS, registerWords, widthOf } from './encodings.ts'
import type { SensorWiring } from './simulated-device.ts'
import type { PortDevice, WiredComponent } from './wired-component.ts'

/**
 * An RS-485 line with a slave for each component, numbered from 1: contacts are discrete inputs from 0, all else
 * input registers from 0, in the order of the metrics.
 */
export class ModbusBus implements PortDevice {
  readonly #slaves: ModbusSlaves
  readonly #units: readonly { unit: number; component: WiredComponent; faultAt: FaultAt }[]

  constructor(port: DevicePort, components: readonly WiredComponent[], elapsedMs: () => number) {
    this.#units = components.map((component, index) => ({
      unit: index + 1,
      component,
      faultAt: faultsOf(component),
    }))
    const tables = this.#units.map(({ unit, component }) => [unit, tablesOf(component, elapsedMs)] as const)
    this.#slaves = new ModbusSlaves(port, Object.fromEntries(tables))
  }

  wiringOf(component: WiredComponent, metric: Metric): SensorWiring {
    const { unit } = this.#units.find((one) => one.component === component)!
    const address = addressesOf(component).get(metric)!
    return { driver: 'modbus', unit, address, ...ENCODINGS[metric].register }
  }

  advance(elapsedMs: number): void {
    for (const { unit, faultAt } of this.#units) this.#slaves.setFault(unit, faultAt(elapsedMs))
  }

  stop(): void {
    this.#slaves.stop()
  }
}

type FaultAt = (elapsedMs: number) => SlaveFault | undefined

function faultsOf(component: WiredComponent): FaultAt {
  const late = new Ongoing(component.occurrences.of('answers-late'))
  const refusals = new Ongoing(component.occurrences.of('refuses'))
  const damages = new Ongoing(component.occurrences.of('answers-damaged'))
  return (elapsedMs) => {
    if (component.isSilent(elapsedMs)) return { kind: 'silent' }
    const refusal = refusals.latestAt(elapsedMs)
    if (refusal) return { kind: 'exception', code: refusal.args.code }
    if (damages.latestAt(elapsedMs)) return { kind: 'crc' }
    const slow = late.latestAt(elapsedMs)
    return slow && { kind: 'slow', delayMs: slow.args.by }
  }
}

function addressesOf({ sensors }: WiredComponent): Map<Metric, number> {
  const next = { input: 0, discrete: 0 }
  return new Map(
    [...sensors.keys()].map((metric) => {
      const { register } = ENCODINGS[metric]
      const address = next[register.table]
      next[register.table] += widthOf(register)
      return [metric, address]
    }),
  )
}

/** All words of a request are of one moment only where a slave answers at once; so it does. */
function tablesOf(component: WiredComponent, elapsedMs: () => number): SlaveTables {
  const words = { input: [] as (() => number)[], discrete: [] as (() => number)[] }
  for (const [metric, sensor] of component.sensors) {
    const { register } = ENCODINGS[metric]
    for (let word = 0; word < widthOf(register); word++)
      words[register.table].push(() => registerWords(register, sensor(elapsedMs()))[word]!)
  }
  return {
    input: (address) => words.input[address]?.(),
    discrete: (address) => words.discrete[address]?.(),
  }
}
