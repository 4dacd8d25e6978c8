import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { whyNoHuangpu } from '../streets/huangpu.ts'
import { TRUTH_NOISES, type TruthNoise, truthRide } from '../streets/truth-rides.ts'
import { type JudgedPatrol, judgePatrol, METHODS, type Rule, SEEDS } from './coverage-errors.ts'
import { patrolRow } from './error-tables.ts'
import { ERRORS_PAGE, rowsOfPage } from './errors-page.ts'
import { judgeComponents, judgeRoad, matchingThatSays, patrolOf } from './judge-policies.ts'
import { errorsOf } from './outcome.ts'
import { truthGround } from './truth-ground.ts'

/** One of the patrols of the tables, under every sky. */
const SEED = SEEDS[0]!
const judged = new Map<TruthNoise, JudgedPatrol>()
const patrolUnder = (noise: TruthNoise): JudgedPatrol => {
  const patrol = judged.get(noise) ?? judgePatrol(SEED, noise, false)
  judged.set(noise, patrol)
  return patrol
}
const isHuangpu = whyNoHuangpu() === undefined
/** Of a percentage point: the last digit may be rounded otherwise. */
const TOLERANCE = 0.101
const LONG_MS = 120_000

describe.each(TRUTH_NOISES)('%s', (noise) => {
  test.skipIf(!isHuangpu)(
    'the page has what comes out now',
    () => {
      const cells = patrolRow(patrolUnder(noise))
      const row = rowsOfPage(readFileSync(ERRORS_PAGE, 'utf8'), 'patrols').find(
        ([seed, sky]) => seed === String(SEED) && sky === noise,
      )
      const numbers = (texts: string[]) =>
        texts.flatMap((text) => (text.match(/[-+]?\d+\.?\d*/g) ?? []).map(Number))
      const [now, then] = [numbers(cells), numbers(row ?? [])]
      const again = 'make it anew: node_modules/.bin/node tests/hub/patrol/truth/rebuild-coverage-errors.ts'
      expect(then, again).toHaveLength(now.length)
      const furthest = Math.max(...now.map((value, i) => Math.abs(value - then[i]!)))
      expect(furthest, `${again}\npage: ${row?.join(' | ')}\nnow:  ${cells.join(' | ')}`).toBeLessThan(
        TOLERANCE,
      )
    },
    LONG_MS,
  )

  test(
    'covered, cannot tell and missed are all; the error is what was credited wrongly less what was true and not credited',
    () => {
      const { methods, leaps } = patrolUnder(noise)
      expect(leaps).toBe(0)
      for (const method of METHODS) {
        const outcomes = methods[method]
        expect(outcomes.length, method).toBeGreaterThan(3)
        for (const { of, truly, covered, cannotTell, missed, wrongly, missedWrongly } of outcomes) {
          expect(covered + cannotTell + missed, method).toBeCloseTo(of, 6)
          for (const share of [truly, covered, cannotTell, missed, wrongly]) {
            expect(share, method).toBeGreaterThanOrEqual(-1e-6)
            expect(share, method).toBeLessThanOrEqual(of + 1e-6)
          }
          expect(wrongly, method).toBeLessThanOrEqual(covered + 1e-6)
          expect(wrongly, method).toBeGreaterThanOrEqual(covered - truly - 1e-6)
          if (!method.startsWith('visits'))
            expect(missedWrongly).toBeLessThanOrEqual(Math.min(missed, truly) + 1e-6)
        }
      }
    },
    LONG_MS,
  )
})

test(
  'told the truth, the policies say what was worked out apart from them',
  () => {
    const ground = truthGround()
    const patrol = patrolOf(truthRide({ seed: SEED, noise: 'clean', hours: 0.5 }), ground)
    const told = { ...patrol, ride: { ...patrol.ride, track: patrol.perfect } }
    const road = judgeRoad(told, ground, matchingThatSays(patrol.ridden))
    expect(road.unriddenM).toBe(0)
    for (const outcomes of [road.outcomes, judgeComponents(told, ground)])
      for (const { truly, covered, wrongly, missedWrongly } of outcomes) {
        expect(covered).toBeCloseTo(truly, 6)
        expect(wrongly).toBe(0)
        expect(missedWrongly).toBe(0)
      }
  },
  LONG_MS,
)

test(
  'under open sky what the hub answers is near the truth',
  () => {
    const { methods, roads } = patrolUnder('clean')
    for (const method of ['area', 'components', 'road, matched', 'visits, matched'] as const) {
      const { bias, meanAbsolute, wrongly, truly } = errorsOf(methods[method])
      expect(truly, method).toBeGreaterThan(0.05)
      expect(Math.abs(bias), method).toBeLessThan(0.015)
      expect(meanAbsolute, method).toBeLessThan(0.015)
      expect(wrongly, method).toBeLessThan(0.01)
    }
    expect(roads.matched.unriddenM / roads.matched.riddenM).toBeLessThan(0.01)
  },
  LONG_MS,
)

test(
  'in canyons map matching credits fewer metres wrongly than the plain rules, and a smaller share',
  () => {
    // Of one patrol chance decides.
    const patrols = [
      patrolUnder('canyon'),
      ...SEEDS.slice(1).map((seed) => judgePatrol(seed, 'canyon', false)),
    ]
    const pooled = (rule: Rule) => errorsOf(patrols.flatMap(({ methods }) => methods[`road, ${rule}`]))
    const unriddenM = (rule: Rule) => patrols.reduce((total, { roads }) => total + roads[rule].unriddenM, 0)
    const matched = pooled('matched')
    for (const rule of ['in sight', 'nearest'] as const) {
      const plain = pooled(rule)
      expect(matched.wrongly, rule).toBeLessThan(plain.wrongly)
      expect(matched.wrongly / matched.covered, rule).toBeLessThan(plain.wrongly / plain.covered)
      expect(unriddenM('matched'), rule).toBeLessThan(unriddenM(rule))
    }
  },
  LONG_MS,
)
