import { describe, expect, test } from 'vitest'
import {
  type AnyFigures,
  coverageOfGrid,
  sumOfFigures,
} from '../../../../gateway/hub/patrol/coverage/roll-up.ts'
import { GridTree } from '../../../../gateway/hub/patrol/grids/grid-levels.ts'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
import { gridOf, square } from './made-grid.ts'

const policy = { id: 'any', version: 1, text: 'text', textZh: '文本' }
const A = '310101001001001'
const B = '310101001001002'

describe('figures of several grids are sums, never averages of shares', () => {
  const head = (grid: string, coverage: number, cannotTell: number, ...devices: string[]) => ({
    grid,
    policy,
    coverage,
    cannotTell,
    devices,
  })
  test.each<[string, AnyFigures, AnyFigures, AnyFigures]>([
    [
      'area',
      { ...head(A, 1, 0, 'b', 'a'), insideCells: 100, coveredCells: 100, cannotTellCells: 0 },
      { ...head(B, 0, 0.1, 'c', 'a'), insideCells: 300, coveredCells: 0, cannotTellCells: 30 },
      { ...head('31', 0.25, 0.075, 'a', 'b', 'c'), insideCells: 400, coveredCells: 100, cannotTellCells: 30 },
    ],
    [
      'road',
      { ...head(A, 0.5, 0.5), lengthM: 1000, coveredM: 500, cannotTellM: 500 },
      { ...head(B, 0, 0), lengthM: 0, coveredM: 0, cannotTellM: 0 },
      { ...head('31', 0.5, 0.5), lengthM: 1000, coveredM: 500, cannotTellM: 500 },
    ],
    [
      'components',
      { ...head(A, 0.5, 0), components: 2, passed: 1, cannotTellComponents: 0 },
      { ...head(B, 0.5, 0.25), components: 8, passed: 4, cannotTellComponents: 2 },
      { ...head('31', 0.5, 0.2), components: 10, passed: 5, cannotTellComponents: 2 },
    ],
    [
      'visits',
      { ...head(A, 0.5, 0.5), asked: 6, made: 3 },
      { ...head(B, 1, 0), asked: 2, made: 2 },
      { ...head('31', 0.625, 0.375), asked: 8, made: 5 },
    ],
  ])('%s', (_, a, b, sum) => {
    expect(sumOfFigures('31', [a, b])).toEqual(sum)
  })

  test('no grid, no policy to speak of', () => {
    expect(() => sumOfFigures('31', [])).toThrow(/grid 31: no unit grid in it/)
  })
})

test('a line of a roll-up', () => {
  const tree = new GridTree(new UnitGrids([gridOf(A, square(0, 10)), gridOf(B, square(0, 10))]))
  const figures = (grid: string, covered: number): [string, AnyFigures] => [
    grid,
    {
      grid,
      policy,
      coverage: 0,
      cannotTell: 0,
      devices: [],
      insideCells: 10,
      coveredCells: covered,
      cannotTellCells: 1,
    },
  ]
  const byUnit = new Map([figures(A, 5), figures(B, 0)])
  expect(coverageOfGrid(tree.find('310101001001')!, byUnit)).toEqual({
    grid: '310101001001',
    level: 'community',
    coverage: 0.25,
    cannotTell: 0.1,
    of: 20,
  })
  expect(coverageOfGrid(tree.find(A)!, byUnit)).toMatchObject({ name: `grid ${A}`, level: 'unit', of: 10 })
})
