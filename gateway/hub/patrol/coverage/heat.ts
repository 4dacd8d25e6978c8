import type { GridFeature } from '../../../../proto/district.ts'
import type { CellFrameJson } from '../../../../proto/patrol-http.ts'
import type { Track } from '../../stores/track-store.ts'
import { type CellFrame, frameOfBox, spansInside } from '../grids/cell-frame.ts'
import { boxOf } from '../grids/grid-outline.ts'
import { cellsInSight } from './cells-in-sight.ts'
import { WAY_LIMITS, type Way, WayFollower } from './ways.ts'

/**
 * Heat of patrols (热力图): how often devices passed each cell of some grids. In: the grids, and tracks, device after
 * device; out: a count a cell. Memory is that of the cells, however long the range is. Fails only for grids that are
 * too large for their cells, and for rows out of order.
 *
 * A pass begins when the cell comes into sight and ends when it has been out of sight for a minute: standing an hour
 * is one pass, and so is riding along its border. What is not known ends no pass, unless it lasts: after a poor
 * stretch or a gap the device may never have been away.
 */
const CELL_M = 25
/** A little over half of a cell's diagonal: no place is out of sight of every cell. */
const SIGHT_M = 18
const AWAY_MS = 60_000
const LONG_BREAK_MS = 30 * 60_000
/** What the answer has room for. */
const MOST = 65_535

export interface HeatOfGrids {
  frame: CellFrameJson
  most: number
  /** Base64 of little-endian 16-bit counts. */
  passes: string
}

export class HeatMap {
  readonly #frame: CellFrame
  readonly #inside: Uint8Array
  readonly #passes: Uint16Array
  /** When this device had each cell in sight last, on a clock that stands still while nothing is known. */
  readonly #seenMs: Float64Array
  #device: string | undefined
  #ways = new WayFollower(WAY_LIMITS)
  #clockMs = 0
  #lastMs = Number.NaN

  /** @throws RangeError where the grids span too many cells; Error where there are none. */
  constructor(grids: readonly GridFeature[]) {
    this.#frame = frameOfBox(boxOf(grids), CELL_M, `the box around ${grids.length} grids`)
    const count = this.#frame.columns * this.#frame.rows
    this.#inside = new Uint8Array(count)
    for (const grid of grids)
      for (const [from, to] of spansInside(grid, this.#frame)) this.#inside.fill(1, from, to)
    this.#passes = new Uint16Array(count)
    this.#seenMs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  }

  /**
   * Rows in order of time, and all of one device before those of the next: only one is remembered.
   * @throws RangeError for a row that is not later than the device's last one.
   */
  add(track: Track): void {
    if (track.device !== this.#device) {
      this.#device = track.device
      this.#ways = new WayFollower(WAY_LIMITS)
      this.#lastMs = Number.NaN
      this.#seenMs.fill(Number.NEGATIVE_INFINITY)
    }
    this.#ways.add(track, (way) => {
      if (way.isGood) this.#pass(way)
    })
  }

  result(): HeatOfGrids {
    const { buffer, byteOffset, byteLength } = this.#passes
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    return {
      frame: { ...this.#frame },
      most: this.#passes.reduce((most, passes) => Math.max(most, passes), 0),
      passes: bytes.toString('base64'),
    }
  }

  #pass(way: Way): void {
    const { msA, msB } = way
    if (msA - this.#lastMs >= LONG_BREAK_MS) this.#clockMs += msA - this.#lastMs
    this.#clockMs += msB - msA
    this.#lastMs = msB
    cellsInSight(this.#frame, way, SIGHT_M, (cell) => {
      if (this.#inside[cell] === 1) this.#see(cell)
    })
  }

  #see(cell: number): void {
    const isAnew = this.#clockMs - this.#seenMs[cell]! > AWAY_MS
    if (isAnew && this.#passes[cell]! < MOST) this.#passes[cell]!++
    this.#seenMs[cell] = this.#clockMs
  }
}
