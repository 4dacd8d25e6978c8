import { describe, expect, test } from 'vitest'
import type { ReceiverNoise } from '../../../../device-sim/ebike/receiver.ts'
import type { ReceiverOptions } from '../../../../device-sim/ebike/receiver-options.ts'
import type { FindingKind } from '../../../../proto/patrol-http.ts'
import { reportOf, SHIFT_FROM_MS, type SimulatedShift, simulatedShift } from './simulated-shift.ts'

/** Patrols of the simulator through the decoder, without any filter: what the checks say of honest and of dishonest ones. */

const HOURS = 2
const SEEDS = [1, 2, 3, 4, 5]
const NOISE: Record<string, Partial<ReceiverNoise>> = {
  clean: { sigmaM: 1, canyonSigmaM: 2 },
  urban: {},
  canyon: { sigmaM: 12, canyonSigmaM: 40, multipathPerHour: 60 },
}

const rounded = ({ shift, fixes }: SimulatedShift): SimulatedShift => ({
  shift,
  fixes: fixes.map((fix) => ({
    ...fix,
    lat: Math.round(fix.lat * 1e5) / 1e5,
    lon: Math.round(fix.lon * 1e5) / 1e5,
  })),
})

describe('an honest patrol is believed', () => {
  describe.each(Object.keys(NOISE))('%s', (level) => {
    // One beat is ridden by two of them.
    const patrols = [...SEEDS, 7].map((seed) =>
      simulatedShift(`ebike-${seed}`, seed, HOURS, { noise: NOISE[level]! }),
    )
    test.each(SEEDS)('seed %d', (seed) => {
      for (const patrol of [patrols[seed - 1]!, rounded(patrols[seed - 1]!)]) {
        const { integrity, findings } = reportOf(patrol, patrols)
        expect(integrity.score).toBeGreaterThanOrEqual(90)
        const kinds = findings.map(({ kind }) => kind)
        for (const kind of ['position-copied', 'position-frozen', 'impossible-jump', 'out-of-area'] as const)
          expect(kinds).not.toContain(kind)
      }
    })
  })

  test('figures are those of a patrol', () => {
    const report = reportOf(simulatedShift('ebike-1', 1, HOURS))
    expect(report.attendance).toBeGreaterThan(0.9)
    expect(report.inArea).toBeGreaterThan(0.95)
    expect(report.effectiveM).toBeGreaterThan(0.95 * report.distanceM)
    expect(report.distanceM).toBeLessThan(HOURS * 3600 * 6)
    expect(report.movingS).toBeLessThan(report.onDutyS)
    expect(report.stops).toBeGreaterThan(0)
  })
})

describe('a receiver that tells of another ride', () => {
  const half = { fromS: 3000, toS: 4800 }
  test.each<[string, Partial<ReceiverOptions>, FindingKind]>([
    ['frozen', { freezes: [half] }, 'position-frozen'],
    ['a copy of half an hour before', { copies: [{ ...half, lagS: 1800 }] }, 'position-copied'],
    ['moved 3 km aside: the jump', { spoofs: [{ ...half, eastM: 3000, northM: 0 }] }, 'impossible-jump'],
    ['moved 3 km aside: the place', { spoofs: [{ ...half, eastM: 3000, northM: 0 }] }, 'out-of-area'],
    ['without power', { powerCuts: [half] }, 'gap-too-long'],
  ])('%s', (_, receiver, kind) => {
    for (const seed of SEEDS) {
      const { findings, integrity } = reportOf(simulatedShift('ebike-1', seed, HOURS, { receiver }))
      const found = findings.filter((finding) => finding.kind === kind)
      expect(found.length).toBeGreaterThanOrEqual(1)
      expect(integrity.score).toBeLessThan(100)
      const [first] = found
      const fromS = (Date.parse(first!.from) - SHIFT_FROM_MS) / 1000
      expect(fromS).toBeGreaterThan(half.fromS - 60)
      expect(fromS).toBeLessThan(half.toS)
    }
  })

  test("one who sends the fixes of another e-bike as one's own", () => {
    const honest = simulatedShift('ebike-1', 1, HOURS)
    const copy = { fixes: honest.fixes, shift: { ...honest.shift, id: 'ebike-9', device: 'ebike-9' } }
    const { findings, integrity } = reportOf(copy, [honest])
    expect(findings.map(({ kind }) => kind)).toEqual(['position-copied'])
    expect(findings[0]!.evidence.original).toBe('ebike-1')
    expect(integrity.score).toBe(0)
  })

  test('two devices under one id', () => {
    const [one, other] = [simulatedShift('ebike-1', 1, HOURS), simulatedShift('ebike-2', 2, HOURS)]
    const fixes = [...one.fixes, ...other.fixes.map((fix) => ({ ...fix, timeMs: fix.timeMs + 500 }))].sort(
      (a, b) => a.timeMs - b.timeMs,
    )
    const { findings } = reportOf({ shift: one.shift, fixes })
    const jumps = findings.filter(({ kind }) => kind === 'impossible-jump')
    expect(jumps.length).toBeGreaterThanOrEqual(1)
    expect(jumps.length).toBeLessThan(10)
    expect(jumps.some(({ evidence }) => evidence.places === 2)).toBe(true)
  })
})

test('one inspector with the devices of two is no copy: the receivers differ', () => {
  const one = simulatedShift('ebike-1', 1, HOURS)
  const other = simulatedShift('ebike-2', 1, HOURS, { rideOf: 'ebike-1' })
  expect(reportOf(other, [one]).findings.map(({ kind }) => kind)).not.toContain('position-copied')
})
