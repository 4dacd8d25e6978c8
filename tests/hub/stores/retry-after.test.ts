import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RetryAfter } from '../../../gateway/hub/stores/retry-after.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 4, 2) })
})
afterEach(() => {
  vi.useRealTimers()
})

test.each<[string, string | undefined, number]>([
  ['seconds', '7', 7],
  ['a date', 'Sat, 02 May 2026 00:01:30 GMT', 90],
  ['a date that is over', 'Fri, 01 May 2026 00:00:00 GMT', 0],
  ['more than five minutes', '86400', 300],
  ['a date far away', 'Sun, 02 May 2027 00:00:00 GMT', 300],
  ['none', undefined, 0],
  ['nonsense', 'soon', 0],
  ['a negative number', '-5', 0],
])('%s', (_, header, seconds) => {
  const retryAfter = new RetryAfter()
  retryAfter.note(header)
  expect(retryAfter.secondsLeft()).toBe(seconds)
  vi.advanceTimersByTime(seconds * 1000)
  expect(retryAfter.secondsLeft()).toBe(0)
})
