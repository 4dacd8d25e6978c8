import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COMPONENT_POLICY, surveyComponents } from '../../../../gateway/hub/patrol/coverage/components.ts'
import { distanceM, metresPerDegree } from '../../../../gateway/hub/patrol/distance.ts'
import { isPoor } from '../../../../gateway/hub/patrol/fix-quality.ts'
import { GridComponents } from '../../../../gateway/hub/patrol/ground/grid-components.ts'
import { GapRule } from '../../../../gateway/hub/patrol/tracks/gap-rule.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { ComponentFeature } from '../../../../proto/district.ts'
import { ComponentCoverage, ComponentPass } from '../../../../proto/patrol-http.ts'
import { START_MS, trackOfFixes } from '../made-track.ts'
import {
  addInParts,
  anyRide,
  anySizes,
  component,
  EAST_GRID,
  madeGround,
  rideThrough,
  WEST_GRID,
} from './made-ground.ts'

const { grids } = madeGround()
const code = (serial: number) => `310101010300${String(serial).padStart(4, '0')}`
const surveyed = (components: ComponentFeature[], tracks: Track[]) => {
  const survey = surveyComponents(
    grids.map(
      (grid) =>
        new GridComponents(
          grid,
          components.filter((it) => it.properties.grid === grid.properties.code),
        ),
    ),
  )
  for (const track of tracks) survey.add(track)
  return survey
}
const east = (fromM: number, toM: number, startS = 0) =>
  rideThrough(
    [
      [fromM, 50],
      [toM, 50],
    ],
    startS,
  )

// 100 m at 5 m/s are 20 s; it is left 16 m later, and then it was seen last.
test('passed, missed, and those given up', () => {
  const covers = [
    component(code(1), [100, 62], WEST_GRID),
    component(code(2), [200, 71], WEST_GRID),
    component(code(3), [150, 50], WEST_GRID),
    component(code(4), [500, 40], EAST_GRID),
  ]
  covers[2]!.properties.status = 'abandoned'
  const survey = surveyed(covers, [trackOfFixes(east(0, 600))])
  const [west, eastern] = survey.result()
  expect(ComponentCoverage.omit({ from: true, to: true, level: true }).parse(west)).toEqual(west)
  expect(west).toMatchObject({
    components: 2,
    passed: 1,
    cannotTellComponents: 0,
    coverage: 0.5,
    devices: ['bike-1'],
  })
  expect(eastern).toMatchObject({ components: 1, passed: 1 })
  expect(survey.tally()).toEqual({ of: 3, covered: 2, cannotTell: 0 })
  const list = survey.list(WEST_GRID)
  expect(list.map((it) => ComponentPass.parse(it))).toEqual(list)
  expect(list.map(({ state }) => state)).toEqual(['passed', 'missed'])
  expect(list[0]).toMatchObject({ device: 'bike-1', speedMps: 5 })
  expect(list[0]!.distanceM).toBeCloseTo(12, 1)
  expect((Date.parse(list[0]!.lastSeen!) - START_MS) / 1000).toBeCloseTo(23, 0)
  expect(list[1]!.lastSeen).toBeUndefined()
})

test('the nearest pass tells distance and device, the last one the time', () => {
  const cover = [component(code(1), [100, 45], WEST_GRID)]
  const near = trackOfFixes(east(0, 200), 'near')
  const later = trackOfFixes(
    rideThrough(
      [
        [0, 60],
        [200, 60],
      ],
      600,
    ),
    'later',
  )
  for (const tracks of [
    [near, later],
    [later, near],
  ]) {
    const [pass] = surveyed(cover, tracks).list(WEST_GRID)
    expect(pass).toMatchObject({ device: 'near' })
    expect(pass!.distanceM).toBeCloseTo(5, 1)
    expect((Date.parse(pass!.lastSeen!) - START_MS) / 1000).toBeCloseTo(622, 0)
  }
})

test('only poor fixes came near: cannot tell, farther away than good ones pass', () => {
  const places = [45, 99, 101].map((north, i) => component(code(i), [100, north], WEST_GRID))
  const poor = east(0, 200).map((fix) => ({ ...fix, accuracyM: 30 }))
  const survey = surveyed(places, [trackOfFixes(poor)])
  expect(survey.result()[0]).toMatchObject({ components: 3, passed: 0, cannotTellComponents: 2, coverage: 0 })
  expect(survey.list(WEST_GRID).map(({ state }) => state)).toEqual(['cannot-tell', 'cannot-tell', 'missed'])
})

test.each([
  ['a gap', east(0, 400).filter((_, s) => s < 10 || s > 30)],
  [
    'a jump',
    [...east(0, 60), ...east(140, 200, 13)].filter(({ lon }, i, all) => i !== 12 || lon !== all[11]!.lon),
  ],
])('%s is no way', (_, fixes) => {
  expect(surveyed([component(code(1), [100, 50], WEST_GRID)], [trackOfFixes(fixes)]).tally().covered).toBe(0)
})

test('no components: no share of nothing', () => {
  expect(surveyed([], [trackOfFixes(east(0, 100))]).result()[0]).toMatchObject({ components: 0, coverage: 0 })
})

const anyComponents = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 799 }), fc.integer({ min: 0, max: 399 })), { maxLength: 40 })
  .map((places) =>
    places.map((place, i) => component(code(i), place, place[0] < 400 ? WEST_GRID : EAST_GRID)),
  )

test('any rides: the same however the rows are parted', () => {
  fc.assert(
    fc.property(
      anyComponents,
      fc.tuple(anyRide('a'), anyRide('b')),
      anySizes,
      (components, tracks, sizes) => {
        const whole = surveyed(components, tracks)
        const parted = surveyed(components, [])
        addInParts(parted, tracks, sizes)
        expect(parted.result()).toEqual(whole.result())
        for (const grid of [WEST_GRID, EAST_GRID]) expect(parted.list(grid)).toEqual(whole.list(grid))
      },
    ),
    { numRuns: 50 },
  )
})

test('any rides: as asking of every component and every two fixes', () => {
  fc.assert(
    fc.property(anyComponents, fc.tuple(anyRide('a'), anyRide('b')), (components, tracks) => {
      const survey = surveyed(components, tracks)
      for (const grid of [WEST_GRID, EAST_GRID])
        for (const pass of survey.list(grid)) {
          const { nearestM, poorM } = askedOneByOne(pass, tracks)
          // At the very border of the distance rounding decides.
          const { passM, poorReachM } = COMPONENT_POLICY
          if (Math.abs(nearestM - passM) < 0.01 || Math.abs(poorM - poorReachM) < 0.01) continue
          const state = nearestM < passM ? 'passed' : poorM < poorReachM ? 'cannot-tell' : 'missed'
          expect(pass.state).toBe(state)
          if (state === 'passed') expect(pass.distanceM).toBeCloseTo(nearestM, 1)
        }
    }),
    { numRuns: 50 },
  )
})

/** Every two good fixes, whether a gap, a jump, or too many poor ones lie between. */
function askedOneByOne({ lat, lon }: { lat: number; lon: number }, tracks: Track[]) {
  let [nearestM, poorM] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const track of tracks) {
    const gaps = new GapRule()
    const isGap = Array.from(track.timeMs, (timeMs) => gaps.isGapBefore(timeMs))
    const poor = Array.from(track.timeMs, (_, row) => isPoor(track, row, COMPONENT_POLICY))
    const isRidden = (a: number, b: number) =>
      distanceM(track.lat[a]!, track.lon[a]!, track.lat[b]!, track.lon[b]!) <=
      ((track.timeMs[b]! - track.timeMs[a]!) / 1000) * COMPONENT_POLICY.maxSpeedMps
    const toLineM = (a: number, b: number) => segmentM({ lat, lon }, track, a, b)
    for (let b = 0; b < track.count; b++) {
      if (poor[b]) poorM = Math.min(poorM, toLineM(b, b))
      if (b > 0 && (poor[b] || poor[b - 1]) && !isGap[b] && isRidden(b - 1, b))
        poorM = Math.min(poorM, toLineM(b - 1, b))
      if (poor[b]) continue
      const a = poor.lastIndexOf(false, b - 1)
      if (b === 0 || a < 0 || isGap.slice(a + 1, b + 1).includes(true) || !isRidden(a, b)) continue
      const bridged = track.timeMs[b]! - track.timeMs[a]! <= 10_000 || b - a - 1 <= 4
      if (bridged) nearestM = Math.min(nearestM, toLineM(a, b))
    }
  }
  return { nearestM, poorM }
}

function segmentM(place: { lat: number; lon: number }, { lat, lon }: Track, a: number, b: number): number {
  const m = metresPerDegree(place.lat)
  const [ax, ay] = [(lon[a]! - place.lon) * m.lon, (lat[a]! - place.lat) * m.lat]
  const [bx, by] = [(lon[b]! - place.lon) * m.lon, (lat[b]! - place.lat) * m.lat]
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2
  const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / length2))
  return Math.hypot(ax + t * (bx - ax), ay + t * (by - ay))
}
