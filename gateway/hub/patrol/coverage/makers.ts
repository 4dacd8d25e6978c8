import type { PatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import type { Policy } from '../../../../proto/patrol-http.ts'
import type { GridComponents } from '../ground/grid-components.ts'
import type { RoadGrid } from '../ground/road-steps.ts'
import { Matcher } from '../streets/matcher.ts'
import type { StreetNetwork } from '../streets/street-network.ts'
import type { Survey } from '../survey.ts'
import { AREA_POLICY, areaPolicy } from './area.ts'
import { surveyAreas } from './area-of-grids.ts'
import { COMPONENT_POLICY, componentPolicy, surveyComponents } from './components.ts'
import type { PolicyMakers } from './policies.ts'
import { ROAD_POLICY, roadPolicy, surveyRoad } from './road.ts'
import { StreetMatching } from './road-matching.ts'
import { surveyVisits, VISIT_POLICY, visitPolicy } from './visits.ts'

/** What the policies have to know of a district. */
export interface PatrolledDistrict {
  network(): StreetNetwork
  /** The patrolled streets of a unit grid, of that network. */
  road(grid: GridFeature): RoadGrid
  /** The components that stand in a unit grid. */
  components(grid: GridFeature): GridComponents
  rules: PatrolRules
}

/**
 * The four coverage policies, ready to be asked about any grids of the district.
 * @param current - the district as it is now, asked with each survey.
 */
export function policyMakers(current: () => PatrolledDistrict): PolicyMakers {
  const matchingOn = (network: StreetNetwork) => new StreetMatching(() => new Matcher(network))
  return {
    area: (grids) => {
      const survey = surveyAreas(grids)
      return { ...bare(survey), detail: (gridCode) => ({ cells: survey.cells(gridCode) }) }
    },
    road: (grids) => {
      const district = current()
      const roads = grids.map((grid) => district.road(grid))
      const survey = surveyRoad(roads, matchingOn(district.network()))
      return { ...bare(survey), detail: (gridCode) => ({ parts: survey.parts(gridCode) }) }
    },
    components: (grids) => {
      const district = current()
      const survey = surveyComponents(grids.map((grid) => district.components(grid)))
      return { ...bare(survey), detail: (gridCode) => ({ list: survey.list(gridCode) }) }
    },
    visits: (grids, period) => {
      const district = current()
      const roads = grids.map((grid) => district.road(grid))
      const matching = matchingOn(district.network())
      const survey = surveyVisits({ roads, matching, rules: district.rules, period })
      return { ...bare(survey), detail: (gridCode) => ({ list: survey.list(gridCode) }) }
    },
  }
}

/** The four with their versions and words, as answers have them. */
export const coveragePolicies = (rules: PatrolRules): Policy[] => [
  areaPolicy(AREA_POLICY),
  roadPolicy(ROAD_POLICY),
  componentPolicy(COMPONENT_POLICY),
  visitPolicy(VISIT_POLICY, rules),
]

const bare = <Result>(survey: Survey<Result>): Survey<Result> => ({
  add: (track) => survey.add(track),
  result: () => survey.result(),
})
