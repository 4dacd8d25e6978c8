/**
 * Paints the swath of a moving eye onto cells: every cell whose centre lies within a radius of its way. The
 * plane is measured in cells; a cell's centre is at its column and row + 0.5.
 */
export interface Canvas {
  columns: number
  rows: number
  /** One byte a cell, rows from south to north. */
  cells: Uint8Array
  /** In cells. */
  radius: number
}

/** What hangs together: two fixes no longer apart, and no faster, than this. */
export interface WayLimits {
  maxMs: number
  maxCellsPerMs: number
}

/** A longer line is painted in parts, lest its bounding box hold mostly cells that are far from it. */
const MAX_PART = 4

/** Follows one device's fixes in order of time. */
export class Pen {
  readonly #canvas: Canvas
  readonly #limits: WayLimits
  #x = 0
  #y = 0
  #timeMs = Number.NEGATIVE_INFINITY

  constructor(canvas: Canvas, limits: WayLimits) {
    this.#canvas = canvas
    this.#limits = limits
  }

  /** Goes there without painting. */
  lift(x: number, y: number, timeMs: number): void {
    this.#x = x
    this.#y = y
    this.#timeMs = timeMs
  }

  /** Paints the line from where it was or, where the two do not hang together, the new place alone. */
  draw(x: number, y: number, timeMs: number): void {
    const elapsedMs = timeMs - this.#timeMs
    const dx = x - this.#x
    const dy = y - this.#y
    const reach = elapsedMs * this.#limits.maxCellsPerMs
    if (elapsedMs > this.#limits.maxMs || dx * dx + dy * dy > reach * reach)
      paintPart(this.#canvas, x, y, x, y)
    else if (dx <= MAX_PART && dx >= -MAX_PART && dy <= MAX_PART && dy >= -MAX_PART)
      paintPart(this.#canvas, this.#x, this.#y, x, y)
    else paintLong(this.#canvas, this.#x, this.#y, x, y)
    this.lift(x, y, timeMs)
  }
}

/** Millions of lines pass here: integers, and no calls. */
function paintPart(canvas: Canvas, x1: number, y1: number, x2: number, y2: number): void {
  const { columns, rows, cells, radius } = canvas
  const dx = x2 - x1
  const dy = y2 - y1
  const firstColumn = clamped(Math.ceil((dx < 0 ? x2 : x1) - radius - 0.5), columns)
  const lastColumn = clamped(Math.floor((dx < 0 ? x1 : x2) + radius - 0.5) + 1, columns)
  const firstRow = clamped(Math.ceil((dy < 0 ? y2 : y1) - radius - 0.5), rows)
  const lastRow = clamped(Math.floor((dy < 0 ? y1 : y2) + radius - 0.5) + 1, rows)
  const length2 = dx * dx + dy * dy
  const perLength2 = length2 === 0 ? 0 : 1 / length2
  const radius2 = radius * radius
  for (let row = firstRow; row < lastRow; row++) {
    const py = row + 0.5 - y1
    const rowStart = row * columns
    const end = rowStart + lastColumn
    for (let cell = rowStart + firstColumn; cell < end; cell++) {
      // Most cells were painted by the line before.
      if (cells[cell] === 1) continue
      const px = cell - rowStart + 0.5 - x1
      let along = (px * dx + py * dy) * perLength2
      if (along < 0) along = 0
      else if (along > 1) along = 1
      const offX = px - along * dx
      const offY = py - along * dy
      if (offX * offX + offY * offY <= radius2) cells[cell] = 1
    }
  }
}

/** 0 … `end`, as a 32-bit integer. */
function clamped(value: number, end: number): number {
  if (value <= 0) return 0
  return value < end ? value | 0 : end
}

/** Cuts away what cannot touch a cell (Liang and Barsky 1984), then paints the rest in parts. */
function paintLong(canvas: Canvas, x1: number, y1: number, x2: number, y2: number): void {
  const { columns, rows, radius } = canvas
  const dx = x2 - x1
  const dy = y2 - y1
  let from = 0
  let to = 1
  for (const [step, low, high] of [
    [dx, -radius - x1, columns + radius - x1],
    [dy, -radius - y1, rows + radius - y1],
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
    paintPart(canvas, x1 + a * dx, y1 + a * dy, x1 + b * dx, y1 + b * dy)
  }
}
