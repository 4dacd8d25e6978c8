import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreetMatching } from '../../../../gateway/hub/patrol/coverage/road-matching.ts'
import { surveyVisits } from '../../../../gateway/hub/patrol/coverage/visits.ts'
import { askedVisits, isInHours } from '../../../../gateway/hub/patrol/coverage/visits-period.ts'
import { RoadGrid } from '../../../../gateway/hub/patrol/ground/road-steps.ts'
import { Matcher } from '../../../../gateway/hub/patrol/streets/matcher.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import { VisitCount, VisitCoverage } from '../../../../proto/patrol-http.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../made-track.ts'
import {
  addInParts,
  anyRide,
  anySizes,
  EAST_GRID,
  madeGround,
  rideThrough,
  WEST_GRID,
} from './made-ground.ts'

const ground = madeGround()
const roads = ground.grids.map((grid) => new RoadGrid(ground.network.parts, grid))
const rules = loadPatrolRules()
const HOUR_MS = 3_600_000
/** START_MS is 08:00 in China. */
const SHIFT = { fromMs: START_MS, toMs: START_MS + 8 * HOUR_MS }

function surveyed(tracks: Track[]) {
  const survey = surveyVisits({
    roads,
    matching: new StreetMatching(() => new Matcher(ground.network)),
    rules,
    period: SHIFT,
  })
  for (const track of tracks) survey.add(track)
  return survey
}
const thing = (survey: ReturnType<typeof surveyed>, id: string, grid = WEST_GRID) =>
  survey.list(grid).find((it) => it.id === id)
const ofStreet = (survey: ReturnType<typeof surveyed>, street: string, grid = WEST_GRID) =>
  survey.list(grid).filter((it) => it.id.startsWith(`${street}/`))

test('nobody came: what the classes ask', () => {
  const survey = surveyed([])
  const [west] = survey.result()
  expect(VisitCoverage.omit({ from: true, to: true, level: true }).parse(west)).toEqual(west)
  expect(west).toMatchObject({
    grid: WEST_GRID,
    coverage: 0,
    cannotTell: 0,
    made: 0,
    policy: { id: 'visits' },
  })
  const list = survey.list(WEST_GRID)
  expect(list.map((it) => VisitCount.parse(it))).toEqual(list)
  expect(west!.asked).toBe(list.reduce((sum, { asked }) => sum + asked, 0))
  expect(thing(survey, WEST_GRID)).toEqual({
    what: 'grid',
    id: WEST_GRID,
    name: `grid ${WEST_GRID}`,
    class: 'ordinary',
    asked: 1,
    visits: 0,
  })
  // A primary road is key: three times a shift, once in the key times.
  expect(ofStreet(survey, 'ns150')[0]).toMatchObject({
    class: 'key',
    asked: 3,
    inHours: { asked: 1, visits: 0 },
  })
})

test('each street part is asked of one grid', () => {
  const ids = [WEST_GRID, EAST_GRID].flatMap((grid) =>
    surveyed([])
      .list(grid)
      .map(({ id }) => id),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test('a ride through visits grid and parts; sooner back is the same visit', () => {
  const there = rideThrough([
    [-95, 150],
    [445, 150],
    [-95, 150],
  ])
  const later = rideThrough(
    [
      [-95, 150],
      [445, 150],
    ],
    1800,
  )
  const once = surveyed([trackOfFixes(there)])
  expect(thing(once, WEST_GRID)!.visits).toBe(1)
  expect(ofStreet(once, 'ew150').map(({ visits }) => visits)).toContain(1)
  expect(ofStreet(once, 'ew150').every(({ visits }) => visits <= 1)).toBe(true)
  const twice = surveyed([trackOfFixes([...there, ...later])])
  expect(thing(twice, WEST_GRID)!.visits).toBe(2)
  expect(Math.max(...ofStreet(twice, 'ew150').map(({ visits }) => visits))).toBe(2)
  // An ordinary one is asked once: more do not count.
  expect(twice.tally().covered).toBe(once.tally().covered)
})

test('other devices are other visits', () => {
  const ride = rideThrough([
    [-95, 150],
    [445, 150],
  ])
  const survey = surveyed([trackOfFixes(ride, 'a'), trackOfFixes(ride, 'b')])
  expect(thing(survey, WEST_GRID)!.visits).toBe(2)
  expect(survey.result()[0]!.devices).toEqual(['a', 'b'])
})

test('who stays has visited again after an hour', () => {
  const stay = everySecond(0, 2 * 3600 + 300, (s) => ({ ...at(200 + (s % 2), 200), accuracyM: 3 }))
  expect(thing(surveyed([trackOfFixes(stay)]), WEST_GRID)!.visits).toBe(3)
})

test('key times: visits outside of them do not make up for those that belong into them', () => {
  // 08:00 is in the key time until 09:00; 03:30 later is not.
  const trip = (startS: number) =>
    rideThrough(
      [
        [150, -95],
        [150, 345],
      ],
      startS,
    )
  const morning = surveyed([trackOfFixes(trip(0))])
  const noon = surveyed([trackOfFixes([...trip(12_600), ...trip(14_400), ...trip(16_200)])])
  const part = (survey: typeof morning) => ofStreet(survey, 'ns150').find(({ visits }) => visits > 0)
  expect(part(morning)).toMatchObject({ visits: 1, inHours: { asked: 1, visits: 1 } })
  expect(part(noon)).toMatchObject({ visits: 3, inHours: { asked: 1, visits: 0 } })
  const made = (survey: typeof morning) => survey.result()[0]!.made
  const parts = ofStreet(noon, 'ns150').filter(({ visits }) => visits > 0).length
  // Two of three count on each part; the grid itself is ordinary.
  expect(made(noon)).toBe(1 + 2 * parts)
})

test('visits by poor fixes: cannot tell', () => {
  const poor = rideThrough([
    [5, 200],
    [395, 200],
  ]).map((fix) => ({ ...fix, accuracyM: 60 }))
  const [west] = surveyed([trackOfFixes(poor)]).result()
  expect(west!.cannotTell).toBeGreaterThan(0)
})

test('any rides: the same however the rows are parted', () => {
  fc.assert(
    fc.property(fc.tuple(anyRide('a'), anyRide('b')), anySizes, (tracks, sizes) => {
      const whole = surveyed(tracks)
      const parted = surveyed([])
      addInParts(parted, tracks, sizes)
      expect(parted.result()).toEqual(whole.result())
      for (const grid of [WEST_GRID, EAST_GRID]) expect(parted.list(grid)).toEqual(whole.list(grid))
      const { covered, of } = whole.tally()
      expect(covered).toBeLessThanOrEqual(of)
    }),
    { numRuns: 40 },
  )
})

test('a grid of another survey', () => {
  expect(() => surveyed([]).list('31')).toThrow(/grid 31/)
})

describe('what a period asks', () => {
  const hours: [string, string][] = [['07:00', '09:00']]
  const perShift = { visitsPerShift: 3, hours, visitsInHours: 1, allowedUnseenH: 4 }
  const day = Date.UTC(2026, 4, 1) - 8 * HOUR_MS
  test.each([
    ['a shift', perShift, { fromMs: day + 8 * HOUR_MS, toMs: day + 16 * HOUR_MS }, { visits: 3, inHours: 1 }],
    [
      'a shift outside of the key times',
      perShift,
      { fromMs: day + 9 * HOUR_MS, toMs: day + 17 * HOUR_MS },
      { visits: 3, inHours: 0 },
    ],
    [
      'a night shift up to the key time',
      perShift,
      { fromMs: day + 23 * HOUR_MS, toMs: day + 32 * HOUR_MS },
      { visits: 3, inHours: 1 },
    ],
    [
      'a week without shifts told',
      perShift,
      { fromMs: day, toMs: day + 168 * HOUR_MS },
      { visits: 21, inHours: 7 },
    ],
    ['two shifts', perShift, { fromMs: day, toMs: day + 24 * HOUR_MS, shifts: 2 }, { visits: 6, inHours: 2 }],
    [
      'a day',
      { visitsPerDay: 2, allowedUnseenH: 4 },
      { fromMs: day, toMs: day + 24 * HOUR_MS, shifts: 3 },
      { visits: 2, inHours: 0 },
    ],
    [
      'an hour',
      { visitsPerDay: 2, allowedUnseenH: 4 },
      { fromMs: day, toMs: day + HOUR_MS },
      { visits: 2, inHours: 0 },
    ],
  ])('%s', (_, asked, period, expected) => {
    expect(askedVisits(asked, period, 8)).toEqual(expected)
  })

  test('the end of a key time is not in it', () => {
    expect(isInHours(hours, day + 7 * HOUR_MS, 8)).toBe(true)
    expect(isInHours(hours, day + 9 * HOUR_MS - 1, 8)).toBe(true)
    expect(isInHours(hours, day + 9 * HOUR_MS, 8)).toBe(false)
    expect(isInHours(undefined, day + 8 * HOUR_MS, 8)).toBe(false)
  })
})
