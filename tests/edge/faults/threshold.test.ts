import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Threshold } from '../../../gateway/edge/faults/threshold.ts'

const TILT = { raise: 15, clear: 8, holdMs: 5000 }
const CURRENT = { raise: 0.1, clear: 0.2, holdMs: 10_000 }

/** Verdicts with the second at which they came. */
function run(rule: typeof TILT, values: number[], everyMs = 1000, raised = false): string[] {
  const threshold = new Threshold(rule, raised)
  return values.flatMap((value, i) => {
    const verdict = threshold.observe(value, i * everyMs)
    return verdict ? [`${verdict}@${(i * everyMs) / 1000}`] : []
  })
}

describe('a value too high', () => {
  test.each([
    ['held for the hold time raises once', [0, 20, 20, 20, 20, 20, 20, 20, 20], ['raised@6']],
    ['a truck of two seconds raises nothing', [0, 40, 40, 0, 0, 0, 0, 0, 0], []],
    ['between the thresholds a raised fault stands', [20, 20, 20, 20, 20, 20, 12, 9, 20, 9], ['raised@5']],
    ['at the clear threshold it clears at once', [20, 20, 20, 20, 20, 20, 8, 20], ['raised@5', 'cleared@6']],
    [
      'it can be raised again after clearing',
      [...Array(6).fill(20), 0, ...Array(6).fill(20)],
      ['raised@5', 'cleared@6', 'raised@12'],
    ],
    ['a dip below raise starts the hold anew', [20, 20, 20, 14, 20, 20, 20, 20, 20, 20], ['raised@9']],
  ])('%s', (_, values, verdicts) => expect(run(TILT, values)).toEqual(verdicts))
})

test('a value too low is judged the other way round', () => {
  expect(run(CURRENT, [0.6, 0, 0.15, ...Array(11).fill(0.02), 0.15, 0.6])).toEqual([
    'raised@13',
    'cleared@15',
  ])
})

test('a fault raised before a restart is not raised again, and its end is told', () => {
  expect(run(TILT, [20, 20, 20, 20, 20, 20, 20, 3], 1000, true)).toEqual(['cleared@7'])
})

test('what was not held is counted', () => {
  const threshold = new Threshold(TILT, false)
  for (const [i, value] of [0, 20, 0, 20, 0].entries()) threshold.observe(value, i * 1000)
  expect(threshold.takeSuppressed()).toBe(2)
  expect(threshold.takeSuppressed()).toBe(0)
})

test('verdicts alternate, and nothing is raised that was not beyond the threshold for the whole hold time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }), (values) => {
      const threshold = new Threshold(TILT, false)
      let last = 'cleared'
      values.forEach((value, i) => {
        const verdict = threshold.observe(value, i * 1000)
        if (!verdict) return
        expect(verdict).not.toBe(last)
        last = verdict
        if (verdict === 'raised')
          expect(values.slice(i - 5, i + 1).every((held) => held >= TILT.raise)).toBe(true)
        else expect(value).toBeLessThanOrEqual(TILT.clear)
      })
    }),
  )
})
