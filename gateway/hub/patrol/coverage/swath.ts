import type { CellFrame } from '../grids/cell-frame.ts'

/**
 * Which cells a moving eye has seen: every cell whose centre lies nearer than a radius to its way, one radius where it
 * is known where the eye was, another where it is not. In: lines in the plane of the cells; out: the state of each
 * cell, counted as it goes.
 *
 * The plane is measured in cells, with a margin as wide as the farther of both around the frame, so that what happens
 * out there and still matters has a cell too: a cell's centre is at its column and row + 0.5, margin included.
 *
 * Each cell, margin included, knows how many cells within the radius of any place in it are still to be seen. A line
 * that keeps to cells where that is none changes nothing and needs no further look: after one ride along a street
 * that is most of the next rides.
 */

/** In the order in which a cell may change; OUTSIDE never does. */
export const OUTSIDE = 0
export const COVERED = 1
export const CANNOT_TELL = 2
export const UNSEEN = 3

/** Seen well, or by a fix too poor to say: a layer leads cells above it down to it. */
export type Layer = typeof COVERED | typeof CANNOT_TELL

/** A longer line is painted in parts, lest its bounding box hold mostly cells that are far from it. */
const MAX_PART = 4
/**
 * A centre this close to the radius counts as beyond it: no rounding may let an eye see farther than the cells that
 * it is known to see, or an answer would depend on how often it looked.
 */
const ROUNDING = 1e-12

export class SeenCells {
  readonly insideCells: number
  /** Of the frame with its margin. */
  readonly columns: number
  readonly rows: number
  /** Places in the plane are measured from here. */
  readonly west: number
  readonly south: number
  readonly margin: number
  /** One byte a cell, margin included. */
  readonly states: Uint8Array
  /** Cells that a good line through this one could still change. */
  readonly toCover: Uint16Array
  /** Counted from the first poor line on: most tracks have none. */
  #toSee: Uint16Array | undefined
  readonly #counts = new Uint32Array(UNSEEN + 1)
  /** By layer. */
  readonly #radius: Record<Layer, number>
  /** From a cell to all those that some place in it sees, by layer. */
  readonly #sights: Record<Layer, Int32Array>

  /**
   * @param inside - one byte a cell of the frame, 1 where it counts.
   * @param radius - in cells, by layer.
   */
  constructor(frame: CellFrame, inside: Uint8Array, radius: Record<Layer, number>) {
    // A place in a cell is at least |i| - 0.5 away from the centre of the i-th cell beside it.
    const margin = Math.ceil(Math.max(radius[COVERED], radius[CANNOT_TELL]) + 0.5) - 1
    this.margin = margin
    this.columns = frame.columns + 2 * margin
    this.rows = frame.rows + 2 * margin
    this.west = frame.west - margin * frame.cellLonDeg
    this.south = frame.south - margin * frame.cellLatDeg
    this.#radius = radius
    this.#sights = {
      [COVERED]: sightsOf(radius[COVERED], margin, this.columns),
      [CANNOT_TELL]: sightsOf(radius[CANNOT_TELL], margin, this.columns),
    }
    this.states = new Uint8Array(this.columns * this.rows)
    this.toCover = new Uint16Array(this.states.length)
    for (let row = 0; row < frame.rows; row++)
      for (let column = 0; column < frame.columns; column++) {
        if (inside[row * frame.columns + column] === 0) continue
        const cell = (row + margin) * this.columns + column + margin
        this.states[cell] = UNSEEN
        this.#counts[UNSEEN]!++
        for (const sight of this.#sights[COVERED]) this.toCover[cell + sight]!++
      }
    this.insideCells = this.#counts[UNSEEN]!
  }

  get coveredCells(): number {
    return this.#counts[COVERED]!
  }

  get cannotTellCells(): number {
    return this.#counts[CANNOT_TELL]!
  }

  /** By cell, cells that a poor line through it could still change. */
  get toSee(): Uint16Array {
    if (this.#toSee) return this.#toSee
    const left = new Uint16Array(this.states.length)
    const sights = this.#sights[CANNOT_TELL]
    for (let cell = 0; cell < left.length; cell++)
      if (this.states[cell] === UNSEEN) for (let i = 0; i < sights.length; i++) left[cell + sights[i]!]!++
    this.#toSee = left
    return left
  }

  /** Paints what is within the layer's radius of the line. */
  paint(layer: Layer, x1: number, y1: number, x2: number, y2: number): void {
    const dx = x2 - x1
    const dy = y2 - y1
    if (dx <= MAX_PART && dx >= -MAX_PART && dy <= MAX_PART && dy >= -MAX_PART)
      this.#paintPart(layer, x1, y1, x2, y2)
    else this.#paintLong(layer, x1, y1, x2, y2)
  }

  /** Cuts away what cannot touch the frame (Liang and Barsky 1984), then paints the rest in parts. */
  #paintLong(layer: Layer, x1: number, y1: number, x2: number, y2: number): void {
    const dx = x2 - x1
    const dy = y2 - y1
    let from = 0
    let to = 1
    for (const [step, low, high] of [
      [dx, -x1, this.columns - x1],
      [dy, -y1, this.rows - y1],
    ] as const) {
      if (step === 0) {
        if (low > 0 || high < 0) return
        continue
      }
      from = Math.max(from, Math.min(low / step, high / step))
      to = Math.min(to, Math.max(low / step, high / step))
    }
    if (from > to) return
    const parts = Math.ceil(((to - from) * Math.max(Math.abs(dx), Math.abs(dy))) / MAX_PART) || 1
    for (let part = 0; part < parts; part++) {
      const a = from + ((to - from) * part) / parts
      const b = from + ((to - from) * (part + 1)) / parts
      this.#paintPart(layer, x1 + a * dx, y1 + a * dy, x1 + b * dx, y1 + b * dy)
    }
  }

  /** Every first ride along a street passes here: integers, and no calls but for cells that change. */
  #paintPart(layer: Layer, x1: number, y1: number, x2: number, y2: number): void {
    const { columns, rows, states } = this
    const radius = this.#radius[layer]
    const dx = x2 - x1
    const dy = y2 - y1
    const firstColumn = clamped(Math.ceil((dx < 0 ? x2 : x1) - radius - 0.5), columns)
    const lastColumn = clamped(Math.floor((dx < 0 ? x1 : x2) + radius - 0.5) + 1, columns)
    const firstRow = clamped(Math.ceil((dy < 0 ? y2 : y1) - radius - 0.5), rows)
    const lastRow = clamped(Math.floor((dy < 0 ? y1 : y2) + radius - 0.5) + 1, rows)
    const length2 = dx * dx + dy * dy
    const perLength2 = length2 === 0 ? 0 : 1 / length2
    const radius2 = radius * radius * (1 - ROUNDING)
    for (let row = firstRow; row < lastRow; row++) {
      const py = row + 0.5 - y1
      const rowStart = row * columns
      const end = rowStart + lastColumn
      for (let cell = rowStart + firstColumn; cell < end; cell++) {
        if (states[cell]! <= layer) continue
        const px = cell - rowStart + 0.5 - x1
        let along = (px * dx + py * dy) * perLength2
        if (along < 0) along = 0
        else if (along > 1) along = 1
        const offX = px - along * dx
        const offY = py - along * dy
        if (offX * offX + offY * offY < radius2) this.#see(cell, layer)
      }
    }
  }

  #see(cell: number, layer: Layer): void {
    const before = this.states[cell]!
    this.states[cell] = layer
    this.#counts[before]!--
    this.#counts[layer]!++
    if (before === UNSEEN && this.#toSee) oneLessAround(cell, this.#toSee, this.#sights[CANNOT_TELL])
    if (layer === COVERED) oneLessAround(cell, this.toCover, this.#sights[COVERED])
  }
}

function oneLessAround(cell: number, left: Uint16Array, sights: Int32Array): void {
  for (let i = 0; i < sights.length; i++) left[cell + sights[i]!]!--
}

/** Steps between cells of which one sees the other's centre from some place in it; it is the same both ways. */
function sightsOf(radius: number, margin: number, columns: number): Int32Array {
  const apart = (steps: number): number => Math.max(0, Math.abs(steps) - 0.5)
  const sights: number[] = []
  for (let north = -margin; north <= margin; north++)
    for (let east = -margin; east <= margin; east++)
      if (apart(north) ** 2 + apart(east) ** 2 < radius ** 2) sights.push(north * columns + east)
  return Int32Array.from(sights)
}

/** 0 … `end`, as a 32-bit integer. */
function clamped(value: number, end: number): number {
  if (value <= 0) return 0
  return value < end ? value | 0 : end
}
