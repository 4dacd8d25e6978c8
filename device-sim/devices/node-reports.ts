import type { Metric } from '../scenario/device-options.ts'

/**
 * When a sleeping node sends. In: what it measured when it woke. Out: whether it sends, and whether that is out of
 * turn. Radio is dear and may lose a frame: what has changed is said again a little later, and then left.
 */

interface Watched {
  /** A change by so much since the last frame is worth a frame. */
  change: (before: number) => number
  /** Beyond this is an alarm; away from the value at installation where `fromInstalled`. */
  limit?: number
  fromInstalled?: boolean
}

const by = (change: number) => () => change

const WATCHED: Record<Metric, Watched> = {
  tilt_deg: { change: by(2.5), limit: 10, fromInstalled: true },
  cover_open: { change: by(0.5), limit: 0.5 },
  water_depth_m: { change: by(0.04), limit: 0.8 },
  gas_lel_pct: { change: by(4), limit: 15 },
  battery_pct: { change: by(5) },
  temperature_c: { change: by(2), limit: 60 },
  current_a: { change: by(0.15) },
  // Light changes by factors.
  light_lux: { change: (before) => Math.max(8, before * 0.5) },
  mains_v: { change: by(8) },
  leakage_ma: { change: by(10), limit: 25 },
  phase_deg: { change: by(15) },
  door_open: { change: by(0.5), limit: 0.5 },
}

const SAID_AGAIN_MS = [3000, 12_000]
/** While it is in alarm it says so now and then. */
const ALARM_EVERY_MS = 60_000

export class NodeReports {
  readonly #heartbeatMs: number
  #installed: ReadonlyMap<Metric, number> | undefined
  #said: ReadonlyMap<Metric, number> = new Map()
  #saidMs = Number.NEGATIVE_INFINITY
  #again: number[] = []
  #inAlarm = false

  constructor(heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs
  }

  /** A frame is due, in or out of turn; undefined: it goes on sleeping. */
  wake(measured: ReadonlyMap<Metric, number>, elapsedMs: number): { alarm: boolean } | undefined {
    // What it finds when it is installed is how it should be.
    this.#installed ??= measured
    const inAlarm = [...measured].some(([metric, value]) => this.#isBeyond(metric, value))
    const changed =
      inAlarm !== this.#inAlarm || [...measured].some(([metric, value]) => this.#hasChanged(metric, value))
    const sinceMs = elapsedMs - this.#saidMs
    const repeated = this.#again[0] !== undefined && elapsedMs >= this.#again[0]
    const standing = inAlarm && sinceMs >= ALARM_EVERY_MS
    if (!changed && !repeated && !standing && sinceMs < this.#heartbeatMs) return undefined
    const alarm = inAlarm || this.#inAlarm
    if (changed) this.#again = SAID_AGAIN_MS.map((afterMs) => elapsedMs + afterMs)
    else if (repeated) this.#again.shift()
    this.#inAlarm = inAlarm
    this.#said = measured
    this.#saidMs = elapsedMs
    return { alarm }
  }

  /** A new battery: it says at once how things are, but not that they were installed anew. */
  forget(): void {
    this.#said = new Map()
    this.#saidMs = Number.NEGATIVE_INFINITY
    this.#again = []
  }

  #isBeyond(metric: Metric, value: number): boolean {
    const { limit, fromInstalled } = WATCHED[metric]
    if (limit === undefined) return false
    return Math.abs(value - (fromInstalled ? (this.#installed?.get(metric) ?? 0) : 0)) > limit
  }

  #hasChanged(metric: Metric, value: number): boolean {
    const before = this.#said.get(metric)
    return before === undefined || Math.abs(value - before) >= WATCHED[metric].change(before)
  }
}
