import { describe, expect, test } from 'vitest'
import { ALLOWANCE_LIMITS, Allowance, Allowances } from '../../../gateway/hub/broker/allowance.ts'

const LIMITS = { messagesPerS: 100, bytesPerS: 10_000, burstMs: 1000, alarmAfterMs: 60_000 }

/** How many messages of this size pass from `fromMs` to `toMs`, sent as fast as they are let. */
function passed(allowance: Allowance, bytes: number, fromMs: number, toMs: number): number {
  let count = 0
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += Math.max(allowance.waitMs(nowMs), 0.001)) {
    if (allowance.waitMs(nowMs) > 0) continue
    allowance.use(1, bytes, nowMs)
    count++
  }
  return count
}

test.each([
  ['small messages by their number', 10, 100 + 10 * 100],
  ['large ones by their bytes', 1000, 10 + 10 * 10],
])('%s: the burst, then the rate', (_name, bytes, expected) => {
  const count = passed(new Allowance(LIMITS), bytes, 5000, 15_000)
  expect(Math.abs(count - expected)).toBeLessThanOrEqual(2)
})

test('a week offline drains at 100 records a second without ever being held', () => {
  const allowance = new Allowance(ALLOWANCE_LIMITS)
  const weekRecords = (7 * 86_400) / 30
  for (let i = 0; i < weekRecords; i++) {
    expect(allowance.waitMs(i * 10)).toBe(0)
    allowance.use(1, 400, i * 10)
  }
  expect(allowance.heldMs(weekRecords * 10)).toBe(0)
})

describe('the alarm', () => {
  test('names a gateway that is held back for long, until it has been quiet', () => {
    const allowances = new Allowances(LIMITS)
    const heavy = allowances.of('ebike-07', 0)
    passed(heavy, 10, 0, 59_000)
    expect(allowances.alarms(59_000)).toEqual([])
    passed(heavy, 10, 59_000, 125_000)
    expect(allowances.alarms(125_000)).toEqual([
      'ebike-07 has sent more than 100 messages or 10 KiB a second for 2 min: it is read no faster, look at what it sends',
    ])
    expect(allowances.alarms(126_000)).toEqual([])
  })

  test('is not for one that just sent much at once', () => {
    const allowances = new Allowances(LIMITS)
    passed(allowances.of('ebike-07', 0), 10, 0, 2000)
    passed(allowances.of('ebike-07', 0), 10, 70_000, 72_000)
    expect(allowances.alarms(72_000)).toEqual([])
  })
})

test('another connection of the same gateway brings no new allowance', () => {
  const allowances = new Allowances(LIMITS)
  allowances.of('ebike-07', 0).use(500, 0, 0)
  expect(allowances.of('ebike-07', 10).waitMs(10)).toBeGreaterThan(0)
  expect(allowances.of('ebike-08', 10).waitMs(10)).toBe(0)
})

test('ids of the past do not gather', () => {
  const allowances = new Allowances(LIMITS)
  allowances.of('ebike-held', 0).use(1_000_000, 0, 0)
  for (let i = 0; i < 50_000; i++) allowances.of(`ebike-${i}`, i).use(1, 10, i)
  expect(allowances.size).toBeLessThanOrEqual(20_000)
  expect(allowances.of('ebike-held', 50_000).waitMs(50_000)).toBeGreaterThan(0)
})
