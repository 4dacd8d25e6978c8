import type { GridFeature } from '../../../../proto/district.ts'
import type {
  AreaCoverage,
  ComponentCoverage,
  RoadCoverage,
  VisitCoverage,
} from '../../../../proto/patrol-http.ts'
import type { Survey } from '../survey.ts'

/**
 * What a coverage policy (巡查覆盖核查规则) has to offer so that it can be asked for: a survey of any grids in any
 * range. Who wires the hub makes one of each kind.
 */
export interface PolicyMakers {
  area: PolicyMaker<AreaCoverage>
  road: PolicyMaker<RoadCoverage>
  components: PolicyMaker<ComponentCoverage>
  visits: PolicyMaker<VisitCoverage>
}

/** @throws RangeError for grids that it cannot survey, with what to do. */
export type PolicyMaker<Answer> = (grids: readonly GridFeature[], range: SurveyRange) => GridsSurvey<Answer>

export interface SurveyRange {
  fromMs: number
  toMs: number
}

/** The figures of each grid, in the order in which the grids were given. */
export interface GridsSurvey<Answer> extends Survey<Figures<Answer>[]> {
  /** What only the answer of a unit grid has: its cells, street parts, components, or visits. */
  detail(gridCode: string): Detail<Answer>
}

type DetailKey = 'cells' | 'parts' | 'list'
export type Figures<Answer> = Omit<Answer, 'from' | 'to' | 'level' | DetailKey>
type Detail<Answer> = Pick<Answer, Extract<keyof Answer, DetailKey>>
