import type { Metric } from '../scenario/device-options.ts'
import type { OccurrenceOf } from '../scenario/occurrences.ts'
import { type ComponentOccurrences, Ongoing } from '../signals/ongoing.ts'
import type { Sensor } from '../signals/sensor.ts'
import type { SensorWiring } from './simulated-device.ts'

/** A component as the wires see it: its sensors, and whether anything of it is heard at all. */
export interface WiredComponent {
  /** From 1, in the device. */
  number: number
  sensors: ReadonlyMap<Metric, Sensor>
  occurrences: ComponentOccurrences
  /** Silent as a whole: its radio, its supply or its cable is gone. */
  isSilent(elapsedMs: number): boolean
}

export function wiredComponent(
  number: number,
  sensors: ReadonlyMap<Metric, Sensor>,
  occurrences: ComponentOccurrences,
  /** Cuts of the circuit that it hangs on. */
  cuts: readonly OccurrenceOf<'circuit-cut'>[],
): WiredComponent {
  const silences = new Ongoing(occurrences.of('falls-silent').filter(({ args }) => args.metric === undefined))
  const cut = new Ongoing(cuts)
  return {
    number,
    sensors,
    occurrences,
    isSilent: (elapsedMs) =>
      silences.latestAt(elapsedMs) !== undefined || cut.latestAt(elapsedMs) !== undefined,
  }
}

/** What sits at the end of a port and makes its bytes. */
export interface PortDevice {
  /** How the value of one sensor reaches the gateway. */
  wiringOf(component: WiredComponent, metric: Metric): SensorWiring
  /** Does what is due by this moment. */
  advance(elapsedMs: number): void
  stop(): void
}
