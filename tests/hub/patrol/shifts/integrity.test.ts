import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integrityOf } from '../../../../gateway/hub/patrol/shifts/integrity.ts'
import { loadShiftChecks } from '../../../../proto/catalogue/shift-checks.ts'
import type { FindingKind } from '../../../../proto/patrol-http.ts'
import { testFolder } from '../../../test-folder.ts'
import { START_MS } from '../made-track.ts'
import { SETTINGS } from './made-shift.ts'

const finding = (kind: FindingKind, minutes: number) => ({
  kind,
  from: new Date(START_MS).toISOString(),
  to: new Date(START_MS + minutes * 60_000).toISOString(),
})

test.each<[string, ReturnType<typeof finding>[], number]>([
  ['nothing found', [], 100],
  ['out of the beat for 20 minutes: 3 + 6', [finding('out-of-area', 20)], 91],
  ['out for two hours: capped', [finding('out-of-area', 120)], 75],
  ['late and early by 15 minutes: 2 × (2 + 3)', [finding('late-start', 15), finding('early-end', 15)], 90],
  ['a copied hour', [finding('position-copied', 60)], 0],
  ['absent', [finding('absent', 480)], 0],
  ['more than there is', [finding('absent', 480), finding('position-frozen', 480)], 0],
])('%s', (_, findings, score) => {
  expect(integrityOf(findings, SETTINGS).score).toBe(score)
})

test('reasons come with what they took, the most first', () => {
  const { reasons, policy } = integrityOf([finding('late-start', 15), finding('out-of-area', 120)], SETTINGS)
  expect(reasons).toEqual([
    {
      kind: 'out-of-area',
      points: 25,
      text: {
        zh: '越界1次，扣25分（上限）',
        en: 'out of area, 1 finding: 25 points off (the most it can take)',
      },
    },
    {
      kind: 'late-start',
      points: 5,
      text: { zh: '迟到1次，扣5分', en: 'late start, 1 finding: 5 points off' },
    },
  ])
  expect(policy).toMatchObject({ id: 'integrity', version: 1 })
  expect(policy.text).toContain('out of area 3 + 0.3/min ≤ 25')
  expect(policy.textZh).toContain('越界 3＋0.3/分钟，上限25')
})

test("a city's own file replaces the shipped one, and its mistakes have lines", () => {
  const dir = testFolder()
  expect(loadShiftChecks(dir)).toEqual(loadShiftChecks())
  writeFileSync(join(dir, 'shift-checks.yaml'), 'version: 1\nspeeding:\n  limitKmh: -5\n  colour: red\n')
  expect(() => loadShiftChecks(dir)).toThrow(/shift-checks\.yaml:3: speeding\.limitKmh: /)
  expect(() => loadShiftChecks(dir)).toThrow(/shift-checks\.yaml:4: speeding\.colour: unknown key/)
})
