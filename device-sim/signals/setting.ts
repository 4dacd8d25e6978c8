import type { Random } from '../random.ts'
import type { ComponentOccurrences } from './ongoing.ts'

/** What the signals of one component grow from. */
export interface Setting {
  /** Unix ms of the simulated moment at which the scenario starts: the sun goes by it. */
  startMs: number
  position: { lat: number; lon: number }
  occurrences: ComponentOccurrences
  /** A stream of this component alone. */
  stream: (name: string) => Random
}

/** A quantity over time; milliseconds from the start of the scenario. */
export type Signal = (elapsedMs: number) => number

/** A seed for the noise of one quantity. */
export function seedOf(setting: Setting, name: string): number {
  return setting.stream(name).integer(0, 2 ** 31)
}

const DAY_MS = 86_400_000

/** -1 … 1 over the local solar day, highest at `peakHour`. */
export function dailyCycle({ startMs, position }: Setting, elapsedMs: number, peakHour: number): number {
  const localMs = startMs + elapsedMs + (position.lon / 360) * DAY_MS
  return Math.cos(2 * Math.PI * (localMs / DAY_MS - peakHour / 24))
}
