import type { CellFrame } from '../grids/cell-frame.ts'
import type { Way } from './ways.ts'

/** A longer line is looked at in parts, lest its bounding box hold mostly cells that are far from it. */
const MAX_PART_CELLS = 4

/**
 * Calls `see` with each cell of the frame whose centre lies nearer than the sight distance to the line from A to B;
 * with some of them more than once.
 */
export function cellsInSight(
  frame: CellFrame,
  { lonA, latA, lonB, latB }: Pick<Way, 'lonA' | 'latA' | 'lonB' | 'latB'>,
  sightM: number,
  see: (cell: number) => void,
): void {
  const { west, south, cellLonDeg, cellLatDeg } = frame
  const x = (lonA - west) / cellLonDeg
  const y = (latA - south) / cellLatDeg
  const dx = (lonB - west) / cellLonDeg - x
  const dy = (latB - south) / cellLatDeg - y
  const parts = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / MAX_PART_CELLS))
  for (let part = 0; part < parts; part++) {
    const from = part / parts
    ofPart(frame, x + from * dx, y + from * dy, dx / parts, dy / parts, sightM / frame.sizeM, see)
  }
}

/** All in cells. */
function ofPart(
  { columns, rows }: CellFrame,
  x: number,
  y: number,
  dx: number,
  dy: number,
  radius: number,
  see: (cell: number) => void,
): void {
  const firstColumn = Math.max(0, Math.ceil(Math.min(x, x + dx) - radius - 0.5))
  const lastColumn = Math.min(columns - 1, Math.floor(Math.max(x, x + dx) + radius - 0.5))
  const firstRow = Math.max(0, Math.ceil(Math.min(y, y + dy) - radius - 0.5))
  const lastRow = Math.min(rows - 1, Math.floor(Math.max(y, y + dy) + radius - 0.5))
  const length2 = dx * dx + dy * dy
  for (let row = firstRow; row <= lastRow; row++)
    for (let column = firstColumn; column <= lastColumn; column++) {
      const px = column + 0.5 - x
      const py = row + 0.5 - y
      const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2))
      const offX = px - share * dx
      const offY = py - share * dy
      if (offX * offX + offY * offY < radius * radius) see(row * columns + column)
    }
}
