import type { Fix } from '../../../../proto/domain.ts'
import type { Track } from '../../stores/track-store.ts'
import { type Box, boxOfPlaces, touch, union, widened } from '../grids/grid-outline.ts'
import { GapRule } from '../tracks/gap-rule.ts'
import { MAX_METRES_PER_DEGREE, WAY_LIMITS } from './ways.ts'

/**
 * Roughly where devices were in a range: of a city's thousand devices some twenty came near one grid, and only they need
 * be surveyed for it. In: tracks as they are read, fixes as they are stored; out: whether a device may matter to a box.
 * Kept in memory for the ranges asked for last. Nothing fails.
 */

/** Farther than anyone sees, and than a street is looked for around the poorest fix (match-options.ts, maxReachM). */
const AROUND_M = 500
/** A way over the streets from one fix to the next leads at most that much farther round (transitions.ts, limitM). */
const DETOUR = 2
const MAX_RANGES = 16
/** What another process stores, a worker or an import, is not noticed: nothing is relied on for longer. */
export const GOOD_FOR_MS = 600_000

export interface TimeSpan {
  fromMs: number
  toMs: number
}

interface Reach {
  box: Box
  /** No step from one fix to the next is longer, by places or by the speed told, but over a gap or a jump. */
  stepM: number
}

const mayTouch = ({ box, stepM }: Reach, other: Box): boolean =>
  touch(widened(box, AROUND_M + DETOUR * stepM), other)

export class DeviceReaches {
  /** The range asked for last comes last. */
  readonly #ranges = new Map<string, KnownRange>()

  /** Undefined: not known, its track has to be read. */
  mayTouch(range: TimeSpan, device: string, box: Box): boolean | undefined {
    const known = this.#ranges.get(keyOf(range))
    if (!known || isTooOld(known)) return undefined
    const reach = known.reaches.get(device)
    return reach && mayTouch(reach, box)
  }

  /** To be made before the track is read, so that what is stored meanwhile is noticed. */
  reading(range: TimeSpan, device: string): ReachReading {
    const { reaches, changes } = this.#of(range)
    const before = changes.get(device)
    return new ReachReading((reach) => {
      if (changes.get(device) === before) reaches.set(device, reach)
    })
  }

  /** Fixes that were just stored: what was known of the device there has to be read again. */
  noticed(device: string, fixes: readonly Fix[]): void {
    for (const { fromMs, toMs, reaches, changes } of this.#ranges.values()) {
      if (!fixes.some(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)) continue
      reaches.delete(device)
      changes.set(device, (changes.get(device) ?? 0) + 1)
    }
  }

  #of({ fromMs, toMs }: TimeSpan): KnownRange {
    const key = keyOf({ fromMs, toMs })
    let known = this.#ranges.get(key)
    if (!known || isTooOld(known))
      known = { fromMs, toMs, sinceMs: performance.now(), reaches: new Map(), changes: new Map() }
    this.#ranges.delete(key)
    this.#ranges.set(key, known)
    for (const oldest of this.#ranges.keys()) {
      if (this.#ranges.size <= MAX_RANGES) break
      this.#ranges.delete(oldest)
    }
    return known
  }
}

interface KnownRange extends TimeSpan {
  /** Of the monotonic clock. */
  sinceMs: number
  /** By device. */
  reaches: Map<string, Reach>
  /** How often fixes of a device were stored since the range was first asked for. */
  changes: Map<string, number>
}

const isTooOld = ({ sinceMs }: KnownRange): boolean => performance.now() - sinceMs >= GOOD_FOR_MS

const keyOf = ({ fromMs, toMs }: TimeSpan): string => `${fromMs} ${toMs}`

/** The reach of one device while its track is read. */
export class ReachReading {
  readonly #keep: (reach: Reach) => void
  readonly #reach: Reach = { box: boxOfPlaces([], []), stepM: 0 }
  readonly #gaps = new GapRule()
  #lat = Number.NaN
  #lon = Number.NaN
  #timeMs = Number.NaN

  constructor(keep: (reach: Reach) => void) {
    this.#keep = keep
  }

  /** Parts of the track in order of time. */
  add({ timeMs, lat, lon, speedMps, count }: Track): void {
    const reach = this.#reach
    reach.box = union(reach.box, boxOfPlaces(lat.subarray(0, count), lon.subarray(0, count)))
    for (let row = 0; row < count; row++) {
      const now = timeMs[row]!
      if (!this.#gaps.isGapBefore(now)) this.#step(now, lat[row]!, lon[row]!, speedMps[row]!)
      this.#timeMs = now
      this.#lat = lat[row]!
      this.#lon = lon[row]!
    }
  }

  /** Millions of fixes pass here: no distance is measured, a bound of it does. */
  #step(timeMs: number, lat: number, lon: number, speedMps: number): void {
    const seconds = (timeMs - this.#timeMs) / 1000
    const mostM = (Math.abs(lat - this.#lat) + Math.abs(lon - this.#lon)) * MAX_METRES_PER_DEGREE
    this.#lengthen(mostM, seconds)
    this.#lengthen(speedMps * seconds, seconds)
  }

  /** A comparison with NaN is false: with a speed that was not told, or where there was no fix before. */
  #lengthen(stepM: number, seconds: number): void {
    if (stepM > this.#reach.stepM)
      this.#reach.stepM = Math.max(this.#reach.stepM, Math.min(stepM, seconds * WAY_LIMITS.maxSpeedMps))
  }

  mayTouch(box: Box): boolean {
    return mayTouch(this.#reach, box)
  }

  /** The whole range was read: it is known from now on. */
  done(): void {
    this.#keep(this.#reach)
  }
}
