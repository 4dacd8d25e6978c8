import { expect, test } from 'vitest'
import { LatencyTally } from '../../../device-sim/load/latency-tally.ts'

test('percentiles are those of the sorted list, too high by 2 % at most', () => {
  const tally = new LatencyTally()
  const times = Array.from({ length: 10_000 }, (_, i) => 1 + ((i * 7919) % 10_000))
  for (const ms of times) tally.add(ms)
  const sorted = times.toSorted((a, b) => a - b)
  const { count, p50Ms, p95Ms, p99Ms, maxMs } = tally.latencies()
  expect(count).toBe(10_000)
  expect(maxMs).toBe(10_000)
  for (const [told, exact] of [
    [p50Ms!, sorted[4999]!],
    [p95Ms!, sorted[9499]!],
    [p99Ms!, sorted[9899]!],
  ] as const) {
    expect(told).toBeGreaterThanOrEqual(exact - 0.1)
    expect(told).toBeLessThanOrEqual(exact * 1.02 + 0.1)
  }
})

test.each([
  [0, 0],
  [0.004, 0],
  [3, 3],
  [1e12, 1e12],
])('a single time of %d ms', (ms, told) => {
  const tally = new LatencyTally()
  tally.add(ms)
  expect(tally.latencies()).toMatchObject({ count: 1, maxMs: told })
  expect(tally.latencies().p50Ms).toBeLessThanOrEqual(told)
})

test('nothing counted has no percentiles', () => {
  const tally = new LatencyTally()
  tally.add(5)
  tally.clear()
  expect(tally.latencies()).toEqual({ count: 0 })
})
