import type { GridFeature } from '../../../../proto/district.ts'
import { AREA_POLICY } from './area.ts'
import { type CellFrame, cellFrame, cellsInside } from './cell-frame.ts'
import type { Way } from './ways.ts'

/** A longer line is painted in parts, lest its bounding box hold mostly cells that are far from it. */
const MAX_PART = 4

/** When each cell of a unit grid was last in sight: the cells of area coverage, in seconds since 1970; 0: never. */
export class CellTimes {
  readonly frame: CellFrame
  readonly inside: Uint8Array
  readonly seenS: Uint32Array

  /** @throws RangeError for a grid too large for its cells. */
  constructor(grid: GridFeature) {
    this.frame = cellFrame(grid, AREA_POLICY.cellM)
    this.inside = cellsInside(grid, this.frame)
    this.seenS = new Uint32Array(this.inside.length)
  }

  /** Every cell within sight of the way was seen then, or later. */
  see({ lonA, latA, lonB, latB }: Pick<Way, 'lonA' | 'latA' | 'lonB' | 'latB'>, seconds: number): void {
    const { west, south, cellLonDeg, cellLatDeg } = this.frame
    const xA = (lonA - west) / cellLonDeg
    const yA = (latA - south) / cellLatDeg
    const dx = (lonB - west) / cellLonDeg - xA
    const dy = (latB - south) / cellLatDeg - yA
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / MAX_PART))
    for (let part = 0; part < parts; part++) {
      const from = part / parts
      this.#seePart(xA + from * dx, yA + from * dy, dx / parts, dy / parts, seconds)
    }
  }

  #seePart(x: number, y: number, dx: number, dy: number, seconds: number): void {
    const { columns, rows } = this.frame
    const radius = AREA_POLICY.sightM / AREA_POLICY.cellM
    const firstColumn = Math.max(0, Math.ceil(Math.min(x, x + dx) - radius - 0.5))
    const lastColumn = Math.min(columns - 1, Math.floor(Math.max(x, x + dx) + radius - 0.5))
    const firstRow = Math.max(0, Math.ceil(Math.min(y, y + dy) - radius - 0.5))
    const lastRow = Math.min(rows - 1, Math.floor(Math.max(y, y + dy) + radius - 0.5))
    const length2 = dx * dx + dy * dy
    for (let row = firstRow; row <= lastRow; row++)
      for (let column = firstColumn; column <= lastColumn; column++) {
        const cell = row * columns + column
        if (this.seenS[cell]! >= seconds) continue
        const px = column + 0.5 - x
        const py = row + 0.5 - y
        const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2))
        const offX = px - share * dx
        const offY = py - share * dy
        if (offX * offX + offY * offY <= radius * radius) this.seenS[cell] = seconds
      }
  }
}
