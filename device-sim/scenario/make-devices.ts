import type { District } from '../../proto/district.ts'
import { ComponentGateway } from '../devices/component-gateway.ts'
import type { LinkFolder } from '../devices/link-folder.ts'
import { ComponentAllotment } from '../devices/placed-components.ts'
import { RidingDevice } from '../devices/riding-device.ts'
import { allotBeats } from '../ebike/fleet.ts'
import { RideTruthWriter, type TruthEntry } from '../truth.ts'
import type { Device } from './device-options.ts'
import type { Occurrence } from './occurrences.ts'
import type { ScenarioFile } from './scenario-file.ts'

export type RunningDevice = RidingDevice | ComponentGateway

export interface DevicesContext {
  scenario: ScenarioFile
  district: District
  startMs: number
  elapsedMs: () => number
  simulatedMs: () => number
  occurrences: readonly Occurrence[]
  /** What was due longer ago is left out. */
  staleMs: number
  links: LinkFolder
  truth: { write(entry: TruthEntry): void } | undefined
}

/**
 * The devices of a scenario in the order of the file, so that a device more at its end changes nothing for the
 * components and codes of those before it. Each is opened by calling its maker, which throws Error where no pty can
 * be had and RangeError where the district has too few components or a receiver cannot be as it is described.
 */
export function deviceMakers(context: DevicesContext): (() => RunningDevice)[] {
  const { scenario, district, startMs, links, staleMs, truth } = context
  const { seed, devices } = scenario
  const allotment = new ComponentAllotment(district, scenario.district)
  const riders = devices.filter(({ kind }) => kind === 'ebike' || kind === 'terminal')
  const beats = allotBeats(district, riders.length)
  const codes = new EquipmentCodes(district)
  let nextNode = 1
  return devices.map((device) => () => {
    const own = context.occurrences.filter((occurrence) => occurrence.device === device.id)
    const code = codes.next(device.kind === 'terminal' ? '0602' : '0601')
    if (device.kind === 'ebike' || device.kind === 'terminal') {
      const writer = truth && new RideTruthWriter(truth, device.id)
      return new RidingDevice(
        code,
        {
          device,
          seed,
          district,
          beat: device.beat ?? beats[riders.indexOf(device)]!,
          startMs,
          occurrences: own,
          staleMs,
        },
        links,
        (position) => writer?.write(position),
      )
    }
    const firstNode = nextNode
    nextNode += device.components
    return new ComponentGateway(
      {
        device,
        seed,
        startMs,
        occurrences: own,
        places: allotment.take(device.id, device.kind, device.components),
        code,
        circuitCodes: circuitCodes(device, codes),
        firstNode,
        elapsedMs: context.elapsedMs,
        nowMs: context.simulatedMs,
      },
      links,
    )
  })
}

function circuitCodes(device: Device, codes: EquipmentCodes): string[] {
  if (device.kind !== 'lamp') return []
  return Array.from({ length: device.circuits }, () => codes.next('0116'))
}

/** Codes of equipment, in the division of the district, with serials far from those of its own components. */
class EquipmentCodes {
  readonly #division: string
  #serial = 900_000

  constructor(district: District) {
    this.#division = district.components.features[0]!.properties.code.slice(0, 6)
  }

  /** @param kind four digits: class and kind. */
  next(kind: string): string {
    return `${this.#division}${kind}${++this.#serial}`
  }
}
