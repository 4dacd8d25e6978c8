import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GapRule } from '../../../../gateway/hub/patrol/tracks/gap-rule.ts'
import { START_MS } from '../made-track.ts'

const intervals = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(1000) },
    { weight: 3, arbitrary: fc.integer({ min: 900, max: 5000 }) },
    { weight: 2, arbitrary: fc.constant(30_000) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 900_000 }) },
  ),
  { maxLength: 80 },
)
const timesOf = (steps: number[]): number[] => {
  let timeMs = START_MS
  return [timeMs, ...steps.map((step) => (timeMs += step))]
}
const verdicts = (times: number[]): boolean[] => {
  const rule = new GapRule()
  return times.map((timeMs) => rule.isGapBefore(timeMs))
}

test('a gap is longer than 10 s and than five times the median of the last fifteen intervals', () => {
  fc.assert(
    fc.property(intervals, (steps) => {
      const expected = steps.map((step, i) => {
        const before = steps.slice(Math.max(0, i - 15), i).toSorted((a, b) => a - b)
        const limitMs = before.length < 3 ? 10_000 : Math.max(10_000, 5 * before[before.length >> 1]!)
        return step > limitMs
      })
      expect(verdicts(timesOf(steps))).toEqual([false, ...expected])
    }),
  )
})

test('what is said of a fix does not depend on later ones', () => {
  fc.assert(
    fc.property(intervals, fc.nat(80), (steps, cut) => {
      const times = timesOf(steps)
      expect(verdicts(times.slice(0, cut))).toEqual(verdicts(times).slice(0, cut))
    }),
  )
})
