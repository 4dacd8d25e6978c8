import type { GridFeature } from '../../../../proto/district.ts'
import type { AreaCoverage, Policy } from '../../../../proto/patrol-http.ts'
import type { Track } from '../../stores/track-store.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { type CellFrame, cellFrame, cellsInside } from '../grids/cell-frame.ts'
import type { Survey } from '../survey.ts'
import { GapRule } from '../tracks/gap-rule.ts'
import { CANNOT_TELL, COVERED, OUTSIDE, SeenCells } from './swath.ts'
import { ratio, type Tally } from './tally.ts'

/**
 * Area coverage (巡查覆盖率): the share of a grid's cells that somebody came within sight of. In come a grid
 * and tracks, out go counts and bitmaps. Nothing fails but a grid that is too large for its cells, and rows that do
 * not come in order of time.
 */
export interface AreaPolicy extends FixQualityLimits {
  cellM: number
  /** How far an inspector sees to either side. */
  sightM: number
  /** How far from a poor fix what was seen may lie: as far as its error and sight together. */
  poorReachM: number
  /** Between two fixes this fast lies a jump of the receiver, not a way. */
  maxSpeedMps: number
  /** Poor fixes between two good ones leave a way between these, if it took no longer or if they are as few. */
  maxBridgeMs: number
  maxBridgedFixes: number
}

export const AREA_POLICY: AreaPolicy = {
  cellM: 10,
  sightM: 15,
  // Sight and 36 m, the median error measured in real canyons: docs/coverage-errors.md has what other values do.
  poorReachM: 50,
  // More than the sight distance to the side cannot be told from a street that was not ridden.
  maxAccuracyM: 15,
  // The same where a receiver tells no accuracy: some 5 m of error for each unit of HDOP.
  maxHdop: 3,
  maxSpeedMps: 40,
  // As of a gap: 10 s and less are none, nor are five intervals.
  maxBridgeMs: 10_000,
  maxBridgedFixes: 4,
}

/** As the hub answers, but for what the asker knows and for the cells, which take longer. */
export type AreaOfGrid = Omit<AreaCoverage, 'from' | 'to' | 'level' | 'cells'>
export type AreaCells = NonNullable<AreaCoverage['cells']>

/** The area of one grid. */
export interface AreaSurvey extends Survey<AreaOfGrid> {
  /** Cells, counted with every fix: nothing is gone through again. */
  tally(): Tally
  cells(): AreaCells
}

/** How far the track of one device has been followed; places in the plane of the cells. */
interface Trail {
  gaps: GapRule
  lastMs: number
  x: number
  y: number
  wasPoor: boolean
  goodMs: number
  goodX: number
  goodY: number
  /** Since the last good fix. */
  poorFixes: number
  /** No good fix so far, or a gap since. */
  goodLost: boolean
  hasFixInside: boolean
}

/**
 * Covered: the centre lies within the sight distance of the line between two good fixes that hang together, or of a
 * good fix alone. Cannot tell: not covered, but within reach of fixes that were too poor. Distances are taken in the
 * plane of the grid's middle latitude.
 * @throws RangeError for a grid too large for its cells.
 */
export function surveyArea(grid: GridFeature, policy: AreaPolicy = AREA_POLICY): AreaSurvey {
  const frame = cellFrame(grid, policy.cellM)
  const cells = new SeenCells(frame, cellsInside(grid, frame), {
    [COVERED]: policy.sightM / policy.cellM,
    [CANNOT_TELL]: policy.poorReachM / policy.cellM,
  })
  const trails = new Map<string, Trail>()
  return {
    add(track) {
      const trail = trails.get(track.device) ?? newTrail()
      trails.set(track.device, trail)
      follow(trail, track, frame, policy, cells)
    },
    tally: () => ({
      of: cells.insideCells,
      covered: cells.coveredCells,
      cannotTell: cells.cannotTellCells,
    }),
    result: () => ({
      grid: grid.properties.code,
      policy: areaPolicy(policy),
      coverage: ratio(cells.coveredCells, cells.insideCells),
      cannotTell: ratio(cells.cannotTellCells, cells.insideCells),
      devices: [...trails.keys()].filter((device) => trails.get(device)!.hasFixInside).sort(),
      insideCells: cells.insideCells,
      coveredCells: cells.coveredCells,
      cannotTellCells: cells.cannotTellCells,
    }),
    cells: () => ({
      ...frame,
      inside: bitmap(frame, cells, (state) => state !== OUTSIDE),
      covered: bitmap(frame, cells, (state) => state === COVERED),
      cannotTell: bitmap(frame, cells, (state) => state === CANNOT_TELL),
    }),
  }
}

/** Of whole tracks at once. @throws RangeError as {@link surveyArea}. */
export function areaCoverage(
  grid: GridFeature,
  tracks: Iterable<Track>,
  policy?: AreaPolicy,
): AreaOfGrid & { cells: AreaCells } {
  const survey = surveyArea(grid, policy)
  for (const track of tracks) survey.add(track)
  return { ...survey.result(), cells: survey.cells() }
}

const newTrail = (): Trail => ({
  gaps: new GapRule(),
  lastMs: Number.NEGATIVE_INFINITY,
  x: Number.NaN,
  y: Number.NaN,
  wasPoor: false,
  goodMs: Number.NEGATIVE_INFINITY,
  goodX: Number.NaN,
  goodY: Number.NaN,
  poorFixes: 0,
  goodLost: true,
  hasFixInside: false,
})

/** Millions of fixes pass here, most of them where everything in sight has been covered before. */
function follow(trail: Trail, track: Track, frame: CellFrame, policy: AreaPolicy, cells: SeenCells): void {
  const { timeMs, lat, lon, count } = track
  const { columns, rows, west, south, toCover, states } = cells
  const cellsPerLonDeg = 1 / frame.cellLonDeg
  const cellsPerLatDeg = 1 / frame.cellLatDeg
  const maxCellsPerMs = policy.maxSpeedMps / policy.cellM / 1000
  const { gaps } = trail
  let { lastMs, x: lastX, y: lastY, wasPoor, goodMs, goodX, goodY, poorFixes, goodLost, hasFixInside } = trail
  for (let row = 0; row < count; row++) {
    const now = timeMs[row]!
    if (!(now > lastMs)) throw outOfOrder(track, row, lastMs)
    const x = (lon[row]! - west) * cellsPerLonDeg
    const y = (lat[row]! - south) * cellsPerLatDeg
    const poorNow = isPoor(track, row, policy)
    const gapBefore = gaps.isGapBefore(now)
    if (gapBefore) goodLost = true
    if (!hasFixInside && x >= 0 && x < columns && y >= 0 && y < rows)
      hasFixInside = states[(y | 0) * columns + (x | 0)] !== OUTSIDE

    if (!poorNow) {
      if (!nothingLeft(toCover, columns, rows, goodX, goodY, x, y)) {
        const elapsedMs = now - goodMs
        const isWay =
          !goodLost &&
          (elapsedMs <= policy.maxBridgeMs || poorFixes <= policy.maxBridgedFixes) &&
          isRidden(x - goodX, y - goodY, elapsedMs * maxCellsPerMs)
        if (isWay) cells.paint(COVERED, goodX, goodY, x, y)
        else cells.paint(COVERED, x, y, x, y)
      }
      goodX = x
      goodY = y
      goodMs = now
      goodLost = false
      poorFixes = 0
    } else poorFixes++

    if ((poorNow || wasPoor) && !nothingLeft(cells.toSee, columns, rows, lastX, lastY, x, y)) {
      const isWay = !gapBefore && isRidden(x - lastX, y - lastY, (now - lastMs) * maxCellsPerMs)
      if (isWay) cells.paint(CANNOT_TELL, lastX, lastY, x, y)
      else cells.paint(CANNOT_TELL, x, y, x, y)
    }
    wasPoor = poorNow
    lastX = x
    lastY = y
    lastMs = now
  }
  Object.assign(trail, { lastMs, x: lastX, y: lastY, wasPoor })
  Object.assign(trail, { goodMs, goodX, goodY, poorFixes, goodLost, hasFixInside })
}

const isRidden = (dx: number, dy: number, reach: number): boolean => dx * dx + dy * dy <= reach * reach

/**
 * Whether no line within the cells of these two places, nor a place alone, can change anything. It says no where
 * that would take longer to find out than to paint.
 */
function nothingLeft(
  left: Uint16Array,
  columns: number,
  rows: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): boolean {
  // Both to one side of the frame, whose margin is as wide as anyone sees: most rows, of a grid next to that ridden in.
  if ((x1 < 0 && x2 < 0) || (x1 >= columns && x2 >= columns)) return true
  if ((y1 < 0 && y2 < 0) || (y1 >= rows && y2 >= rows)) return true
  // Also where there is no earlier place, which is NaN.
  if (!(x1 >= 0 && x1 < columns && y1 >= 0 && y1 < rows)) return false
  if (!(x2 >= 0 && x2 < columns && y2 >= 0 && y2 < rows)) return false
  const column1 = x1 | 0
  const column2 = x2 | 0
  const row1 = y1 | 0
  const row2 = y2 | 0
  const to = row2 * columns + column2
  if (left[to] !== 0) return false
  const east = column2 - column1
  const north = row2 - row1
  if (east === 0 && north === 0) return true
  if (east > 1 || east < -1 || north > 1 || north < -1) return false
  // A line between neighbours keeps to these two, or to the four that meet at a corner.
  const from = row1 * columns + column1
  if (left[from] !== 0) return false
  return east === 0 || north === 0 || (left[from + east] === 0 && left[to - east] === 0)
}

/** What {@link Survey.add} throws. */
export function outOfOrder({ device, timeMs }: Track, row: number, lastMs: number): RangeError {
  const [time, last] = [timeMs[row]!, lastMs].map((ms) => new Date(ms).toISOString())
  return new RangeError(
    `device ${device}: a fix of ${time} after one of ${last}; a survey takes fixes in order of time: start anew`,
  )
}

/** Named, with its text. */
export function areaPolicy(policy: AreaPolicy): Policy {
  const { cellM, sightM, poorReachM, maxAccuracyM, maxHdop, maxSpeedMps } = policy
  const { maxBridgeMs, maxBridgedFixes } = policy
  const bridgeS = maxBridgeMs / 1000
  return {
    id: 'area',
    version: 3,
    text:
      `Share of the grid's ${cellM} m cells whose centre lies within ${sightM} m of the way between two good ` +
      `fixes that follow each other without a gap and with at most ${bridgeS} s or ${maxBridgedFixes} poor fixes ` +
      `between them. A gap is longer than 10 s and than 5 times the device's usual interval; faster than ` +
      `${maxSpeedMps} m/s is a jump, not a way. Other cells within ${poorReachM} m of the way of fixes with an ` +
      `accuracy worse than ${maxAccuracyM} m, an HDOP over ${maxHdop}, or an estimated position count as "cannot ` +
      'tell", neither as covered nor as missed: the device may have been that far from where such a fix says.',
    textZh:
      `网格内边长 ${cellM} 米的单元中，中心点距巡查轨迹 ${sightM} 米以内的占比。轨迹由前后相连的良好定位点连成：` +
      `其间没有断点，且质量差的定位点不超过 ${bridgeS} 秒或 ${maxBridgedFixes} 个。断点指间隔超过 10 秒且超过该设备` +
      `平常间隔 5 倍；速度超过 ${maxSpeedMps} 米/秒视为跳点，不连线。其余单元，距精度差于 ${maxAccuracyM} 米、HDOP 大于 ` +
      `${maxHdop} 或推算所得的定位点连线 ${poorReachM} 米以内的，计为“无法判断”，既不算已覆盖，也不算漏巡：` +
      '设备实际位置可能偏离这类定位点这么远。',
  }
}

/** One bit a cell of the frame, lowest bit first, in base64. */
function bitmap({ columns, rows }: CellFrame, cells: SeenCells, isSet: (state: number) => boolean): string {
  const bytes = Buffer.alloc((columns * rows + 7) >> 3)
  for (let row = 0, cell = 0; row < rows; row++) {
    const start = (row + cells.margin) * cells.columns + cells.margin
    for (let column = 0; column < columns; column++, cell++)
      if (isSet(cells.states[start + column]!)) bytes[cell >> 3]! |= 1 << (cell & 7)
  }
  return bytes.toString('base64')
}
