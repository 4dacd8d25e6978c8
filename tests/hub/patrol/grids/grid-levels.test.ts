import { describe, expect, test } from 'vitest'
import { GridTree } from '../../../../gateway/hub/patrol/grids/grid-levels.ts'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import { gridOf, square } from '../coverage/made-grid.ts'

const unit = (code: string, names: Partial<GridFeature['properties']> = {}): GridFeature => {
  const grid = gridOf(code, square(0, 10))
  return { ...grid, properties: { ...grid.properties, ...names } }
}

const treeOf = (units: GridFeature[], ...digits: [ConstructorParameters<typeof GridTree>[1]?]): GridTree =>
  new GridTree(new UnitGrids(units), ...digits)

describe('a district of two streets', () => {
  const tree = treeOf([
    unit('310101013001001', { district: '滨河区', street: '复兴街道', community: '新华路社区' }),
    unit('310101002001002', { district: '滨河区', street: '中山街道', community: '人民路社区' }),
    unit('310101002001001', { district: '滨河区', street: '中山街道', community: '人民路社区' }),
    unit('310101002002001', { district: '滨河区', street: '中山街道' }),
  ])
  const shown = (code: string) => {
    const grid = tree.find(code)
    if (!grid) return undefined
    const { units, ...head } = grid
    return { ...head, units: units.length, children: tree.children(grid).map((child) => child.code) }
  }

  test.each<[string, ReturnType<typeof shown>]>([
    [
      '310101',
      {
        code: '310101',
        level: 'district',
        name: '滨河区',
        units: 4,
        children: ['310101002', '310101013'],
      },
    ],
    [
      '310101002',
      {
        code: '310101002',
        level: 'street',
        name: '中山街道',
        units: 3,
        children: ['310101002001', '310101002002'],
      },
    ],
    [
      '310101002001',
      {
        code: '310101002001',
        level: 'community',
        name: '人民路社区',
        units: 2,
        children: ['310101002001001', '310101002001002'],
      },
    ],
    ['310101002002', { code: '310101002002', level: 'community', units: 1, children: ['310101002002001'] }],
    [
      '310101002001001',
      { code: '310101002001001', level: 'unit', name: 'grid 310101002001001', units: 1, children: [] },
    ],
    // Cut in the middle of a level: what begins so, and the whole level below.
    ['31', { code: '31', level: 'district', name: '滨河区', units: 4, children: ['310101'] }],
    ['3101010', { code: '3101010', level: 'street', units: 4, children: ['310101002', '310101013'] }],
    [
      '3101010020010',
      {
        code: '3101010020010',
        level: 'community',
        name: '人民路社区',
        units: 2,
        children: ['310101002001001', '310101002001002'],
      },
    ],
    ['310101003', undefined],
    ['3101010020010011', undefined],
  ])('%s', (code, expected) => {
    expect(shown(code)).toEqual(expected)
  })

  test('the root is the least level that holds all', () => {
    expect(tree.root()?.code).toBe('310101')
  })
})

test.each<[string[], string | undefined]>([
  [[], undefined],
  [['310101002001001'], '310101002001001'],
  [['310101002001001', '310101002001002'], '310101002001'],
  [['310101002001001', '310101002012002'], '310101002'],
  [['310101002001001', '310104002001002'], '31010'],
  [['310101002001001', '440101002001002'], ''],
])('the root of %j is %s', (codes, root) => {
  expect(treeOf(codes.map((code) => unit(code))).root()?.code).toBe(root)
})

test('a city with other lengths of code', () => {
  const tree = treeOf([unit('31010100101'), unit('31010100102'), unit('310101')], {
    district: 4,
    street: 6,
    community: 9,
  })
  expect(tree.find('310101')).toMatchObject({ level: 'unit' })
  expect(tree.find('310101001')).toMatchObject({ level: 'community' })
  expect(tree.children(tree.find('3101')!).map(({ code, level }) => [code, level])).toEqual([
    ['310101', 'unit'],
  ])
})
