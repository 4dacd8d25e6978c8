import { expect, test } from 'vitest'
import { Disagreement } from '../../../gateway/edge/receivers/disagreement.ts'

test.each([
  ['apart for less than half a minute', [[29, 150]], []],
  ['apart for half a minute', [[31, 150]], [30]],
  ['apart for five minutes is told once', [[300, 150]], [30]],
  [
    'together for a moment begins anew',
    [
      [20, 150],
      [1, 20],
      [29, 150],
    ],
    [],
  ],
  [
    'apart again after a moment together is the same story',
    [
      [60, 150],
      [5, 20],
      [60, 150],
    ],
    [30],
  ],
  [
    'apart again after half a minute together is told anew',
    [
      [60, 150],
      [31, 20],
      [60, 150],
    ],
    [30, 121],
  ],
  ['exactly as far as is allowed', [[300, 100]], []],
])('%s', (_, stretches, told) => {
  const disagreement = new Disagreement(100, 30_000)
  const seconds: number[] = []
  let second = 0
  for (const [lengthS, distanceM] of stretches as [number, number][])
    for (const end = second + lengthS; second < end; second++)
      if (disagreement.observe(distanceM, second * 1000)) seconds.push(second)
  expect(seconds).toEqual(told)
})
