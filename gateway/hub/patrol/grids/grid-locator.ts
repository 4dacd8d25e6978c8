import type { GridFeature } from '../../../../proto/district.ts'
import { metresPerDegree } from '../distance.ts'
import type { Box } from './grid-outline.ts'
import { type GridShape, shapeOf } from './grid-shape.ts'

/**
 * In which of some grids a place lies, asked for every fix: a raster says at once for squares that no border crosses,
 * and near borders the outline decides. In: grids; out: their numbers, several where grids overlap. Nothing fails.
 */

const SQUARE_M = 50
/** A district at 50 m has some 300,000. */
const MAX_SQUARES = 1_000_000

export class GridLocator {
  readonly #shapes: GridShape[]
  readonly #west: number
  readonly #south: number
  readonly #lonDeg: number
  readonly #latDeg: number
  readonly #columns: number
  readonly #rows: number
  /** By square: where its entries begin. An entry is twice a grid's number, + 1 where all of the square lies in it. */
  readonly #starts: Int32Array
  readonly #entries: Int32Array

  constructor(grids: readonly GridFeature[]) {
    this.#shapes = grids.map(shapeOf)
    const boxes = this.#shapes.map(({ box }) => box)
    this.#west = Math.min(...boxes.map(({ west }) => west))
    this.#south = Math.min(...boxes.map(({ south }) => south))
    const widthDeg = Math.max(...boxes.map(({ east }) => east)) - this.#west
    const heightDeg = Math.max(...boxes.map(({ north }) => north)) - this.#south
    if (boxes.length === 0) {
      this.#lonDeg = this.#latDeg = 1
      this.#columns = this.#rows = 0
      this.#starts = this.#entries = new Int32Array(1)
      return
    }
    const perDegree = metresPerDegree(this.#south + heightDeg / 2)
    const squares = ((widthDeg * perDegree.lon) / SQUARE_M) * ((heightDeg * perDegree.lat) / SQUARE_M)
    const sizeM = SQUARE_M * Math.max(1, Math.sqrt(squares / MAX_SQUARES))
    this.#lonDeg = sizeM / perDegree.lon
    this.#latDeg = sizeM / perDegree.lat
    this.#columns = Math.floor(widthDeg / this.#lonDeg) + 1
    this.#rows = Math.floor(heightDeg / this.#latDeg) + 1
    const entries = this.#shapes.flatMap((shape, number) => this.#squaresOf(shape, number))
    this.#starts = new Int32Array(this.#columns * this.#rows + 1)
    for (const { square } of entries) this.#starts[square + 1]!++
    for (let square = 0; square < this.#columns * this.#rows; square++)
      this.#starts[square + 1]! += this.#starts[square]!
    this.#entries = new Int32Array(entries.length)
    const next = this.#starts.slice()
    for (const { square, entry } of entries) this.#entries[next[square]!++] = entry
  }

  /** Calls `found` with the number of each grid that the place lies in. */
  at(lat: number, lon: number, found: (grid: number) => void): void {
    const column = Math.floor((lon - this.#west) / this.#lonDeg)
    const row = Math.floor((lat - this.#south) / this.#latDeg)
    if (!(column >= 0 && column < this.#columns && row >= 0 && row < this.#rows)) return
    const square = row * this.#columns + column
    const end = this.#starts[square + 1]!
    for (let i = this.#starts[square]!; i < end; i++) {
      const entry = this.#entries[i]!
      if ((entry & 1) === 1 || this.#shapes[entry >> 1]!.contains(lat, lon)) found(entry >> 1)
    }
  }

  /** The numbers of the grids of which some part may lie in the box, each once. */
  touching({ west, south, east, north }: Box): number[] {
    const found: number[] = []
    if (!(west < this.#west + this.#columns * this.#lonDeg && east >= this.#west)) return found
    if (!(south < this.#south + this.#rows * this.#latDeg && north >= this.#south)) return found
    const first = this.#squareAt(west, south)
    const last = this.#squareAt(east, north)
    for (let row = first.row; row <= last.row; row++) {
      const end = this.#starts[row * this.#columns + last.column + 1]!
      for (let i = this.#starts[row * this.#columns + first.column]!; i < end; i++) {
        const grid = this.#entries[i]! >> 1
        if (!found.includes(grid)) found.push(grid)
      }
    }
    return found
  }

  #squaresOf(shape: GridShape, number: number): { square: number; entry: number }[] {
    const first = this.#squareAt(shape.box.west, shape.box.south)
    const last = this.#squareAt(shape.box.east, shape.box.north)
    const width = last.column - first.column + 1
    const crossed = new Uint8Array(width * (last.row - first.row + 1))
    for (const ring of shape.polygons.flat())
      for (let i = 0; i + 3 < ring.length; i += 2)
        this.#cross(ring.subarray(i, i + 4), (column, row) => {
          crossed[(row - first.row) * width + column - first.column] = 1
        })
    const squares: { square: number; entry: number }[] = []
    for (let row = first.row; row <= last.row; row++) {
      // Between two crossed squares of a row nothing changes.
      let isInside: boolean | undefined
      for (let column = first.column; column <= last.column; column++) {
        const square = row * this.#columns + column
        if (crossed[(row - first.row) * width + column - first.column] === 1) {
          isInside = undefined
          squares.push({ square, entry: 2 * number })
          continue
        }
        isInside ??= shape.contains(
          this.#south + (row + 0.5) * this.#latDeg,
          this.#west + (column + 0.5) * this.#lonDeg,
        )
        if (isInside) squares.push({ square, entry: 2 * number + 1 })
      }
    }
    return squares
  }

  /** Every square that a line may touch, rather one too many: row by row, with a little room for rounding. */
  #cross([lonA, latA, lonB, latB]: Float64Array, touch: (column: number, row: number) => void): void {
    const room = 1e-6
    const xA = (lonA! - this.#west) / this.#lonDeg
    const xB = (lonB! - this.#west) / this.#lonDeg
    const yA = (latA! - this.#south) / this.#latDeg
    const yB = (latB! - this.#south) / this.#latDeg
    const firstRow = clamped(Math.min(yA, yB) - room, this.#rows)
    const lastRow = clamped(Math.max(yA, yB) + room, this.#rows)
    for (let row = firstRow; row <= lastRow; row++) {
      const shareAt = (y: number): number => (yA === yB ? 0 : Math.min(1, Math.max(0, (y - yA) / (yB - yA))))
      const enters = yA === yB ? xA : xA + shareAt(row - room) * (xB - xA)
      const leaves = yA === yB ? xB : xA + shareAt(row + 1 + room) * (xB - xA)
      const lastColumn = clamped(Math.max(enters, leaves) + room, this.#columns)
      for (
        let column = clamped(Math.min(enters, leaves) - room, this.#columns);
        column <= lastColumn;
        column++
      )
        touch(column, row)
    }
  }

  #squareAt(lon: number, lat: number): { column: number; row: number } {
    return {
      column: clamped((lon - this.#west) / this.#lonDeg, this.#columns),
      row: clamped((lat - this.#south) / this.#latDeg, this.#rows),
    }
  }
}

const clamped = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value)))
