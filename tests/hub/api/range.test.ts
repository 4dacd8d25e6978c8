import { describe, expect, test } from 'vitest'
import { HttpProblem } from '../../../gateway/hub/api/errors.ts'
import { timeRange } from '../../../gateway/hub/api/range.ts'
import { T0 } from '../gateway-messages.ts'

const DAY_MS = 86_400_000

test.each([
  [
    { from: T0, to: T0 + 1 },
    { fromMs: T0, toMs: T0 + 1 },
  ],
  [{ to: T0 }, { fromMs: T0 - DAY_MS, toMs: T0 }],
  [
    { from: T0, to: T0 + 31 * DAY_MS },
    { fromMs: T0, toMs: T0 + 31 * DAY_MS },
  ],
])('%j', (query, expected) => expect(timeRange(query)).toEqual(expected))

test('without bounds it is the last 24 hours', () => {
  const { fromMs, toMs } = timeRange({})
  expect(toMs - fromMs).toBe(DAY_MS)
  expect(Math.abs(Date.now() - toMs)).toBeLessThan(60_000)
})

describe('refused', () => {
  test.each([
    ['empty', { from: T0, to: T0 }, /is not before/],
    ['backwards', { from: T0 + 1, to: T0 }, /is not before/],
    ['too long', { from: T0, to: T0 + 31 * DAY_MS + 1 }, /31\.0 days, at most 31/],
    ['beyond all dates', { from: -1e17, to: T0 }, /outside of what a date can hold/],
  ])('%s', (_name, query, message) => {
    expect(() => timeRange(query)).toThrow(HttpProblem)
    expect(() => timeRange(query)).toThrow(message)
  })
})
