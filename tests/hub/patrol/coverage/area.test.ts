import booleanPointInPolygon from '@turf/boolean-point-in-polygon'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AREA_POLICY, areaCoverage, surveyArea } from '../../../../gateway/hub/patrol/coverage/area.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import { type Fix, QUALITIES } from '../../../../proto/domain.ts'
import { AreaCoverage } from '../../../../proto/patrol-http.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../made-track.ts'
import { anyGrid, anyRide, anyTrack, ofSeveral, rows } from './any-track.ts'
import { multiPolygon, polygon, ring, square } from './made-grid.ts'

const survey = (grid: GridFeature, ...tracks: Track[]) => {
  const coverage = areaCoverage(grid, tracks)
  expect(AreaCoverage.omit({ from: true, to: true, level: true }).parse(coverage)).toEqual(coverage)
  return coverage
}

const ride = (fixes: Fix[], device?: string) => trackOfFixes(fixes, device)
const bits = (base64: string, cell: number) => (Buffer.from(base64, 'base64')[cell >> 3]! >> (cell & 7)) & 1

describe('a square of 200 m', () => {
  const grid = polygon(square(0, 199.9))

  test('not visited: nothing covered', () => {
    expect(survey(grid)).toMatchObject({
      grid: '310101001001001',
      insideCells: 400,
      coveredCells: 0,
      cannotTellCells: 0,
      coverage: 0,
      cannotTell: 0,
      devices: [],
      policy: { id: 'area', version: 3 },
      cells: { sizeM: 10, columns: 20, rows: 20 },
    })
  })

  test('one ride across covers a strip of sight distance to either side', () => {
    const across = ride(everySecond(0, 60, (s) => at(-20 + 4 * s, 100)))
    // Centres 5 m and 15 m off the line; at the very border of sight the earth's shape decides.
    const { coveredCells, devices } = survey(grid, across)
    expect([40, 60, 80]).toContain(coveredCells)
    expect(devices).toEqual(['bike-1'])
    const wide = areaCoverage(grid, [across], { ...AREA_POLICY, sightM: 20 })
    expect(wide.coveredCells).toBe(80)
    expect(wide.coverage).toBe(0.2)
  })

  test('a gap is not filled', () => {
    const halves = [
      ...everySecond(0, 10, (s) => at(4 * s, 95)),
      ...everySecond(30, 10, (s) => at(160 + 4 * s, 95)),
    ]
    const { covered } = survey(grid, ride(halves)).cells
    expect(bits(covered, 9 * 20 + 2)).toBe(1)
    expect(bits(covered, 9 * 20 + 10)).toBe(0)
  })

  test('a jump faster than anything that rides is not a way', () => {
    const jump = everySecond(0, 20, (s) => at(s < 10 ? 5 : 195, 95))
    const { covered } = survey(grid, ride(jump)).cells
    expect([0, 10, 19].map((column) => bits(covered, 9 * 20 + column))).toEqual([1, 0, 1])
  })

  test.each<[string, Partial<Fix>]>([
    ['accuracy', { accuracyM: 15.01 }],
    ['HDOP', { hdop: 3.01 }],
    ['dead reckoning', { quality: 'estimated' }],
    ['a position typed in', { quality: 'manual' }],
  ])('poor by its %s: cannot tell, farther than sight reaches', (_, poor) => {
    const fixes = everySecond(0, 50, (s) => ({ ...at(4 * s, 97), ...poor }))
    const { coveredCells, cannotTellCells, cannotTell } = survey(grid, ride(fixes))
    expect(coveredCells).toBe(0)
    // Ten rows with their centres from 55 m to 145 m.
    expect(cannotTellCells).toBe(200)
    expect(cannotTell).toBe(0.5)
  })

  test.each<[string, Partial<Fix>]>([
    ['good by all', { accuracyM: 15, hdop: 3, quality: 'rtk' }],
    ['silent about it', {}],
  ])('%s: covered, also where another fix was poor', (_, good) => {
    const fixes = everySecond(0, 50, (s) => ({ ...at(4 * s, 97), ...(s % 2 === 0 ? good : { hdop: 9 }) }))
    const { coveredCells, cannotTellCells } = survey(grid, ride(fixes))
    expect(coveredCells).toBe(60)
    expect(cannotTellCells).toBe(140)
  })

  test('devices that were inside, sorted; the one that passed by is none', () => {
    const inside = ride([{ timeMs: START_MS, ...at(100, 100) }], 'b')
    const alsoInside = ride([{ timeMs: START_MS, ...at(1, 1) }], 'a')
    const passedBy = ride([{ timeMs: START_MS, ...at(-5, 100) }], 'c')
    const { devices, coveredCells } = survey(grid, inside, passedBy, alsoInside)
    expect(devices).toEqual(['a', 'b'])
    expect(coveredCells).toBeGreaterThan(0)
  })
})

test('a hole and what lies between two parts are not inside', () => {
  const grid = multiPolygon([square(0, 99.9), square(30, 70)], [square(200, 249.9)])
  const { insideCells, cells } = survey(grid)
  expect(cells).toMatchObject({ columns: 25, rows: 25 })
  expect(insideCells).toBe(100 - 16 + 25)
  const cell = (column: number, row: number) => bits(cells.inside, row * 25 + column)
  expect([cell(1, 1), cell(5, 5), cell(15, 15), cell(22, 22)]).toEqual([1, 0, 0, 1])
})

test('a grid smaller than a cell has none inside, and no share of nothing', () => {
  expect(survey(polygon(ring([0, 0], [4, 0], [4, 4])))).toMatchObject({ insideCells: 0, coverage: 0 })
})

test('a grid as large as a country is refused with what to do', () => {
  expect(() => areaCoverage(polygon(square(-300_000, 300_000)), [])).toThrow(
    /310101001001001 spans .* split it/,
  )
})

describe('any grid and tracks', () => {
  test('agree with looking at every cell and every line', () => {
    fc.assert(
      fc.property(anyGrid, fc.array(anyTrack, { maxLength: 3 }).map(ofSeveral), (grid, tracks) => {
        const ours = survey(grid, ...tracks)
        const theirs = lookedAtOneByOne(grid, tracks, ours.cells)
        const read = (base64: string) => theirs.inside.map((_, cell) => bits(base64, cell) === 1)
        expect(read(ours.cells.inside)).toEqual(theirs.inside)
        expect(agrees(read(ours.cells.covered), theirs.covered)).toBe(true)
        expect(agrees(read(ours.cells.cannotTell), theirs.cannotTell)).toBe(true)
        expect(ours.insideCells).toBe(theirs.inside.filter(Boolean).length)
        expect(ours.coveredCells).toBe(read(ours.cells.covered).filter(Boolean).length)
        expect(ours.cannotTellCells).toBe(read(ours.cells.cannotTell).filter(Boolean).length)
      }),
      { numRuns: 150 },
    )
  })

  test('rides to and fro over the same streets agree too: what is skipped would have changed nothing', () => {
    fc.assert(
      fc.property(
        anyGrid,
        fc.array(anyRide, { minLength: 1, maxLength: 4 }).map(ofSeveral),
        (grid, tracks) => {
          const ours = survey(grid, ...tracks)
          const theirs = lookedAtOneByOne(grid, tracks, ours.cells)
          const read = (base64: string) => theirs.inside.map((_, cell) => bits(base64, cell) === 1)
          expect(agrees(read(ours.cells.covered), theirs.covered)).toBe(true)
          expect(agrees(read(ours.cells.cannotTell), theirs.cannotTell)).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('give the same answer however their rows are parted, and whoever comes first', () => {
    const tracks = fc.tuple(fc.oneof(anyTrack, anyRide), fc.oneof(anyTrack, anyRide))
    fc.assert(
      fc.property(anyGrid, tracks, fc.array(fc.integer({ min: 1, max: 9 })), (grid, [one, two], lengths) => {
        const whole = ofSeveral([one, two])
        const parted = surveyArea(grid)
        const next = [0, 0]
        for (let turn = 0; next.some((row, i) => row < whole[i]!.count); turn++) {
          const [which, length] = [turn % 2, lengths[turn % lengths.length] ?? 5]
          const to = Math.min(next[which]! + length, whole[which]!.count)
          parted.add(rows(whole[which]!, next[which]!, to))
          next[which] = to
          const { insideCells, coveredCells, cannotTellCells } = parted.result()
          expect(parted.tally()).toEqual({
            of: insideCells,
            covered: coveredCells,
            cannotTell: cannotTellCells,
          })
        }
        const ours = { ...parted.result(), cells: parted.cells() }
        expect(ours).toEqual(areaCoverage(grid, whole))
        expect(ours).toEqual(areaCoverage(grid, whole.toReversed()))
      }),
      { numRuns: 100 },
    )
  })
})

test('a row that is not later than the last of its device is refused, of another device it is none', () => {
  const coverage = surveyArea(polygon(square(0, 199.9)))
  const fix = (s: number, device: string) => ride([{ timeMs: START_MS + s * 1000, ...at(5, 5) }], device)
  coverage.add(fix(5, 'a'))
  coverage.add(fix(4, 'b'))
  expect(() => coverage.add(fix(5, 'a'))).toThrow(/^device a: a fix of 2026-05-01T00:00:05.000Z after one of/)
})

/** Undefined: so close to the border of sight that rounding decides. */
type Verdict = boolean | undefined
const agrees = (ours: boolean[], theirs: Verdict[]) =>
  theirs.every((verdict, cell) => verdict === undefined || verdict === ours[cell])

interface Line {
  poor: boolean
  from: [number, number]
  to: [number, number]
}

/** For each cell its centre, for each centre its distance from every line: slow, plain, and in metres. */
function lookedAtOneByOne(grid: GridFeature, tracks: Track[], frame: ReturnType<typeof survey>['cells']) {
  const metres = (lon: number, lat: number): [number, number] => [
    ((lon - frame.west) / frame.cellLonDeg) * frame.sizeM,
    ((lat - frame.south) / frame.cellLatDeg) * frame.sizeM,
  ]
  const lines = tracks.flatMap((track) => linesOf(track, metres))
  const inside: boolean[] = []
  const covered: Verdict[] = []
  const cannotTell: Verdict[] = []
  for (let row = 0; row < frame.rows; row++)
    for (let column = 0; column < frame.columns; column++) {
      const centre = [
        frame.west + (column + 0.5) * frame.cellLonDeg,
        frame.south + (row + 0.5) * frame.cellLatDeg,
      ]
      const isInside = booleanPointInPolygon(centre, grid.geometry)
      const sees = (poor: boolean) => inSight(lines, poor, metres(centre[0]!, centre[1]!))
      const [good, poor] = [sees(false), sees(true)]
      inside.push(isInside)
      covered.push(isInside && good)
      cannotTell.push(isInside && (good === undefined || poor === undefined ? undefined : poor && !good))
    }
  return { inside, covered, cannotTell }
}

function inSight(lines: Line[], poor: boolean, centre: [number, number]): Verdict {
  const distances = lines.filter((line) => line.poor === poor).map((line) => distanceToLine(line, centre))
  const nearest = Math.min(...distances, Number.POSITIVE_INFINITY)
  const reachM = poor ? AREA_POLICY.poorReachM : AREA_POLICY.sightM
  return Math.abs(nearest - reachM) < 1e-6 ? undefined : nearest < reachM
}

/** By the sides of the triangle: beyond an end where the angle there is blunt, else twice the area over the base. */
function distanceToLine({ from, to }: Line, centre: [number, number]): number {
  const away = (a: [number, number], b: [number, number]) => Math.hypot(a[0] - b[0], a[1] - b[1])
  const [a, b, c] = [away(from, centre), away(to, centre), away(from, to)]
  if (c === 0 || b * b >= a * a + c * c) return a
  if (a * a >= b * b + c * c) return b
  const area2 = (to[0] - from[0]) * (centre[1] - from[1]) - (to[1] - from[1]) * (centre[0] - from[0])
  return Math.abs(area2) / c
}

/** By the words of the policy: gaps by the median of the last 15 intervals, lines between fixes that hang together. */
function linesOf(track: Track, metres: (lon: number, lat: number) => [number, number]): Line[] {
  const fixes = Array.from(track.timeMs, (timeMs, row) => {
    const before = Array.from(track.timeMs.subarray(Math.max(0, row - 16), row))
    const intervals = before.slice(1).map((later, i) => later - before[i]!)
    const median = intervals.toSorted((a, b) => a - b)[intervals.length >> 1]
    const limitMs = intervals.length < 3 ? 10_000 : Math.max(10_000, 5 * median!)
    return {
      timeMs,
      row,
      place: metres(track.lon[row]!, track.lat[row]!),
      poor: track.hdop[row]! > AREA_POLICY.maxHdop || QUALITIES[track.quality[row]!] === 'estimated',
      gapBefore: row > 0 && timeMs - track.timeMs[row - 1]! > limitMs,
    }
  })
  const between = (poor: boolean, chain: typeof fixes) =>
    chain.map((to, i): Line => {
      const alone = { poor, from: to.place, to: to.place }
      const from = chain[i - 1]
      if (!from) return alone
      const elapsedMs = to.timeMs - from.timeMs
      const way = Math.hypot(to.place[0] - from.place[0], to.place[1] - from.place[1])
      const joined =
        !fixes.slice(from.row + 1, to.row + 1).some(({ gapBefore }) => gapBefore) &&
        (elapsedMs <= 10_000 || to.row - from.row <= 5) &&
        way <= (elapsedMs / 1000) * AREA_POLICY.maxSpeedMps
      return joined ? { poor, from: from.place, to: to.place } : alone
    })
  const good = between(
    false,
    fixes.filter((fix) => !fix.poor),
  )
  const poor = between(true, fixes).filter((_, i) => fixes[i]!.poor || fixes[i - 1]?.poor)
  return [...good, ...poor]
}
