import { expect, onTestFinished, test } from 'vitest'
import { GridFinder } from '../../../gateway/hub/ledger/grid-finder.ts'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { testFolder } from '../../test-folder.ts'

const square = (west: number, south: number, size: number) => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
]
const grid = (code: string, geometry: object) => ({
  type: 'Feature',
  geometry,
  properties: { code, name: code },
})
const grids = (...features: object[]) => ({ type: 'FeatureCollection', features })

test('the grid around a place: not in its holes, in any of its parts, none outside, by the newest shapes', () => {
  const registers = openRegisters(testFolder())
  onTestFinished(() => registers.close())
  const finder = new GridFinder(registers.grids)
  const at = (lon: number, lat: number) => finder.codeAt({ lon, lat })
  expect(at(121.5, 31.5)).toBeUndefined()
  registers.import(
    'grids',
    grids(
      grid('310101001001001', {
        type: 'Polygon',
        coordinates: [square(121, 31, 1), square(121.4, 31.4, 0.2)],
      }),
      grid('310101001001002', {
        type: 'MultiPolygon',
        coordinates: [[square(122.5, 31, 0.1)], [square(122.9, 31, 0.1)]],
      }),
    ),
  )
  expect(at(121.1, 31.1)).toBe('310101001001001')
  expect(at(121.5, 31.5)).toBeUndefined()
  expect(at(122.95, 31.05)).toBe('310101001001002')
  expect(at(122.7, 31.05)).toBeUndefined()
  expect(at(-120, -31)).toBeUndefined()
  registers.import(
    'grids',
    grids(grid('310101001001001', { type: 'Polygon', coordinates: [square(121, 31, 1)] })),
  )
  expect(at(121.5, 31.5)).toBe('310101001001001')
})
