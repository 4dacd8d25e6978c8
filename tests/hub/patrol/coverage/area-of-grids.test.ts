import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areaCoverage } from '../../../../gateway/hub/patrol/coverage/area.ts'
import { surveyAreas } from '../../../../gateway/hub/patrol/coverage/area-of-grids.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'
import { anyGrid, anyRide, anyTrack, ofSeveral, rows } from './any-track.ts'
import { gridOf, rectangle } from './made-grid.ts'

const QUARTERS = [
  gridOf('310101001001001', rectangle(-150, -150, 0, 0)),
  gridOf('310101001001002', rectangle(0, -150, 150, 0)),
  gridOf('310101001002001', rectangle(-150, 0, 0, 150)),
  gridOf('310101001002002', rectangle(0, 0, 150, 150)),
]

test('each of many grids has the figures that it has alone, however the rows are parted', () => {
  const any = fc.oneof(anyTrack, anyRide)
  fc.assert(
    fc.property(anyGrid, any, any, fc.array(fc.integer({ min: 1, max: 40 })), (odd, one, two, lengths) => {
      const grids = [...QUARTERS, { ...odd, properties: { code: '310101001003001', name: 'odd' } }]
      const tracks = ofSeveral([one, two])
      const survey = surveyAreas(grids)
      for (const track of tracks)
        for (let row = 0, part = 0; row < track.count; part++) {
          const to = Math.min(row + (lengths[part % lengths.length] ?? 7), track.count)
          survey.add(rows(track, row, to))
          row = to
        }
      const whole = grids.map((grid) => areaCoverage(grid, tracks))
      expect(survey.result()).toEqual(whole.map(({ cells: _, ...figures }) => figures))
      expect(grids.map(({ properties }) => survey.cells(properties.code))).toEqual(
        whole.map(({ cells }) => cells),
      )
      const sum = (of: (figures: (typeof whole)[number]) => number) =>
        whole.reduce((total, figures) => total + of(figures), 0)
      expect(survey.tally()).toEqual({
        of: sum(({ insideCells }) => insideCells),
        covered: sum(({ coveredCells }) => coveredCells),
        cannotTell: sum(({ cannotTellCells }) => cannotTellCells),
      })
    }),
    { numRuns: 150 },
  )
})

test('rows out of order are refused also where no grid is near', () => {
  const survey = surveyAreas(QUARTERS)
  const far = (s: number) => trackOfFixes([{ timeMs: START_MS + s * 1000, ...at(9000, 0) }])
  survey.add(far(2))
  expect(() => survey.add(far(2))).toThrow(RangeError)
  expect(() => survey.cells('310101009009009')).toThrow(/grid 310101009009009: not of this survey/)
})
