import { expect, test } from 'vitest'
import { FAULTS, faultCounts, faultsOf, faultText, type Target } from './schedule.ts'

const TARGETS: Target[] = [
  { name: 'hub', faults: ['killed'], betweenS: [10, 20], untilS: 150 },
  { name: 'link 1', faults: ['cut', 'dumb', 'refused', 'slow'], betweenS: [5, 10], untilS: 300 },
  { name: 'link 2', faults: ['cut', 'dumb', 'refused', 'slow'], betweenS: [5, 10], untilS: 300 },
]

test('the same seed gives the same faults, another seed others', () => {
  expect(faultsOf(3, TARGETS)).toEqual(faultsOf(3, TARGETS))
  expect(faultsOf(4, TARGETS)).not.toEqual(faultsOf(3, TARGETS))
})

test('faults of one target follow each other and end in time; a target more changes nothing for the others', () => {
  const faults = faultsOf(1, TARGETS)
  expect(faults.map(({ atS }) => atS)).toEqual(faults.map(({ atS }) => atS).toSorted((a, b) => a - b))
  for (const { name, betweenS, untilS, faults: kinds } of TARGETS) {
    const own = faults.filter(({ target }) => target === name)
    expect(own.length).toBeGreaterThan(4)
    for (const [i, { atS, forS, fault }] of own.entries()) {
      expect(kinds).toContain(fault)
      expect(forS).toBeLessThanOrEqual(FAULTS[fault][1])
      expect(atS + forS).toBeLessThanOrEqual(untilS + 0.2)
      const before = own[i - 1]
      if (before) expect(atS - before.atS - before.forS).toBeGreaterThan(betweenS[0] - 0.2)
    }
  }
  expect(faultsOf(1, TARGETS.slice(0, 2))).toEqual(faults.filter(({ target }) => target !== 'link 2'))
})

test('faults in words, and counted', () => {
  const faults = [
    { atS: 12.3, forS: 2.1, target: 'hub', fault: 'killed' as const },
    { atS: 13, forS: 0, target: 'link 1', fault: 'cut' as const },
    { atS: 14, forS: 0, target: 'link 2', fault: 'cut' as const },
  ]
  expect(faults.map(faultText)).toEqual([
    '12.3 s: hub killed for 2.1 s',
    '13 s: link 1 cut',
    '14 s: link 2 cut',
  ])
  expect(faultCounts(faults)).toEqual({ 'hub killed': 1, 'link cut': 2 })
})
