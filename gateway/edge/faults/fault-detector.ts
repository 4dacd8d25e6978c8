import type { FaultKind } from '../../../proto/catalogue/catalogue.ts'
import type { ComponentConfig } from '../config.ts'
import type { Verdict } from './threshold.ts'

/** What a detector sees: one value of one sensor of its component, at a monotonic time. */
export interface Observation {
  metric: string
  value: number
  atMs: number
}

export interface FaultRule {
  raise: number
  clear: number
  holdMs: number
  backgroundDeg?: number
  darkLux?: number
}

/** Watches one kind of fault at one component. One file a kind, all listed in faults.ts. */
export interface FaultDetector {
  readonly rule: FaultRule
  readonly raised: boolean
  /** The quantity as the rule judges it, or undefined where this observation is not the one it judges. */
  judgedValue(observation: Observation): number | undefined
  observe(observation: Observation): Verdict
  takeSuppressed(): number
}

/** Makes a detector; `raised` where the fault was raised before a restart. */
export type MakeFaultDetector = (rule: FaultRule, raised: boolean) => FaultDetector

/** The catalogue's defaults, with what the configuration says of this component in their place. */
export function faultRule(kind: FaultKind, override: ComponentConfig['faults'][string]): FaultRule {
  const rule: FaultRule = {
    raise: override.raise ?? kind.raise,
    clear: override.clear ?? kind.clear,
    holdMs: override.holdMs ?? kind.holdMs,
  }
  const darkLux = override.darkLux ?? kind.darkLux
  if (darkLux !== undefined) rule.darkLux = darkLux
  if (override.backgroundDeg !== undefined) rule.backgroundDeg = override.backgroundDeg
  return rule
}
