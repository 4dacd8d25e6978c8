import { describe, expect, test } from 'vitest'
import { boundsOf, gridNamePoints } from '../../dashboards/web/src/map/bounds.ts'

describe('bounds and names', () => {
  test('of mixed geometries; altitudes are ignored', () => {
    const features = [
      { geometry: { coordinates: [121, 31, 99] } },
      {
        geometry: {
          coordinates: [
            [
              [120, 30],
              [122, 33],
            ],
          ],
        },
      },
    ]
    expect(boundsOf(features)).toEqual([120, 30, 122, 33])
    expect(boundsOf([])).toBeUndefined()
  })

  test('a name stands at the centre of area of the largest part, its parts on lines of their own', () => {
    const square = (west: number, south: number, size: number) =>
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ].map(([x, y]): [number, number] => [west + x! * size, south + y! * size])
    const [point] = gridNamePoints([
      {
        type: 'Feature',
        geometry: { type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(10, 20, 2)]] },
        properties: { code: '310101002001001', name: '第01网格 · 人民路社区' },
      },
    ]).features
    expect(point?.geometry.coordinates[0]).toBeCloseTo(11, 9)
    expect(point?.geometry.coordinates[1]).toBeCloseTo(21, 9)
    expect(point?.properties.name).toBe('第01网格\n人民路社区')
  })
})
