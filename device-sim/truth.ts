import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import type { RideTruth } from './ebike/ebike-ride.ts'
import type { ScheduleStep } from './hardware/schedule.ts'

/**
 * The ground truth beside a simulation, one JSON object a line: what really happened, to judge by what a gateway
 * and a hub make of it.
 */

export type TruthEntry =
  | ({ device: string; what: 'position' } & RideTruth)
  | {
      device: string
      timeMs: number
      what: 'void-begins' | 'void-ends' | 'power-lost' | 'power-back'
    }
  | { component: string; timeMs: number; what: 'tilt-begins'; deg: number }
  | {
      component: string
      timeMs: number
      what: 'tilt-ends' | 'truck' | 'lamp-dies' | 'lamp-recovers' | 'dusk' | 'dawn'
    }
  | HappeningTruth

/** Something that happens in a scenario; its arguments stand beside the rest. */
export interface HappeningTruth {
  timeMs: number
  device: string
  what: string
  /** Code of the component; of the gateway itself, or of a circuit, where it happens to those. */
  component: string
  /** Kinds of fault that are there and must be raised; that are not, and must not. */
  fault?: readonly string[]
  trap?: readonly string[]
  /** When the fault is there, where that is not from `timeMs` to `untilMs`. */
  faultMs?: number
  faultUntilMs?: number
  /** Absent where it stands at the end of the scenario. */
  untilMs?: number
  [argument: string]: unknown
}

export class TruthLog {
  readonly #stream: WriteStream
  #failure: Error | undefined

  /** Appends to the file; its folder is made with it. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#stream = createWriteStream(path, { flags: 'a' })
    this.#stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  write(entry: TruthEntry): void {
    if (!this.#failure) this.#stream.write(`${JSON.stringify(entry)}\n`)
  }

  /** @throws the first error of the file, where it could not be opened or written. */
  async close(): Promise<void> {
    if (this.#failure) throw this.#failure
    this.#stream.end()
    await finished(this.#stream)
  }
}

/** Turns the seconds of one ride into entries: each position, and where fixes stop and come back. */
export class RideTruthWriter {
  readonly #log: Pick<TruthLog, 'write'>
  readonly #device: string
  #gap: RideTruth['gap']

  constructor(log: Pick<TruthLog, 'write'>, device: string) {
    this.#log = log
    this.#device = device
  }

  write(truth: RideTruth): void {
    const { timeMs, gap } = truth
    if (gap !== this.#gap) {
      const device = this.#device
      if (this.#gap === 'no-fix') this.#log.write({ device, timeMs, what: 'void-ends' })
      if (this.#gap === 'no-power') this.#log.write({ device, timeMs, what: 'power-back' })
      if (gap === 'no-fix') this.#log.write({ device, timeMs, what: 'void-begins' })
      if (gap === 'no-power') this.#log.write({ device, timeMs, what: 'power-lost' })
      this.#gap = gap
    }
    this.#log.write({ device: this.#device, what: 'position', ...truth })
  }
}

/** A step of a schedule, as it happened to a component. */
export function stepTruth(component: string, timeMs: number, step: ScheduleStep): TruthEntry {
  if (step.what !== 'tilt') return { component, timeMs, what: step.what }
  return step.deg === 0
    ? { component, timeMs, what: 'tilt-ends' }
    : { component, timeMs, what: 'tilt-begins', deg: step.deg }
}
