import type { GridFeature } from '../../../../proto/district.ts'
import { type CellFrame, cellFrame, cellsInside } from '../grids/cell-frame.ts'
import { AREA_POLICY } from './area.ts'
import { cellsInSight } from './cells-in-sight.ts'
import type { Way } from './ways.ts'

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
  see(way: Pick<Way, 'lonA' | 'latA' | 'lonB' | 'latB'>, seconds: number): void {
    cellsInSight(this.frame, way, AREA_POLICY.sightM, (cell) => {
      if (this.seenS[cell]! < seconds) this.seenS[cell] = seconds
    })
  }
}
