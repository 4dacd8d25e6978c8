import type {
  AreaCoverage,
  ComponentCoverage,
  CoverageOfGrid,
  RoadCoverage,
  VisitCoverage,
} from '../../../../proto/patrol-http.ts'
import type { Grid } from '../grids/grid-levels.ts'
import type { Figures } from './policies.ts'
import { ratio, type Tally, tallyOf } from './tally.ts'

/**
 * From unit grids up: the figures of a community, a street office, a district are the sums of those of its unit
 * grids, never the average of their shares. In: the figures of unit grids; out: those of what they are part of.
 */
export type AnyFigures =
  | Figures<AreaCoverage>
  | Figures<RoadCoverage>
  | Figures<ComponentCoverage>
  | Figures<VisitCoverage>

/** What a policy's shares are of. */
export function tallyOfFigures(figures: AnyFigures): Tally {
  if ('insideCells' in figures)
    return { of: figures.insideCells, covered: figures.coveredCells, cannotTell: figures.cannotTellCells }
  if ('lengthM' in figures)
    return { of: figures.lengthM, covered: figures.coveredM, cannotTell: figures.cannotTellM }
  if ('components' in figures)
    return { of: figures.components, covered: figures.passed, cannotTell: figures.cannotTellComponents }
  return { of: figures.asked, covered: figures.made, cannotTell: figures.cannotTell * figures.asked }
}

/**
 * The figures of all these grids as those of one.
 * @throws RangeError where there are none, since nothing says then by which policy.
 */
export function sumOfFigures(code: string, figures: readonly AnyFigures[]): AnyFigures {
  const [first] = figures
  if (!first) throw new RangeError(`grid ${code}: no unit grid in it`)
  const sum = tallyOf(figures.map(tallyOfFigures))
  const head = {
    grid: code,
    policy: first.policy,
    coverage: ratio(sum.covered, sum.of),
    cannotTell: ratio(sum.cannotTell, sum.of),
    devices: [...new Set(figures.flatMap(({ devices }) => devices))].sort(),
  }
  if ('insideCells' in first)
    return { ...head, insideCells: sum.of, coveredCells: sum.covered, cannotTellCells: sum.cannotTell }
  if ('lengthM' in first)
    return { ...head, lengthM: sum.of, coveredM: sum.covered, cannotTellM: sum.cannotTell }
  if ('components' in first)
    return { ...head, components: sum.of, passed: sum.covered, cannotTellComponents: sum.cannotTell }
  return { ...head, asked: sum.of, made: sum.covered }
}

/** One line of a roll-up. @param byUnit - the figures of at least the grid's unit grids. */
export function coverageOfGrid(
  { code, name, level, units }: Grid,
  byUnit: ReadonlyMap<string, AnyFigures>,
): CoverageOfGrid {
  const figures = units.flatMap(({ properties }) => byUnit.get(properties.code) ?? [])
  const { of, covered, cannotTell } = tallyOf(figures.map(tallyOfFigures))
  return {
    grid: code,
    ...(name === undefined ? {} : { name }),
    level,
    coverage: ratio(covered, of),
    cannotTell: ratio(cannotTell, of),
    of,
  }
}
