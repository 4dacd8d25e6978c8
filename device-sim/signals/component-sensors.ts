import type { Metric } from '../scenario/device-options.ts'
import { currentSignal, leakageSignal, mainsSignal, phaseSignal, switchedOn } from './lamp-supply.ts'
import { lightSignal, skySignal } from './light.ts'
import { type Sensor, sensorOf } from './sensor.ts'
import type { Setting, Signal } from './setting.ts'
import { coverOpenSignal, doorOpenSignal } from './switches.ts'
import { temperatureSignal } from './temperature.ts'
import { tiltSignal } from './tilt.ts'
import { batterySignal, gasSignal, waterSignal } from './well.ts'

/**
 * All that is measured at one component. In: what happens to it, its place and the start of the scenario. Out: a
 * sensor for each metric, a pure function of time. Nothing can fail.
 */
export interface SensedComponent {
  kind: 'manhole' | 'lamp'
  metrics: readonly Metric[]
  switchedBy: 'photocell' | 'sun'
  /** Which phase a lamp hangs on. */
  phaseDeg: number
}

export function sensorsOf(
  { kind, metrics, switchedBy, phaseDeg }: SensedComponent,
  setting: Setting,
): Map<Metric, Sensor> {
  const sky = skySignal(setting)
  const mains = mainsSignal(setting)
  const signals: Record<Metric, () => Signal> = {
    tilt_deg: () => tiltSignal(setting),
    cover_open: () => coverOpenSignal(setting),
    water_depth_m: () => waterSignal(setting),
    gas_lel_pct: () => gasSignal(setting),
    battery_pct: () => batterySignal(setting),
    temperature_c: () => temperatureSignal(setting, kind),
    current_a: () => currentSignal(setting, switchedOn(setting, switchedBy, sky), mains),
    light_lux: () => lightSignal(setting, sky),
    mains_v: () => mains,
    leakage_ma: () => leakageSignal(setting),
    phase_deg: () => phaseSignal(setting, phaseDeg),
    door_open: () => doorOpenSignal(setting),
  }
  return new Map(
    metrics.map((metric) => [metric, sensorOf(metric, signals[metric](), setting.occurrences)] as const),
  )
}
