import type { GridFeature } from '../../../../proto/district.ts'
import type { Fix } from '../../../../proto/domain.ts'
import type { CoveragePolicy } from '../../../../proto/patrol-http.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { boxOf } from '../grids/grid-outline.ts'
import { DeviceReaches, GOOD_FOR_MS, type TimeSpan } from './device-reaches.ts'
import type { PolicyMakers } from './policies.ts'
import type { AnyFigures } from './roll-up.ts'
import { eachTrack, type NearPlace, type TracksWanted } from './survey-tracks.ts'

/**
 * Coverage on demand, counted once for all who ask the same: a survey of a city's shift takes minutes, and its unit grids
 * are what every level above them is the sum of. In: grids, a range, fixes as they are stored; out: figures of unit grids,
 * the same as of a survey at that moment. What was counted is good for some minutes, or until a fix of its range is
 * stored or the registers change; of what is slow to count see SLOW_MS. Throws what a survey and the store throw.
 */

const MAX_ANSWERS = 24
/**
 * A running shift gets fixes every second. What took long to count is good for as long again, so that a whole city
 * looking at a whole city costs no more than half a core; what was counted faster than this is counted anew.
 */
const SLOW_MS = 2000

/** Something of the ground: another object once the registers have changed. */
type Ground = object

interface Answer extends TimeSpan {
  devices: ReadonlySet<string> | undefined
  ground: Ground
  codes: ReadonlySet<string>
  byUnit: Promise<ReadonlyMap<string, AnyFigures>>
  /** Of the monotonic clock. */
  askedMs: number
  /** Undefined while it is counted. */
  countedMs: number | undefined
  /** A fix of the range was stored since it was asked for. */
  isOld: boolean
}

export interface FiguresSources {
  store: Pick<TrackStore, 'devicesBetween' | 'readTrack'>
  policies: PolicyMakers
  ground: () => Ground
  /** Default: two seconds. */
  slowMs?: number
}

export class KeptFigures {
  readonly #sources: FiguresSources
  readonly #reaches = new DeviceReaches()
  /** By question; the one asked for last comes last. */
  readonly #answers = new Map<string, Answer>()

  constructor(sources: FiguresSources) {
    this.#sources = sources
  }

  /** By code of the unit grid. @throws StoreUnavailable; RangeError for a grid that cannot be surveyed. */
  async figures(
    policy: CoveragePolicy,
    units: readonly GridFeature[],
    wanted: TracksWanted,
  ): Promise<ReadonlyMap<string, AnyFigures>> {
    const key = keyOf(policy, wanted)
    const ground = this.#sources.ground()
    const kept = this.#answers.get(key)
    const isGood =
      kept !== undefined &&
      kept.ground === ground &&
      this.#isFresh(kept) &&
      units.every(({ properties }) => kept.codes.has(properties.code))
    if (isGood) {
      this.#keep(key, kept)
      return kept.byUnit
    }
    const byUnit = this.#count(policy, units, wanted)
    const codes = new Set(units.map(({ properties }) => properties.code))
    const { fromMs, toMs, devices } = wanted
    const answer: Answer = {
      ...{ fromMs, toMs, devices, ground, codes, byUnit },
      askedMs: performance.now(),
      countedMs: undefined,
      isOld: false,
    }
    this.#keep(key, answer)
    try {
      const counted = await byUnit
      answer.countedMs = performance.now()
      return counted
    } catch (error) {
      if (this.#answers.get(key) === answer) this.#answers.delete(key)
      throw error
    }
  }

  /** Which devices matter to some grids, for a survey of one's own. */
  near(units: readonly GridFeature[]): NearPlace {
    return { reaches: this.#reaches, box: boxOf(units) }
  }

  /** Fixes that were just stored. */
  noticed(device: string, fixes: readonly Fix[]): void {
    this.#reaches.noticed(device, fixes)
    for (const answer of this.#answers.values()) {
      const { fromMs, toMs, devices } = answer
      if (answer.isOld || (devices && !devices.has(device))) continue
      answer.isOld = fixes.some(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)
    }
  }

  #isFresh({ askedMs, countedMs, isOld }: Answer): boolean {
    if (countedMs === undefined) return true
    const nowMs = performance.now()
    const tookMs = countedMs - askedMs
    const graceMs = tookMs < (this.#sources.slowMs ?? SLOW_MS) ? 0 : tookMs
    return isOld ? nowMs - countedMs < graceMs : nowMs - countedMs < GOOD_FOR_MS
  }

  async #count(policy: CoveragePolicy, units: readonly GridFeature[], wanted: TracksWanted) {
    const { store, policies } = this.#sources
    const survey = policies[policy](units, wanted)
    await eachTrack(store, wanted, (track) => survey.add(track), this.near(units))
    return new Map<string, AnyFigures>(survey.result().map((figures) => [figures.grid, figures]))
  }

  #keep(key: string, answer: Answer): void {
    this.#answers.delete(key)
    this.#answers.set(key, answer)
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS) break
      this.#answers.delete(oldest)
    }
  }
}

const keyOf = (policy: CoveragePolicy, { fromMs, toMs, devices }: TracksWanted): string =>
  [policy, fromMs, toMs, devices ? [...devices].sort().join() : '*'].join(' ')
