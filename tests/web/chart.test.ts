import { describe, expect, test } from 'vitest'
import { scale, valueAxis } from '../../dashboards/web/src/cases/chart-scale.ts'

describe('the evidence chart', () => {
  test.each([
    [
      [2, 25, 15, 8],
      [0, 5, 10, 15, 20, 25, 30],
    ],
    [
      [0.02, 0.62, 0.1],
      [0, 0.2, 0.4, 0.6, 0.8],
    ],
    [
      [-12, 3],
      [-15, -10, -5, 0, 5],
    ],
    [
      [0, 0],
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2],
    ],
  ])('axis of %j', (values, ticks) => {
    const axis = valueAxis(values)
    expect(axis.ticks).toEqual(ticks)
    expect(axis.low).toBeLessThanOrEqual(Math.min(...values))
    expect(axis.high).toBeGreaterThanOrEqual(Math.max(...values))
  })

  test('a single moment stands in the middle', () => {
    expect(scale(5, 5, 0, 100)(5)).toBe(50)
    expect(scale(0, 10, 100, 0)(2.5)).toBe(75)
  })
})
