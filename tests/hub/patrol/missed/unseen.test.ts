import { describe, expect, test } from 'vitest'
import { generateDistrict } from '../../../../device-sim/city/district.ts'
import type { LastSeen, SeenCellTimes } from '../../../../gateway/hub/patrol/coverage/last-seen.ts'
import { CellTimes } from '../../../../gateway/hub/patrol/coverage/last-seen-cells.ts'
import { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { NoStreetNear, roundOf } from '../../../../gateway/hub/patrol/missed/round-of-missed.ts'
import { overdue, unseenIn } from '../../../../gateway/hub/patrol/missed/unseen.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'

const district = generateDistrict(1)
const rules = loadPatrolRules()
const ground = new PatrolGround(
  {
    grids: district.grids.features,
    streets: district.streets.features,
    components: district.components.features,
  },
  rules,
)
const grid = district.grids.features[5]!
const HOUR_MS = 3_600_000
const NOW = Date.UTC(2026, 4, 2, 8)
const ago = (hours: number): number => NOW - hours * HOUR_MS

/** Everything was last seen as long ago as `hours` says of it; undefined: never. */
function seen(hours: (id: string) => number | undefined, sinceMs: number | undefined = ago(240)): LastSeen {
  const ms = (id: string): number | undefined => {
    const age = hours(id)
    return age === undefined ? undefined : ago(age)
  }
  return {
    sinceMs,
    streetPart: ms,
    component: ms,
    cells(code): SeenCellTimes {
      const { frame, inside } = new CellTimes(ground.grid(code)!)
      const lastSeenMs = Float64Array.from(inside, (_, cell) => ms(`${code}:${cell}`) ?? Number.NaN)
      return { frame, inside, lastSeenMs }
    },
  }
}

describe('what was missed', () => {
  test('nothing while all was seen a moment ago, and nothing where no fix was ever kept', () => {
    expect(
      unseenIn(
        ground,
        seen(() => 0.5),
        [grid],
        NOW,
      ),
    ).toEqual([])
    expect(unseenIn(ground, { ...seen(() => undefined), sinceMs: undefined }, [grid], NOW)).toEqual([])
  })

  test('each street part of the grid once, judged by what its class allows', () => {
    const parts = ground.road(grid).slots.filter(({ isAtHome }) => isAtHome)
    const found = unseenIn(
      ground,
      seen((id) => (id.includes('/') ? 30 : 0)),
      [grid],
      NOW,
    )
    const late = parts.filter(
      ({ part }) =>
        rules.class(rules.classOfStreet({ ...part, id: part.street })).streets.allowedUnseenH < 30,
    )
    expect(late.length).toBeGreaterThan(5)
    expect(found.map(({ id }) => id).sort()).toEqual(late.map(({ part }) => part.id).sort())
    for (const one of found) {
      expect(one).toMatchObject({ kind: 'street-part', grid: grid.properties.code })
      expect(one.overdueH).toBeCloseTo(30 - one.allowedH, 2)
      expect(one.lastSeen).toBe(new Date(ago(30)).toISOString())
    }
  })

  test('ranked by how many times over; never seen counts from the first fix that is kept', () => {
    const found = unseenIn(
      ground,
      seen((id) => (id.endsWith('1') ? undefined : 100)),
      [grid],
      NOW,
    )
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['street-part', 'component', 'cell']))
    const ranks = found.map(overdue)
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a))
    const never = found.filter((one) => one.lastSeen === undefined && one.kind !== 'cell')
    expect(never.length).toBeGreaterThan(0)
    for (const one of never) expect(one.overdueH + one.allowedH).toBeCloseTo(240, 2)
  })

  test('cells: patches along streets alone, those few that hang together', () => {
    const far = new CellTimes(grid)
    const found = unseenIn(
      ground,
      seen((id) => (id.includes(':') ? 200 : 0)),
      [grid],
      NOW,
    )
    expect(found.length).toBeGreaterThan(0)
    const cells = found.reduce((sum, one) => sum + one.cells!, 0)
    expect(cells).toBeLessThan(far.inside.reduce((sum, one) => sum + one, 0))
    for (const one of found) {
      expect(one.cells).toBeGreaterThanOrEqual(4)
      expect(ground.network().near(one.lat, one.lon, 40)).not.toEqual([])
    }
  })

  test('what was seen after the moment that is asked about is left out', () => {
    expect(
      unseenIn(
        ground,
        seen(() => -1),
        [grid],
        NOW,
      ),
    ).toEqual([])
  })
})

describe('the round for the rest of a shift', () => {
  const start = {
    lat: grid.geometry.coordinates[0]![0]![1] as number,
    lon: grid.geometry.coordinates[0]![0]![0] as number,
  }
  const missed = unseenIn(
    ground,
    seen((id) => (/[1357]$/.test(id) ? 60 : 1)),
    [grid],
    NOW,
  )

  test('closes what it comes by, within the time, and says what it leaves', async () => {
    expect(missed.length).toBeGreaterThan(3)
    const round = await roundOf(ground, missed, start, NOW, NOW + 2 * HOUR_MS)
    expect(round.closes.length).toBeGreaterThan(0)
    expect(round.closes.length + round.leaves).toBe(missed.length)
    expect(round.durationS).toBeLessThanOrEqual(7200)
    expect(round.durationS * round.speedMps).toBeCloseTo(round.lengthM, -1)
    expect(new Set(round.closes.map(({ id }) => id)).size).toBe(round.closes.length)
    // The line leads past all that it closes.
    for (const one of round.closes) expect(nearestOnLine(round.line, one)).toBeLessThan(60)
    const shorter = await roundOf(ground, missed, start, NOW, NOW + 600_000)
    expect(shorter.lengthM).toBeLessThanOrEqual(600 * shorter.speedMps)
    expect(shorter.closes.length).toBeLessThanOrEqual(round.closes.length)
  })

  test('no street near: an error that says where', async () => {
    await expect(roundOf(ground, missed, { lat: 30, lon: 120 }, NOW, NOW + HOUR_MS)).rejects.toThrow(
      NoStreetNear,
    )
  })
})

function nearestOnLine(line: number[], { lat, lon }: { lat: number; lon: number }): number {
  let nearest = Number.POSITIVE_INFINITY
  const east = (degrees: number) => (degrees - lon) * 95_000
  const north = (degrees: number) => (degrees - lat) * 111_000
  for (let i = 0; i + 3 < line.length; i += 2) {
    const [ax, ay, bx, by] = [east(line[i]!), north(line[i + 1]!), east(line[i + 2]!), north(line[i + 3]!)]
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2
    const share = length2 === 0 ? 0 : Math.max(0, Math.min(1, -(ax * (bx - ax) + ay * (by - ay)) / length2))
    nearest = Math.min(nearest, Math.hypot(ax + share * (bx - ax), ay + share * (by - ay)))
  }
  return nearest
}
