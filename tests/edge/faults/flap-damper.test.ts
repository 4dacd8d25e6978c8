import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FlapDamper } from '../../../gateway/edge/faults/flap-damper.ts'

const RULE = { flapEpisodes: 3, flapWithinMs: 600_000, flapClearHoldMs: 60_000 }

test('the first two episodes clear at once, the third is held for a minute, then two, then four', () => {
  const damper = new FlapDamper(RULE)
  const holds: number[] = []
  for (let i = 0; i < 5; i++) {
    const atMs = i * 20_000
    damper.raised(atMs)
    let holdMs = 0
    if (!damper.cleared(atMs + 1000)) {
      holdMs = 1000
      while (!damper.due(atMs + 1000 + holdMs)) holdMs += 1000
    }
    holds.push(holdMs / 1000)
  }
  expect(holds).toEqual([0, 0, 60, 120, 240])
  expect(damper.count(81_000)).toBe(5)
})

test('raised again while the clearing is held, it is the same case', () => {
  const damper = new FlapDamper({ ...RULE, flapEpisodes: 2 })
  expect(damper.raised(0)).toBe(false)
  expect(damper.cleared(1000)).toBe(true)
  expect(damper.raised(2000)).toBe(false)
  expect(damper.cleared(3000)).toBe(false)
  expect(damper.raised(4000)).toBe(true)
  expect(damper.due(1e9)).toBe(false)
})

test('what was long ago counts for nothing', () => {
  const damper = new FlapDamper(RULE)
  for (let i = 0; i < 20; i++) {
    expect(damper.raised(i * 301_000)).toBe(false)
    expect(damper.cleared(i * 301_000 + 1000)).toBe(true)
  }
})

test('no clearing is held longer than ten minutes, and none is forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1000, max: 120_000 }), { minLength: 1, maxLength: 40 }),
      (gapsMs) => {
        const damper = new FlapDamper(RULE)
        let atMs = 0
        for (const gapMs of gapsMs) {
          damper.raised(atMs)
          const clearedAtMs = atMs + 500
          if (!damper.cleared(clearedAtMs) && damper.due(clearedAtMs + gapMs))
            expect(gapMs).toBeGreaterThanOrEqual(60_000)
          atMs += 500 + gapMs
        }
        damper.raised(atMs)
        if (!damper.cleared(atMs + 500)) expect(damper.due(atMs + 500 + 600_000)).toBe(true)
      },
    ),
  )
})
