import type { SimulatedDevice } from '../../device-sim/devices/simulated-device.ts'
import type { HappeningTruth } from '../../device-sim/truth.ts'
import type { EdgeConfig } from '../../gateway/edge/config.ts'
import type { KeptReport } from './gateway-under-test.ts'

/** A scenario that has been played: what was true, and what the gateways reported. */
export interface Played {
  /** Unix ms, as all times here: those of the simulated world. */
  startMs: number
  lastsMs: number
  devices: PlayedDevice[]
  truth: HappeningTruth[]
  reports: KeptReport[]
  /** What the gateways' logs warned of, for whoever looks for a reason. */
  warnings: string[]
  /** Real time that it took, and how often virtual time went on. */
  tookMs: number
  steps: number
}

export interface PlayedDevice {
  id: string
  kind: string
  /** Driver of its ports. */
  wired: string
  /** Of the gateway itself as a component. */
  code: string
  /** What is watched where, by which values. */
  components: EdgeConfig['components']
  ports: { name: string; silenceMs: number }[]
  /** Nodes: a frame at least so often. */
  heartbeatMs: number | undefined
}

export function playedDevice(
  { id, kind, code, ports, heartbeatS }: SimulatedDevice,
  config: EdgeConfig,
): PlayedDevice {
  return {
    id,
    kind,
    wired: ports[0]!.driver,
    code,
    components: config.components,
    ports: config.ports.map(({ name, silenceS }) => ({ name, silenceMs: silenceS * 1000 })),
    heartbeatMs: heartbeatS === undefined ? undefined : heartbeatS * 1000,
  }
}

/** The truth also tells where e-bikes are; this is something that happens. */
export function isHappening(entry: object): entry is HappeningTruth {
  return 'component' in entry && 'device' in entry
}
