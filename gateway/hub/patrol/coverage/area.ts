import type { GridFeature } from '../../../../proto/district.ts'
import type { Coverage } from '../../../../proto/http.ts'
import type { Track } from '../../stores/track-store.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { gapLimitMs } from '../tracks/gaps.ts'
import { type CellFrame, cellFrame, cellsInside } from './cell-frame.ts'
import { type Canvas, Pen } from './swath.ts'

/**
 * Area coverage (巡查覆盖率): the share of a grid's cells that somebody came within sight of. In come a grid
 * and tracks, out go counts and bitmaps. Nothing fails but a grid that is too large for its cells.
 */
export interface AreaPolicy extends FixQualityLimits {
  cellM: number
  /** How far an inspector sees to either side. */
  sightM: number
  /** Between two fixes this fast lies a jump of the receiver, not a way. */
  maxSpeedMps: number
}

export const AREA_POLICY: AreaPolicy = {
  cellM: 10,
  sightM: 15,
  // More than the sight distance to the side cannot be told from a street that was not ridden.
  maxAccuracyM: 15,
  // By the usual rating up to 5 is good, up to 10 moderate.
  maxHdop: 5,
  maxSpeedMps: 40,
}

/** As the hub answers, but for the range, which only the asker knows. */
export type AreaCoverage = Omit<Coverage, 'from' | 'to'>

/** Gathers tracks one by one, so that only one at a time is in memory. */
export interface AreaSurvey {
  add(track: Track): void
  result(): AreaCoverage
}

/**
 * Covered: the centre lies within the sight distance of the line between two good fixes that follow each
 * other without a gap, or of a good fix alone. Cannot tell: not covered, but within sight of fixes that were
 * too poor. Distances are taken in the plane of the grid's middle latitude.
 * @throws RangeError for a grid too large for its cells.
 */
export function surveyArea(grid: GridFeature, policy: AreaPolicy = AREA_POLICY): AreaSurvey {
  const frame = cellFrame(grid, policy.cellM)
  const inside = cellsInside(grid, frame)
  const canvas = (): Canvas => ({
    columns: frame.columns,
    rows: frame.rows,
    cells: new Uint8Array(inside.length),
    radius: policy.sightM / policy.cellM,
  })
  const good = canvas()
  const poor = canvas()
  const devices = new Set<string>()
  return {
    add(track) {
      if (paintTrack(track, frame, policy, good, poor, inside)) devices.add(track.device)
    },
    result: () => coverageOf(grid, frame, policy, inside, good.cells, poor.cells, [...devices].sort()),
  }
}

/** @throws RangeError as {@link surveyArea}. */
export function areaCoverage(grid: GridFeature, tracks: Iterable<Track>, policy?: AreaPolicy): AreaCoverage {
  const survey = surveyArea(grid, policy)
  for (const track of tracks) survey.add(track)
  return survey.result()
}

/** Says whether the track has a fix inside the grid. */
function paintTrack(
  track: Track,
  frame: CellFrame,
  policy: AreaPolicy,
  good: Canvas,
  poor: Canvas,
  inside: Uint8Array,
): boolean {
  const { timeMs, lat, lon, count } = track
  const { west, south, columns, rows } = frame
  const cellsPerLonDeg = 1 / frame.cellLonDeg
  const cellsPerLatDeg = 1 / frame.cellLatDeg
  const limits = { maxMs: gapLimitMs(track), maxCellsPerMs: policy.maxSpeedMps / policy.cellM / 1000 }
  const goodPen = new Pen(good, limits)
  const poorPen = new Pen(poor, limits)
  let wasPoor = false
  let hasFixInside = false
  for (let row = 0; row < count; row++) {
    const now = timeMs[row]!
    const x = (lon[row]! - west) * cellsPerLonDeg
    const y = (lat[row]! - south) * cellsPerLatDeg
    const poorNow = isPoor(track, row, policy)
    if (!poorNow) goodPen.draw(x, y, now)
    if (poorNow || wasPoor) poorPen.draw(x, y, now)
    else poorPen.lift(x, y, now)
    wasPoor = poorNow
    if (!hasFixInside && x >= 0 && x < columns && y >= 0 && y < rows)
      hasFixInside = inside[Math.floor(y) * columns + Math.floor(x)] === 1
  }
  return hasFixInside
}

function coverageOf(
  grid: GridFeature,
  frame: CellFrame,
  policy: AreaPolicy,
  inside: Uint8Array,
  good: Uint8Array,
  poor: Uint8Array,
  devices: string[],
): AreaCoverage {
  const covered = inside.map((isInside, cell) => isInside & good[cell]!)
  const cannotTell = inside.map((isInside, cell) => isInside & poor[cell]! & (1 - good[cell]!))
  const insideCells = countOf(inside)
  const coveredCells = countOf(covered)
  const cannotTellCells = countOf(cannotTell)
  const { sizeM, columns, rows, west, south, cellLonDeg, cellLatDeg } = frame
  return {
    grid: grid.properties.code,
    policy: { id: 'area', version: 1, text: policyText(policy) },
    coverage: insideCells === 0 ? 0 : coveredCells / insideCells,
    cannotTell: insideCells === 0 ? 0 : cannotTellCells / insideCells,
    insideCells,
    coveredCells,
    cannotTellCells,
    devices,
    cells: {
      sizeM,
      columns,
      rows,
      west,
      south,
      cellLonDeg,
      cellLatDeg,
      inside: bitmap(inside),
      covered: bitmap(covered),
      cannotTell: bitmap(cannotTell),
    },
  }
}

function policyText({ cellM, sightM, maxAccuracyM, maxHdop, maxSpeedMps }: AreaPolicy): string {
  return (
    `Share of the grid's ${cellM} m cells whose centre lies within ${sightM} m of the way between two good ` +
    `fixes that follow each other without a gap. A gap is longer than 10 s and than 5 times the device's usual ` +
    `interval; faster than ${maxSpeedMps} m/s is a jump, not a way. Cells in sight only of fixes with an ` +
    `accuracy worse than ${maxAccuracyM} m, an HDOP over ${maxHdop}, or an estimated position count as ` +
    `"cannot tell", not as covered.`
  )
}

const countOf = (cells: Uint8Array): number => cells.reduce((sum, cell) => sum + cell, 0)

/** One bit a cell, lowest bit first, in base64. */
function bitmap(cells: Uint8Array): string {
  const bytes = Buffer.alloc((cells.length + 7) >> 3)
  for (let cell = 0; cell < cells.length; cell++) bytes[cell >> 3]! |= cells[cell]! << (cell & 7)
  return bytes.toString('base64')
}
