import { expect, test } from 'vitest'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
import { at } from '../made-track.ts'
import { BEAT, square } from '../shifts/made-shift.ts'

const EAST = square('310101001001002', 1000, 0, 1000)
const NORTH = square('310101002001001', 0, 1000, 1000)
const unitGrids = () => new UnitGrids([NORTH, BEAT, EAST])

test('codes stand for all unit grids that begin so', () => {
  const codes = (...begin: string[]) =>
    unitGrids()
      .units(begin)
      .map(({ properties }) => properties.code)
  expect(codes('310101001')).toEqual(['310101001001001', '310101001001002'])
  expect(codes('310101002001001', '310101001001001')).toEqual(['310101001001001', '310101002001001'])
  expect(codes('3101010010010011')).toEqual([])
  expect(unitGrids().grid('310101001001002')).toBe(EAST)
  expect(unitGrids().grid('310101001')).toBeUndefined()
})

test('what no unit grid begins with is not known, but where there are none nothing is', () => {
  const codes = ['31', '310102', '310101001001003']
  expect(unitGrids().unknown(codes)).toEqual(['310102', '310101001001003'])
  expect(new UnitGrids([]).unknown(codes)).toEqual([])
})

test('the area of codes is that of their grids, and made once', () => {
  const grids = unitGrids()
  expect(grids.area(['310102'])).toBeUndefined()
  const { lat, lon } = at(1500, 500)
  expect(grids.area(['310101001'])!.contains(lat, lon)).toBe(true)
  expect(grids.area(['310101002', '310101001001001'])!.contains(lat, lon)).toBe(false)
  expect(grids.area(['310101001'])).toBe(grids.area(['310101001']))
})

test('of grids that overlap at a place, the first by its code', () => {
  const inner = square('310101001001000', 400, 400, 100)
  const grids = new UnitGrids([BEAT, inner, EAST])
  const codeAt = (eastM: number, northM: number): string | undefined => {
    const { lat, lon } = at(eastM, northM)
    return grids.at(lat, lon)?.properties.code
  }
  expect(codeAt(450, 450)).toBe('310101001001000')
  expect(codeAt(350, 450)).toBe('310101001001001')
  expect(codeAt(1500, 450)).toBe('310101001001002')
  expect(codeAt(-1, 450)).toBeUndefined()
})
