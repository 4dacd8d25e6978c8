import type {
  AreaCoverage,
  ComponentCoverage,
  CoverageOfGrid,
  CoveragePolicy,
  Policy,
  RoadCoverage,
  VisitCoverage,
} from '../../../../proto/patrol-http.ts'
import type { Wording } from '../i18n/wording.ts'

/** One figure of coverage, whatever the policy: what it counts, out of what, and in words why it is what it is. */
export interface Figure {
  policy: CoveragePolicy
  coverage: number
  cannotTell: number
  /** Cells, metres, components or visits. */
  all: number
  done: number
  unsure: number
}

export const areaFigure = (answer: AreaCoverage): Figure => ({
  policy: 'area',
  coverage: answer.coverage,
  cannotTell: answer.cannotTell,
  all: answer.insideCells,
  done: answer.coveredCells,
  unsure: answer.cannotTellCells,
})

export const roadFigure = (answer: RoadCoverage): Figure => ({
  policy: 'road',
  coverage: answer.coverage,
  cannotTell: answer.cannotTell,
  all: answer.lengthM,
  done: answer.coveredM,
  unsure: answer.cannotTellM,
})

export const componentFigure = (answer: ComponentCoverage): Figure => ({
  policy: 'components',
  coverage: answer.coverage,
  cannotTell: answer.cannotTell,
  all: answer.components,
  done: answer.passed,
  unsure: answer.cannotTellComponents,
})

export const visitFigure = (answer: VisitCoverage): Figure => ({
  policy: 'visits',
  coverage: answer.coverage,
  cannotTell: answer.cannotTell,
  all: answer.asked,
  done: answer.made,
  unsure: answer.cannotTell * answer.asked,
})

/** Of a grid above the unit grids: its amounts follow from its shares. */
export const rolledUpFigure = (policy: CoveragePolicy, of: CoverageOfGrid): Figure => ({
  policy,
  coverage: of.coverage,
  cannotTell: of.cannotTell,
  all: of.of,
  done: of.coverage * of.of,
  unsure: of.cannotTell * of.of,
})

/** `812 格`, `3.2 km`, `54 个部件`. */
export function amountText(policy: CoveragePolicy, amount: number, { t, q }: Wording): string {
  if (policy === 'road') return t.coverage.amounts.road(q.distance(amount))
  // Half visits happen: a grid may ask for one in two shifts.
  const digits = policy === 'visits' && !Number.isInteger(amount) ? 1 : 0
  return t.coverage.amounts[policy](q.number(amount, digits))
}

/** The formula with its numbers; a second line where something could not be told. */
export function whyText(figure: Figure, words: Wording): string[] {
  const { t, q } = words
  const { policy } = figure
  const facts = {
    done: amountText(policy, figure.done, words),
    all: amountText(policy, figure.all, words),
    share: q.percent(figure.coverage),
  }
  const unsure = t.coverage.whyUnsure(amountText(policy, figure.unsure, words), q.percent(figure.cannotTell))
  return [t.coverage.why[policy](facts), ...(figure.cannotTell > 0 ? [unsure] : [])]
}

/** What of the policy's text the reader reads, with its version. */
export const policyText = (policy: Policy, { language }: Wording): string =>
  language === 'zh' ? policy.textZh : policy.text
