import type { DetectorName } from '../../../proto/catalogue/fault-parameters.ts'
import { circuit } from './detectors/circuit.ts'
import { flicker } from './detectors/flicker.ts'
import { gpsLost } from './detectors/gps-lost.ts'
import { lampOnByDay } from './detectors/lamp-on-by-day.ts'
import { lampOut } from './detectors/lamp-out.ts'
import { outOfRange } from './detectors/out-of-range.ts'
import { phase } from './detectors/phase.ts'
import { portSilent } from './detectors/port-silent.ts'
import { rate } from './detectors/rate.ts'
import { silence } from './detectors/silence.ts'
import { stuck } from './detectors/stuck.ts'
import { thresholdDetector } from './detectors/threshold-detector.ts'
import { tilt } from './detectors/tilt.ts'
import type { MakeFaultDetector } from './fault-detector.ts'

/** Every detector of this gateway, by the name under which fault kinds of the catalogue ask for it. */
export const FAULT_DETECTORS: { [D in DetectorName]: MakeFaultDetector<D> } = {
  threshold: thresholdDetector,
  tilt,
  rate,
  lamp_out: lampOut,
  lamp_on_by_day: lampOnByDay,
  flicker,
  phase,
  stuck,
  out_of_range: outOfRange,
  silence,
  circuit,
  gps_lost: gpsLost,
  port_silent: portSilent,
}

/** These judge the sensor itself, so they see also what a sound sensor cannot say; the others do not. */
export const JUDGE_SENSORS: ReadonlySet<DetectorName> = new Set([
  'stuck',
  'out_of_range',
  'silence',
  'circuit',
])
