import type { GridFeature } from '../../../../proto/district.ts'
import { metresPerDegree } from '../distance.ts'
import { type Box, boxOf, polygonsOf, type Ring } from './grid-outline.ts'

/** A bounding box cut into square cells: rows from south to north, each from west to east. */
export interface CellFrame {
  sizeM: number
  columns: number
  rows: number
  west: number
  south: number
  cellLonDeg: number
  cellLatDeg: number
}

/** 2,000 km² at 10 m, more than a district. */
const MAX_CELLS = 20_000_000

/** @throws RangeError for a grid too large for its cells. */
export function cellFrame(grid: GridFeature, sizeM: number): CellFrame {
  return frameOfBox(boxOf([grid]), sizeM, `grid ${grid.properties.code}`)
}

/**
 * @param what - whose box it is, for the error: `grid 310101001001001`.
 * @throws RangeError for a box too large for its cells.
 */
export function frameOfBox({ west, south, east, north }: Box, sizeM: number, what: string): CellFrame {
  const perDegree = metresPerDegree((south + north) / 2)
  const cellLonDeg = sizeM / perDegree.lon
  const cellLatDeg = sizeM / perDegree.lat
  const columns = Math.max(1, Math.ceil((east - west) / cellLonDeg))
  const rows = Math.max(1, Math.ceil((north - south) / cellLatDeg))
  if (!(columns * rows <= MAX_CELLS))
    throw new RangeError(
      `${what} spans ${columns} × ${rows} cells of ${sizeM} m, expected at most ` +
        `${MAX_CELLS}: split it, or check its coordinates`,
    )
  return { sizeM, columns, rows, west, south, cellLonDeg, cellLatDeg }
}

/** One byte a cell, 1 where its centre lies inside the grid, holes left out. */
export function cellsInside(grid: GridFeature, frame: CellFrame): Uint8Array {
  const inside = new Uint8Array(frame.columns * frame.rows)
  for (const [from, to] of spansInside(grid, frame)) inside.fill(1, from, to)
  return inside
}

/**
 * The cells `from` … `to` - 1, each time of one row, whose centres lie inside the grid, holes left out. Row by row:
 * the borders that cross the row's centre line, sorted, are entered and left in turn (even-odd rule). Two grids with
 * the same corners along their border share no cell.
 */
export function* spansInside(grid: GridFeature, frame: CellFrame): Generator<[from: number, to: number]> {
  for (const polygon of polygonsOf(grid)) {
    const crossings = crossingsByRow(polygon, frame)
    for (const [row, columns] of crossings) {
      columns.sort((a, b) => a - b)
      for (let i = 0; i + 1 < columns.length; i += 2) {
        const first = Math.max(0, Math.ceil(columns[i]! - 0.5))
        const last = Math.min(frame.columns, Math.ceil(columns[i + 1]! - 0.5))
        if (last > first) yield [row * frame.columns + first, row * frame.columns + last]
      }
    }
  }
}

/** Where borders cross the centre line of each row, in columns from the west. */
function crossingsByRow(rings: Ring[], frame: CellFrame): Map<number, number[]> {
  const crossings = new Map<number, number[]>()
  for (const ring of rings)
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x1, y1] = inCells(ring[i]!, frame)
      const [x2, y2] = inCells(ring[i + 1]!, frame)
      // Half-open, so that a corner on a centre line belongs to one of its two borders only.
      const first = Math.max(0, Math.ceil(Math.min(y1, y2) - 0.5))
      const end = Math.min(frame.rows, Math.ceil(Math.max(y1, y2) - 0.5))
      for (let row = first; row < end; row++) {
        const x = x1 + ((row + 0.5 - y1) / (y2 - y1)) * (x2 - x1)
        const found = crossings.get(row)
        if (found) found.push(x)
        else crossings.set(row, [x])
      }
    }
  return crossings
}

function inCells([lon, lat]: Ring[number], frame: CellFrame): [x: number, y: number] {
  return [(lon - frame.west) / frame.cellLonDeg, (lat - frame.south) / frame.cellLatDeg]
}
