import { describe, expect, test } from 'vitest'
import { matchTrack } from '../../../../gateway/hub/patrol/streets/match-track.ts'
import { judge, type Verdict } from './judge-ridden.ts'
import { nearestStreets } from './nearest-streets.ts'
import { errorsOf, TRUTH_NOISES, type TruthNoise, type TruthRide, truthRide } from './truth-rides.ts'

/** None of the rides by which the options of matching were chosen. */
const SEEDS = [21, 22, 23]
const HOURS = 3
const SIGHT_M = 15

const rides = new Map<TruthNoise, TruthRide[]>()
const ridesWith = (noise: TruthNoise): TruthRide[] => {
  let made = rides.get(noise)
  if (!made) {
    made = SEEDS.map((seed) => truthRide({ seed, noise, hours: HOURS }))
    rides.set(noise, made)
  }
  return made
}

const sum = (verdicts: Verdict[], read: (verdict: Verdict) => number) =>
  verdicts.reduce((total, verdict) => total + read(verdict), 0)
const found = (verdicts: Verdict[]) => sum(verdicts, (v) => v.foundM) / sum(verdicts, (v) => v.riddenM)
const wrong = (verdicts: Verdict[]) =>
  sum(verdicts, (v) => v.creditedM - v.rightM) / sum(verdicts, (v) => v.riddenM)
const right = (verdicts: Verdict[]) => sum(verdicts, (v) => v.rightM) / sum(verdicts, (v) => v.creditedM)

/** Of each ride once: all tests judge the same. */
const ridden = new Map<TruthRide, ReturnType<typeof matchTrack>['ridden']>()
const matched = (noise: TruthNoise, minConfidence: number) =>
  ridesWith(noise).map((ride) => {
    const pieces = ridden.get(ride) ?? matchTrack(ride.track, ride.network).ridden
    ridden.set(ride, pieces)
    return judge(ride, pieces, minConfidence)
  })
const plain = (noise: TruthNoise) =>
  ridesWith(noise).map((ride) => judge(ride, nearestStreets(ride.track, ride.network, SIGHT_M)))

test('the noise of canyons is that measured in real ones: median 36 m, 95 % within 300 m, 30 % too long', () => {
  const many = Array.from({ length: 6 }, (_, i) => truthRide({ seed: 40 + i, noise: 'canyon', hours: 2 }))
  const errors = many.map(errorsOf)
  const allM = Float64Array.from(errors.flatMap(({ sortedM }) => [...sortedM])).sort()
  const ratio = errors.reduce((total, { lengthRatio }) => total + lengthRatio, 0) / errors.length
  expect(allM[allM.length >> 1]).toBeGreaterThan(28)
  expect(allM[allM.length >> 1]).toBeLessThan(45)
  expect(allM[Math.floor(allM.length * 0.95)]).toBeGreaterThan(220)
  expect(allM[Math.floor(allM.length * 0.95)]).toBeLessThan(400)
  expect(ratio).toBeGreaterThan(1.2)
  expect(ratio).toBeLessThan(1.5)
}, 90_000)

describe.each<{ noise: TruthNoise; leastFound: number; mostWrong: number }>([
  { noise: 'clean', leastFound: 0.94, mostWrong: 0.01 },
  { noise: 'urban', leastFound: 0.85, mostWrong: 0.06 },
  { noise: 'canyon', leastFound: 0.45, mostWrong: 0.3 },
])('$noise', ({ noise, leastFound, mostWrong }) => {
  test('most of the way is found, little is credited wrongly', () => {
    const verdicts = matched(noise, 0)
    expect(found(verdicts)).toBeGreaterThan(leastFound)
    expect(wrong(verdicts)).toBeLessThan(mostWrong)
  })

  test('what is given with a confidence of 0.9 is right in at least 95 %', () => {
    expect(right(matched(noise, 0.9))).toBeGreaterThan(0.95)
  })

  test('what counts (a confidence of 0.7) is more often right than the nearest street', () => {
    expect(right(matched(noise, 0.7))).toBeGreaterThan(right(plain(noise)))
  })
})

test('the more confident, the more often right', () => {
  const tenths = TRUTH_NOISES.flatMap((noise) => matched(noise, 0).map((verdict) => verdict.tenths))
  const shareRight = (from: number, to: number) => {
    const chosen = tenths.flatMap((table) => table.slice(from, to))
    return (
      chosen.reduce((total, { rightM }) => total + rightM, 0) /
      chosen.reduce((total, { creditedM }) => total + creditedM, 0)
    )
  }
  const [low, middle, high, sure] = [shareRight(0, 5), shareRight(5, 7), shareRight(7, 9), shareRight(9, 10)]
  expect(middle).toBeGreaterThan(low)
  expect(high).toBeGreaterThan(middle)
  expect(sure).toBeGreaterThan(high)
})
