import { expect, test } from 'vitest'
import { EvidenceWindow } from '../../../gateway/edge/faults/evidence-window.ts'

const T0 = Date.UTC(2026, 4, 1)
const at = (s: number, steppedMs = 0) =>
  [
    { timeMs: T0 + s * 1000 + steppedMs, value: s },
    { atMs: s * 1000, wallOffsetMs: T0 + steppedMs },
  ] as const

test('the last half minute, a sample every half second, and the one that decided', () => {
  const window = new EvidenceWindow(0)
  for (let i = 0; i <= 1000; i++) window.add(...at(i / 10))
  const samples = window.upTo(...at(100.1))
  expect(samples.length).toBe(60)
  expect(samples.at(-1)).toEqual({ timeMs: T0 + 100_100, value: 100.1 })
  expect(samples[0]!.value).toBeCloseTo(71, 1)
})

test('a long hold is covered by as many samples, further apart', () => {
  const window = new EvidenceWindow(600_000)
  for (let s = 0; s <= 3600; s++) window.add(...at(s))
  const samples = window.upTo(...at(3601))
  expect(samples.length).toBe(60)
  expect(3601 - samples[0]!.value).toBeGreaterThan(570)
})

test.each([[-3_600_000], [3_600_000], [-86_400_000 * 365 * 40]])(
  'a clock that is set by %i ms moves the samples along: none is lost, the order stays',
  (steppedMs) => {
    const window = new EvidenceWindow(0)
    for (let s = 0; s < 10; s++) window.add(...at(s))
    for (let s = 10; s < 20; s++) window.add(...at(s, steppedMs))
    const samples = window.upTo(...at(20, steppedMs))
    expect(samples).toEqual(
      Array.from({ length: 21 }, (_, s) => ({ timeMs: T0 + s * 1000 + steppedMs, value: s })),
    )
  },
)
