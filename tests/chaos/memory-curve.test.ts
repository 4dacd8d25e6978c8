import { expect, test } from 'vitest'
import { Random } from '../../device-sim/random.ts'
import { memoryVerdict, slope } from './memory-curve.ts'

test.each([
  ['none', [], 0],
  ['one', [[1, 5]], 0],
  [
    'a line',
    [
      [0, 1],
      [1, 3],
      [2, 5],
    ],
    2,
  ],
  [
    'two at one moment',
    [
      [0, 1],
      [0, 9],
      [1, 5],
    ],
    0,
  ],
] as [string, [number, number][], number][])('slope of %s', (_name, points, expected) => {
  expect(slope(points)).toBe(expected)
})

test('outliers do not bend the slope, which a least-squares line would follow', () => {
  const random = new Random(1, 'memory')
  const points = Array.from({ length: 200 }, (_, i): [number, number] => {
    return [i, 100 + 0.1 * i + random.gauss() + (i > 150 && i % 5 === 0 ? 400 : 0)]
  })
  expect(slope(points)).toBeGreaterThan(0.07)
  expect(slope(points)).toBeLessThan(0.15)
})

test('the verdict looks at the last life alone, and at its second half under load', () => {
  const sample = (atS: number, life: number, rssMB: number, heapMB: number) => {
    return { atS, life, rssBytes: rssMB * 1e6, heapUsedBytes: heapMB * 1e6, externalBytes: 0 }
  }
  const samples = [
    ...Array.from({ length: 50 }, (_, i) => sample(i, 1, 500 + i * 10, 300)),
    // Warms up by 100 MB, then gains 3 MB a minute; garbage collection every ten seconds.
    ...Array.from({ length: 550 }, (_, i) =>
      sample(50 + i, 2, 200 + Math.min(i, 100) + (i / 60) * 3, 40 + (i % 10) + i / 60),
    ),
  ]
  const verdict = memoryVerdict(samples, 580)
  expect(verdict).toMatchObject({ peakRssMB: 990, overS: 265 })
  expect(verdict.rssSlopeMBAMinute).toBeCloseTo(3, 1)
  expect(verdict.heapAfterWarmUpMB).toBeCloseTo(40.5, 0)
  expect(verdict.heapAtEndMB).toBeCloseTo(48.3, 0)
})

test('a hub that was never heard of is no flat curve', () => {
  expect(() => memoryVerdict([], 10)).toThrow(/never asked/)
})
