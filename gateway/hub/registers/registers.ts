import { join } from 'node:path'
import type { ComponentFeature, GridFeature, StreetFeature } from '../../../proto/district.ts'
import { openDatabase } from '../../foundation/database.ts'
import { DeviceRegister, type DeviceSighting } from './devices.ts'
import { FeatureRegister } from './feature-register.ts'
import { GatewayHealthRegister, type HealthReport } from './gateway-health.ts'
import { GatewayLifeRegister, type RecordTimes } from './gateway-life.ts'
import { type ImportReport, importFeatures } from './import-features.ts'
import type { PresenceRegister } from './presence.ts'

/** What the hub knows of its district and its gateways: `registers.db` of the data folder. */
export interface Registers {
  readonly grids: FeatureRegister<GridFeature>
  readonly streets: FeatureRegister<StreetFeature>
  readonly components: FeatureRegister<ComponentFeature>
  readonly devices: DeviceRegister
  readonly health: GatewayHealthRegister
  readonly life: GatewayLifeRegister
  /** What a slice of records says of devices and gateways; one commit. */
  heard(
    sightings: DeviceSighting[],
    reports: HealthReport[],
    presence: PresenceRegister,
    times?: RecordTimes[],
  ): Heard
  /** See {@link importFeatures}. */
  import(
    kind: RegisterKind,
    geoJson: unknown,
    onProgress?: (done: number, total: number) => void,
  ): ImportReport
  close(): void
}

export interface Heard {
  /** See {@link DeviceRegister.seen}. */
  movedOn: Map<string, number>
  /** See {@link GatewayHealthRegister.hold}. */
  attention: Map<string, string[]>
}

export const REGISTER_KINDS = ['grids', 'streets', 'components'] as const
export type RegisterKind = (typeof REGISTER_KINDS)[number]

/** @throws Error of node:sqlite where the file cannot be opened. */
export function openRegisters(dataDir: string): Registers {
  const database = openDatabase(join(dataDir, 'registers.db'))
  const grids = new FeatureRegister<GridFeature>(database, 'grid')
  const streets = new FeatureRegister<StreetFeature>(database, 'street')
  const components = new FeatureRegister<ComponentFeature>(database, 'component')
  const registers = { grids, streets, components }
  const devices = new DeviceRegister(database)
  const health = new GatewayHealthRegister(database)
  const life = new GatewayLifeRegister(database)
  return {
    ...registers,
    devices,
    health,
    life,
    heard(sightings, reports, presence, times = []) {
      const newer = health.newer(reports, presence)
      const movedOn = devices.seen(sightings, () => {
        health.write(newer)
        life.write(times, reports)
      })
      return { movedOn, attention: health.hold(newer) }
    },
    import: (kind, geoJson, onProgress) => importFeatures(registers[kind], kind, geoJson, onProgress),
    close: () => database.close(),
  }
}
