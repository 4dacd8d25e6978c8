import { expect, test } from 'vitest'
import type { LastSeen } from '../../../../gateway/hub/patrol/coverage/last-seen.ts'
import { CellTimes } from '../../../../gateway/hub/patrol/coverage/last-seen-cells.ts'
import { policyMakers } from '../../../../gateway/hub/patrol/coverage/makers.ts'
import { ShiftSurvey } from '../../../../gateway/hub/patrol/coverage/shift-survey.ts'
import { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { unseenIn } from '../../../../gateway/hub/patrol/missed/unseen.ts'
import { Matcher } from '../../../../gateway/hub/patrol/streets/matcher.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import { START_MS, trackOfFixes } from '../made-track.ts'
import { rideThrough, squareGrid, street, WEST_GRID } from './made-ground.ts'

const HOUR_MS = 3_600_000
const SHIFT = { fromMs: START_MS, toMs: START_MS + 8 * HOUR_MS }

/** A street through the grid, and an elevated road 100 m north of it. */
const grid = squareGrid(WEST_GRID, [0, 0], 400)
const ground = new PatrolGround(
  {
    grids: [grid],
    streets: [
      street('street', [
        [-100, 100],
        [500, 100],
      ]),
      street(
        'elevated',
        [
          [-100, 200],
          [500, 200],
        ],
        'trunk',
      ),
    ],
    components: [],
  },
  loadPatrolRules(),
)
const ride = trackOfFixes(
  rideThrough([
    [-50, 100],
    [450, 100],
  ]),
)

test('nobody is asked to ride on an elevated road: road coverage, visits, a shift and what was missed agree', () => {
  const makers = policyMakers(() => ground)
  const road = makers.road([grid], SHIFT)
  const visits = makers.visits([grid], SHIFT)
  const shift = new ShiftSurvey(ground, { ...SHIFT, grids: [WEST_GRID] })
  for (const survey of [road, visits, shift]) survey.add(ride)
  const [figures] = road.result()
  expect(figures!.coverage).toBe(1)
  expect(figures!.lengthM).toBeCloseTo(400, -1)
  expect(shift.figures().road!.coverage).toBe(1)
  expect(JSON.stringify(road.detail(WEST_GRID))).not.toContain('elevated')
  expect(JSON.stringify(visits.detail(WEST_GRID))).not.toContain('elevated')
  const missed = unseenIn(ground, neverSeen(), [grid], START_MS + 240 * HOUR_MS)
  expect(missed.map(({ kind, id }) => (kind === 'street-part' ? id : kind)).sort()).toEqual([
    'cell',
    'street/0',
  ])
  // Of the cells those in sight of the street alone: three rows or, at the very border of sight, one more.
  expect(missed.find(({ kind }) => kind === 'cell')!.cells).toBeLessThanOrEqual(4 * 40)
})

test('map matching knows it still', () => {
  const matcher = new Matcher(ground.network())
  matcher.add(ride)
  matcher.finish()
  const names = matcher.takeSettled().map(({ part }) => ground.network().parts[part]!.street)
  expect(new Set(names)).toEqual(new Set(['street']))
  expect(ground.network().parts.map((part) => part.street)).toContain('elevated')
})

function neverSeen(): LastSeen {
  const { frame, inside } = new CellTimes(grid)
  return {
    sinceMs: START_MS,
    streetPart: () => undefined,
    component: () => undefined,
    cells: () => ({ frame, inside, lastSeenMs: new Float64Array(inside.length).fill(Number.NaN) }),
  }
}
