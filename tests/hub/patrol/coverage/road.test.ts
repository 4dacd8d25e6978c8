import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AREA_POLICY } from '../../../../gateway/hub/patrol/coverage/area.ts'
import { ROAD_POLICY, surveyRoad } from '../../../../gateway/hub/patrol/coverage/road.ts'
import { type RideMatcher, StreetMatching } from '../../../../gateway/hub/patrol/coverage/road-matching.ts'
import { type PlainLimits, PlainRule } from '../../../../gateway/hub/patrol/coverage/road-plain-rule.ts'
import { RoadGrid, seenSince } from '../../../../gateway/hub/patrol/ground/road-steps.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { Matcher } from '../../../../gateway/hub/patrol/streets/matcher.ts'
import type { Ridden } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import { RoadCoverage, StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import { START_MS, trackOfFixes } from '../made-track.ts'
import {
  addInParts,
  anyRide,
  anySizes,
  EAST_GRID,
  madeGround,
  rideThrough,
  squareGrid,
  street,
  WEST_GRID,
} from './made-ground.ts'

const ground = madeGround()
const roads = ground.grids.map((grid) => new RoadGrid(ground.network.parts, grid))
const matched = () => new StreetMatching(() => new Matcher(ground.network))
const PLAIN: PlainLimits = { ...ROAD_POLICY, sightM: AREA_POLICY.sightM, maxTurnDeg: 30 }
const plain = () => new StreetMatching(() => new PlainRule(ground.network, PLAIN))

function surveyed(tracks: Track[], matching = matched()) {
  const survey = surveyRoad(roads, matching)
  for (const track of tracks) survey.add(track)
  return survey
}

const head = RoadCoverage.omit({ from: true, to: true, level: true })

test('the streets of a grid are those that lie in it, to a step', () => {
  expect(roads.map(({ lengthM }) => Math.round(lengthM / 10))).toEqual([320, 320])
})

test('nobody came: nothing covered, every stretch missing', () => {
  const survey = surveyed([])
  expect(survey.result().map((it) => head.parse(it))).toMatchObject([
    { grid: WEST_GRID, coverage: 0, cannotTell: 0, coveredM: 0, devices: [], policy: { id: 'road' } },
    { grid: EAST_GRID, coverage: 0, devices: [] },
  ])
  const parts = survey.parts(WEST_GRID)
  expect(parts.map((part) => StreetPartCoverage.parse(part))).toEqual(parts)
  expect(parts.flatMap(({ missing }) => missing).reduce((sum, [from, to]) => sum + to - from, 0)).toBeCloseTo(
    3200,
    0,
  )
  expect(parts.every(({ lastSeen, passes }) => lastSeen === undefined && passes === 0)).toBe(true)
})

test.each([
  ['matched', matched],
  ['by the plain rule', plain],
])('%s: a ride along one street covers it and no other, in both grids', (_, matching) => {
  const ride = trackOfFixes(
    rideThrough([
      [-95, 150],
      [600, 150],
    ]),
  )
  const survey = surveyed([ride], matching())
  const [west, east] = survey.result()
  expect(Math.abs(west!.coveredM - 400)).toBeLessThan(25)
  expect(Math.abs(east!.coveredM - 200)).toBeLessThan(25)
  expect([west!.devices, east!.devices]).toEqual([['bike-1'], ['bike-1']])
  const along = survey.parts(WEST_GRID).filter((part) => part.street === 'ew150')
  expect(along.every((part) => part.coveredM === part.lengthM && part.missing.length === 0)).toBe(true)
  expect(along.map(({ passes }) => passes)).toEqual(along.map(() => 1))
  const lastSeen = Math.max(...along.map((part) => Date.parse(part.lastSeen!)))
  // 495 m at 5 m/s to the eastern border, and on to the crossing beyond it.
  expect((lastSeen - START_MS) / 1000).toBeGreaterThan(90)
  expect((lastSeen - START_MS) / 1000).toBeLessThan(112)
})

test('there and back are two passes; half way in and back is none', () => {
  const whole = surveyed([
    trackOfFixes(
      rideThrough([
        [20, 50],
        [180, 50],
        [20, 50],
      ]),
    ),
  ])
  const between = (survey: ReturnType<typeof surveyed>) =>
    survey
      .parts(WEST_GRID)
      .find(({ street, line }) => street === 'ew50' && line[0]! > 121.4004 && line[0]! < 121.4007)
  expect(between(whole)).toMatchObject({ passes: 2 })
  const half = surveyed([
    trackOfFixes(
      rideThrough([
        [20, 50],
        [100, 50],
        [20, 50],
      ]),
    ),
  ])
  expect(between(half)).toMatchObject({ passes: 0 })
  expect(between(half)!.coveredM).toBeGreaterThan(35)
  expect(between(half)!.missing).toHaveLength(1)
})

test('a gap is not covered', () => {
  const ride = rideThrough([
    [-60, 150],
    [760, 150],
  ])
  const gappy = ride.filter((_, s) => s < 40 || s > 110)
  const { coveredM } = surveyed([trackOfFixes(gappy)]).result()[0]!
  expect(coveredM).toBeGreaterThan(120)
  expect(coveredM).toBeLessThan(180)
})

test('poor fixes alone: cannot tell what lies within their reach, and nothing is covered where matching is unsure', () => {
  const ride = rideThrough([
    [60, 150],
    [340, 150],
  ]).map((fix) => ({ ...fix, accuracyM: 150, hdop: 15 }))
  const { coverage, cannotTell } = surveyed([trackOfFixes(ride)], new StreetMatching(unsure)).result()[0]!
  expect(coverage).toBe(0)
  // Of 3,200 m the street from 10 m to 390 m, and of four that cross it 50 m to either side, a little less at the ends.
  expect(cannotTell * 3200).toBeGreaterThan(740)
  expect(cannotTell * 3200).toBeLessThan(790)
})

test('the plain rule credits a parallel street in sight, map matching one of the two', () => {
  const network = buildNetwork([
    street('lane', [
      [-50, 100],
      [450, 100],
    ]),
    street('road', [
      [-50, 112],
      [450, 112],
    ]),
  ])
  const road = new RoadGrid(network.parts, squareGrid(WEST_GRID, [0, 0], 400))
  const ride = trackOfFixes(
    rideThrough([
      [-40, 100],
      [440, 100],
    ]),
  )
  const covered = (newMatcher: () => RideMatcher) => {
    const survey = surveyRoad([road], new StreetMatching(newMatcher))
    survey.add(ride)
    return Object.fromEntries(
      survey.parts(WEST_GRID).map(({ street, coveredM }) => [street, Math.round(coveredM)]),
    )
  }
  expect(covered(() => new PlainRule(network, PLAIN))).toEqual({
    lane: 400,
    road: 400,
  })
  expect(covered(() => new Matcher(network))).toEqual({ lane: 400, road: 0 })
})

test('the plain rule does not credit streets that are only crossed', () => {
  const ride = trackOfFixes(
    rideThrough([
      [-60, 150],
      [860, 150],
    ]),
  )
  const crossed = surveyed([ride], plain())
    .parts(WEST_GRID)
    .filter((part) => part.street.startsWith('ns'))
  expect(crossed.every(({ coveredM }) => coveredM === 0)).toBe(true)
})

test('rows that are not later are refused', () => {
  const survey = surveyed([
    trackOfFixes(
      rideThrough([
        [0, 50],
        [100, 50],
      ]),
    ),
  ])
  expect(() =>
    survey.add(
      trackOfFixes(
        rideThrough([
          [0, 50],
          [50, 50],
        ]),
      ),
    ),
  ).toThrow(/bike-1.*start anew/)
})

test('a grid of another survey', () => {
  expect(() => surveyed([]).parts('31')).toThrow(/grid 31/)
})

test('seen since: the latest time since which most was seen', () => {
  expect(seenSince([0, 0, 0])).toBeUndefined()
  expect(seenSince([5, 0, 5, 5, 5])).toBe(5)
  expect(seenSince([9, 2, 3, 4, 5])).toBe(3)
  expect(seenSince([0, 0, 3, 4, 5])).toBeUndefined()
  expect(seenSince([])).toBeUndefined()
})

describe('any rides', () => {
  test('the same however the rows are parted', () => {
    fc.assert(
      fc.property(fc.tuple(anyRide('a'), anyRide('b')), anySizes, (tracks, sizes) => {
        const whole = surveyed(tracks)
        const parted = surveyRoad(roads, matched())
        addInParts(parted, tracks, sizes)
        expect(parted.result()).toEqual(whole.result())
        for (const code of [WEST_GRID, EAST_GRID]) expect(parted.parts(code)).toEqual(whole.parts(code))
        const { covered, of } = parted.tally()
        expect(covered).toBeCloseTo(whole.result().reduce((sum, { coveredM }) => sum + coveredM, 0))
        expect(of).toBeCloseTo(6400, -2)
      }),
      { numRuns: 40 },
    )
  })

  test('steps agree with asking of every step whether any piece passes its middle', () => {
    fc.assert(
      fc.property(fc.array(anyPiece, { maxLength: 20 }), fc.nat(20), (pieces, settled) => {
        const survey = surveyRoad(roads, new StreetMatching(() => told(pieces, settled)))
        survey.add(
          trackOfFixes(
            rideThrough([
              [5000, 5000],
              [5005, 5000],
            ]),
          ),
        )
        survey.result()
        for (const [grid, code] of [WEST_GRID, EAST_GRID].entries()) {
          const parts = new Map(survey.parts(code).map((part) => [part.part, part]))
          let coveredM = 0
          for (const { part, steps, first } of roads[grid]!.slots) {
            let [partCoveredM, partUncertainM] = [0, 0]
            for (let step = 0; step < steps.count; step++) {
              if (roads[grid]!.inside[first + step] === 0) continue
              const middleM = (step + 0.5) * steps.lengthM
              const here = pieces.filter(
                (piece) =>
                  piece.part === part.index &&
                  Math.min(piece.fromM, piece.toM) <= middleM &&
                  Math.max(piece.fromM, piece.toM) >= middleM,
              )
              if (here.some(({ confidence }) => confidence >= ROAD_POLICY.minConfidence))
                partCoveredM += steps.lengthM
              else if (here.length > 0) partUncertainM += steps.lengthM
            }
            expect(parts.get(part.id)!.coveredM).toBeCloseTo(partCoveredM, 6)
            expect(parts.get(part.id)!.cannotTellM).toBeCloseTo(partUncertainM, 6)
            coveredM += partCoveredM
          }
          expect(survey.result()[grid]!.coveredM).toBeCloseTo(coveredM, 6)
        }
      }),
    )
  })
})

const anyPiece: fc.Arbitrary<Ridden> = fc
  .record({
    part: fc.nat(ground.network.parts.length - 1),
    // None is at the very middle of a step, where rounding decides.
    from: fc.nat(1000),
    to: fc.nat(1000),
    confidence: fc.constantFrom(0.1, 0.69, 0.7, 0.9),
    startS: fc.nat(1000),
  })
  .map(({ part, from, to, confidence, startS }) => {
    const { lengthM } = ground.network.parts[part]!
    const startMs = START_MS + startS * 1000
    return {
      part,
      fromM: ((from + 0.37) / 1001) * lengthM,
      toM: ((to + 0.37) / 1001) * lengthM,
      startMs,
      endMs: startMs + 10_000,
      confidence,
    }
  })

/** A matcher that says what it is told, some of it settled. */
function told(pieces: Ridden[], settled: number): RideMatcher {
  let taken = 0
  return {
    add() {},
    takeSettled() {
      const from = taken
      taken = settled
      return pieces.slice(from, settled)
    },
    open: () => pieces.slice(settled),
  }
}

function unsure(): RideMatcher {
  return { add() {}, takeSettled: () => [], open: () => [] }
}
