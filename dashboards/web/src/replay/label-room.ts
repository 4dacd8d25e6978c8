/** Which parts of the window have a name already: coarse cells, so that a thousand names cost a fraction of a ms. */

const CELL_PX = 4

export class FreeRoom {
  readonly #columns: number
  readonly #rows: number
  readonly #taken: Uint8Array

  constructor(widthPx: number, heightPx: number) {
    this.#columns = Math.ceil(widthPx / CELL_PX)
    this.#rows = Math.ceil(heightPx / CELL_PX)
    this.#taken = new Uint8Array(this.#columns * this.#rows)
  }

  /** @returns whether the box was free; then it is taken. One that lies wholly outside is not free. */
  take(left: number, top: number, widthPx: number, heightPx: number): boolean {
    const firstColumn = Math.max(0, Math.floor(left / CELL_PX))
    const firstRow = Math.max(0, Math.floor(top / CELL_PX))
    const lastColumn = Math.min(this.#columns - 1, Math.ceil((left + widthPx) / CELL_PX) - 1)
    const lastRow = Math.min(this.#rows - 1, Math.ceil((top + heightPx) / CELL_PX) - 1)
    if (firstColumn > lastColumn || firstRow > lastRow) return false
    for (let row = firstRow; row <= lastRow; row++)
      for (let column = firstColumn; column <= lastColumn; column++)
        if (this.#taken[row * this.#columns + column] === 1) return false
    for (let row = firstRow; row <= lastRow; row++)
      this.#taken.fill(1, row * this.#columns + firstColumn, row * this.#columns + lastColumn + 1)
    return true
  }
}
