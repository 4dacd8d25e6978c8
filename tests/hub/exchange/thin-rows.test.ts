import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thinnedFurther, thinnedTrack } from '../../../gateway/hub/exchange/thinned-track.ts'
import { distanceM } from '../../../gateway/hub/patrol/distance.ts'
import { GapRule } from '../../../gateway/hub/patrol/tracks/gap-rule.ts'
import type { Track } from '../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../proto/domain.ts'
import type { AnsweredTrack } from '../../../proto/track-columns.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../patrol/made-track.ts'

/** Steps in ms and m; some steps are gaps, some places far off. */
const anyFixes = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 500, max: 3000 }) },
        fc.integer({ min: 1, max: 900_000 }),
      ),
      fc.integer({ min: -15, max: 15 }),
      fc.integer({ min: -15, max: 15 }),
      fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.integer({ min: -4000, max: 4000 })),
    ),
    { minLength: 1, maxLength: 120 },
  )
  .map((steps) => {
    let [timeMs, eastM, northM] = [START_MS, 0, 0]
    return steps.map(([stepMs, east, north, spikeM]): Fix => {
      timeMs += stepMs
      eastM += east
      northM += north
      return { timeMs, ...at(eastM + spikeM, northM), speedMps: Math.abs(east) }
    })
  })
const anyTolerance = fc.constantFrom(0.5, 1, 2, 5, 20, 100, 1000)

/** How far fixes lie from where the thinned track is at their time, m; the most of all, gaps left out. */
function worstM(full: Track, thinned: AnsweredTrack): number {
  let worst = 0
  let k = 0
  for (let i = 0; i < full.count; i++) {
    while (thinned.timeMs[k]! < full.timeMs[i]! && k < thinned.count - 1) k++
    const toMs = thinned.timeMs[k]!
    const fromMs = k > 0 ? thinned.timeMs[k - 1]! : toMs
    const share = toMs > fromMs ? (full.timeMs[i]! - fromMs) / (toMs - fromMs) : 1
    const between = (column: Float64Array) => column[Math.max(k - 1, 0)]! * (1 - share) + column[k]! * share
    worst = Math.max(worst, distanceM(full.lat[i]!, full.lon[i]!, between(thinned.lat), between(thinned.lon)))
  }
  return worst
}

const timesAround = (timeMs: Float64Array, gapRows: ArrayLike<number>) =>
  Array.from(gapRows, (row) => [timeMs[row - 1], timeMs[row]])

test('no fix lies farther from the thinned track at its time than the tolerance', () => {
  fc.assert(
    fc.property(anyFixes, anyTolerance, (fixes, toleranceM) => {
      const full = trackOfFixes(fixes)
      const thinned = thinnedTrack(full, toleranceM)
      expect(worstM(full, thinned)).toBeLessThanOrEqual(toleranceM * 1.001)
    }),
    { numRuns: 500 },
  )
})

test('tolerances of one thinning after the other add up', () => {
  fc.assert(
    fc.property(anyFixes, anyTolerance, anyTolerance, (fixes, firstM, secondM) => {
      const full = trackOfFixes(fixes)
      const thinned = thinnedFurther(thinnedTrack(full, firstM), secondM)
      expect(worstM(full, thinned)).toBeLessThanOrEqual((firstM + secondM) * 1.001)
    }),
    { numRuns: 300 },
  )
})

test('gaps are those of the whole track, with the fixes on both sides', () => {
  fc.assert(
    fc.property(anyFixes, anyTolerance, (fixes, toleranceM) => {
      const full = trackOfFixes(fixes)
      const rule = new GapRule()
      const gapRows = [...full.timeMs.keys()].filter((row) => rule.isGapBefore(full.timeMs[row]!))
      const thinned = thinnedTrack(full, toleranceM)
      expect(timesAround(thinned.timeMs, thinned.gapRows)).toEqual(timesAround(full.timeMs, gapRows))
      expect([thinned.timeMs[0], thinned.timeMs.at(-1)]).toEqual([full.timeMs[0], full.timeMs.at(-1)])
      expect(thinned.count).toBe(thinned.speedMps.length)
    }),
  )
})

test('0 leaves out nothing; a straight or standing ride of any length is two fixes', () => {
  const straight = trackOfFixes(everySecond(0, 5000, (s) => at(4 * s, 3 * s)))
  const standing = trackOfFixes(everySecond(0, 5000, (s) => at(Math.sin(s), Math.cos(s))))
  expect(thinnedTrack(straight, 0)).toMatchObject({ count: 5000 })
  expect(thinnedTrack(straight, 1)).toMatchObject({ count: 2 })
  expect(thinnedTrack(standing, 3)).toMatchObject({ count: 2 })
  expect(thinnedTrack(trackOfFixes([]), 5)).toMatchObject({ count: 0 })
  expect(thinnedTrack(trackOfFixes([{ timeMs: START_MS, ...at(0, 0) }]), 5)).toMatchObject({ count: 1 })
})
