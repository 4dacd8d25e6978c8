import { COVERAGE_POLICIES, type CoveragePolicy, type LiveCoverage } from '../../../../proto/patrol-http.ts'
import type { Track } from '../../stores/track-store.ts'
import type { PatrolGround } from '../ground/patrol-ground.ts'
import { Matcher } from '../streets/matcher.ts'
import type { Ridden } from '../streets/street-network.ts'
import { surveyAreas } from './area-of-grids.ts'
import { surveyComponents } from './components.ts'
import { surveyRoad } from './road.ts'
import { StreetMatching } from './road-matching.ts'
import { ratio, type Tally } from './tally.ts'
import { surveyVisits } from './visits.ts'

export interface SurveyedShift {
  /** Codes of unit grids, or the digits that several begin with. */
  grids: readonly string[]
  fromMs: number
  toMs: number
}

/** Of all the grids together; absent where there is nothing to count. */
export type ShiftFigures = LiveCoverage['policies']

/**
 * All coverage policies over the grids of one shift (班次). In: rows of the shift, once for all policies; out: the
 * figures, the same as of the policies one by one. Throws as a survey does.
 */
export class ShiftSurvey {
  readonly #matching: StreetMatching
  readonly #surveys: Record<CoveragePolicy, { add(track: Track): void; tally(): Tally }>

  /** @throws RangeError for a grid that is too large for its cells. */
  constructor(ground: PatrolGround, { grids, fromMs, toMs }: SurveyedShift) {
    const units = ground.units(grids)
    const roads = units.map((grid) => ground.road(grid))
    const network = ground.network()
    const matching = new StreetMatching(() => new Matcher(network))
    this.#matching = matching
    this.#surveys = {
      area: surveyAreas(units),
      road: surveyRoad(roads, matching),
      components: surveyComponents(units.map((grid) => ground.components(grid))),
      visits: surveyVisits({ roads, matching, rules: ground.rules, period: { fromMs, toMs } }),
    }
  }

  /**
   * @returns what the rows settle of the streets that were ridden, inside the grids and outside.
   * @throws RangeError for a row that is not later than the last one.
   */
  add(track: Track): readonly Ridden[] {
    for (const policy of COVERAGE_POLICIES) this.#surveys[policy].add(track)
    return this.#matching.ride(track)
  }

  /** What was ridden and may still change. */
  open(): readonly Ridden[] {
    return this.#matching.open().flatMap(([, pieces]) => pieces)
  }

  figures(): ShiftFigures {
    const figures: ShiftFigures = {}
    for (const policy of COVERAGE_POLICIES) {
      const { of, covered, cannotTell } = this.#surveys[policy].tally()
      if (of > 0) figures[policy] = { coverage: ratio(covered, of), cannotTell: ratio(cannotTell, of) }
    }
    return figures
  }
}
