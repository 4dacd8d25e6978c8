import type { DetectorName, RuleOf } from '../../../proto/catalogue/fault-parameters.ts'
import type { ThresholdRule, Verdict } from './threshold.ts'

/** A moment by both clocks: holds and silences run on `atMs`, which never steps; `timeMs` is what is told. */
export interface Moment {
  /** Monotonic. */
  atMs: number
  /** Wall time, Unix ms. */
  timeMs: number
}

/** What a detector sees: one value of one sensor, or what the gateway knows of one of its ports. */
export interface Observation extends Moment {
  /** Code of the component that the sensor is at, or the name of the port. */
  source: string
  metric: string
  value: number
}

/** What a detector makes of an observation, or of time passing. */
export interface Judgement {
  /** The quantity as the rule judges it: evidence keeps it as a sample. */
  value: number
  verdict?: Verdict
  /** The thresholds that decided, where they are not the rule's own. */
  thresholds?: ThresholdRule
  /** What `value` measures, where it is not the catalogue's metric. */
  metric?: string
  /** Which sensor, port or component it was, where the detector watches several. */
  subject?: string
  /** What else the verdict rests on, by name with unit: background_deg, sun_deg. */
  context?: Record<string, number>
}

/** Watches one fault at one component. Pure but for its memory: time comes in with what it sees. */
export interface FaultDetector {
  readonly raised: boolean
  /** How far back its evidence should reach; default: half a minute, or the hold. */
  readonly evidenceSpanMs?: number
  /** Undefined where this observation is not one that it judges. */
  observe(observation: Observation): Judgement | undefined
  /** Called every second: for faults that consist in hearing nothing. */
  tick?(now: Moment): Judgement | undefined
  /** How often `raise` was crossed without being held, since the last call. */
  takeSuppressed(): number
  /** The silence of this component or port is, or may soon be, this very fault: it wants no case of its own. */
  explains?(source: string, atMs: number): boolean
}

/** What a detector may keep over restarts: plain JSON, small and seldom written. */
export interface DetectorMemory {
  /** What was saved last; undefined where nothing was, or nothing that can be read. */
  load(): unknown
  save(state: object): void
}

export interface WatchedSensor {
  metric: string
  port?: string | undefined
  /** Lowest and highest value that a sound sensor can give. */
  range?: readonly [number, number] | undefined
}

export interface DetectorContext {
  /** The fault was raised before a restart. */
  raised: boolean
  /** Monotonic time at which watching begins. */
  startedAtMs: number
  component: string
  /** The sensor's metric that the fault is judged by. */
  metric: string
  sensors: readonly WatchedSensor[]
  /** Names of the ports through which a component is heard. */
  portsOf(component: string): readonly string[]
  /** The gateway's ports, and which of them are GPS receivers. */
  ports: readonly { name: string; gps: boolean }[]
  /** Where the component stands, as well as it is known. */
  position(): { lat: number; lon: number } | undefined
  /** The silence of this component or port is another fault's. */
  explained(source: string, atMs: number): boolean
  memory: DetectorMemory
}

/** One file a detector, all listed in faults.ts. */
export type MakeFaultDetector<D extends DetectorName> = (
  rule: RuleOf<D>,
  context: DetectorContext,
) => FaultDetector

/** Metrics of what the gateway itself knows of its ports; no sensor may have such a name. */
export const GATEWAY_METRICS = { fix: 'gps_fix', portWorking: 'port_working' } as const
