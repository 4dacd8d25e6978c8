import { type AreaCells, CANNOT_TELL, COVERED, cellKinds, OUTSIDE, UNCOVERED } from './bitmap.ts'

/** Cells painted as one picture, whatever their number. */

export interface CellPicture {
  width: number
  height: number
  /** RGBA, north row first. */
  pixels: Uint8ClampedArray<ArrayBuffer>
  /** West, south, east, north. */
  bounds: [number, number, number, number]
}

type Rgba = readonly [number, number, number, number]

/** Told apart by lightness too, and "cannot tell" by its hatching, so that hue alone carries nothing. */
const COLOURS: Record<number, Rgba> = {
  [COVERED]: [14, 124, 116, 150],
  [UNCOVERED]: [240, 138, 36, 120],
  [CANNOT_TELL]: [96, 103, 122, 90],
}
const HATCH: Rgba = [70, 76, 96, 205]

const MOST_PIXELS = 2048
const MOST_PIXELS_A_CELL = 8

export function paintCells(cells: AreaCells): CellPicture {
  const kinds = cellKinds(cells)
  const { columns, rows } = cells
  const scale = Math.max(1, Math.min(MOST_PIXELS_A_CELL, Math.floor(MOST_PIXELS / Math.max(columns, rows))))
  const width = columns * scale
  const height = rows * scale
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    const row = rows - 1 - Math.floor(y / scale)
    for (let x = 0; x < width; x++) {
      const kind = kinds[row * columns + Math.floor(x / scale)]!
      if (kind !== OUTSIDE) pixels.set(colourAt(kind, x, y, scale), (y * width + x) * 4)
    }
  }
  return {
    width,
    height,
    pixels,
    bounds: [
      cells.west,
      cells.south,
      cells.west + columns * cells.cellLonDeg,
      cells.south + rows * cells.cellLatDeg,
    ],
  }
}

function colourAt(kind: number, x: number, y: number, scale: number): Rgba {
  if (kind === CANNOT_TELL && scale >= 4 && (x + y) % scale < scale / 4) return HATCH
  const colour = COLOURS[kind]!
  // A thin seam between cells keeps their size readable.
  if (scale < 6 || (x % scale !== 0 && y % scale !== 0)) return colour
  return [colour[0], colour[1], colour[2], colour[3] * 0.72]
}
