import type { Heat } from '../../../../proto/patrol-http.ts'
import { css, type Rgb } from '../map/palette.ts'

/** Passes a cell as a picture. In: the hub's counts. Out: RGBA pixels, the northernmost row first, as pictures are. */

export interface HeatPicture {
  width: number
  height: number
  pixels: Uint8ClampedArray<ArrayBuffer>
  bounds: [west: number, south: number, east: number, north: number]
}

/** From pale to dark in one run of lightness: readable without colours, and on paper. After "inferno", reversed. */
const RAMP: readonly Rgb[] = [
  [252, 220, 130],
  [249, 160, 60],
  [222, 95, 60],
  [165, 44, 96],
  [87, 16, 110],
  [28, 10, 60],
]
const PALEST_ALPHA = 120
const DARKEST_ALPHA = 215

export const HEAT_GRADIENT = `linear-gradient(90deg, ${RAMP.map(css).join(', ')})`

/** @throws RangeError where there are fewer counts than cells. */
export function paintHeat(heat: Heat): HeatPicture {
  const { columns, rows, west, south, cellLonDeg, cellLatDeg, most } = heat
  const passes = countsOf(heat)
  const pixels = new Uint8ClampedArray(columns * rows * 4)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const count = passes[row * columns + column]!
      if (count === 0) continue
      const share = heatShare(count, most)
      pixels.set(
        [...rampColour(share), PALEST_ALPHA + (DARKEST_ALPHA - PALEST_ALPHA) * share],
        ((rows - 1 - row) * columns + column) * 4,
      )
    }
  return {
    width: columns,
    height: rows,
    pixels,
    bounds: [west, south, west + columns * cellLonDeg, south + rows * cellLatDeg],
  }
}

/** Counts of the cells, from south to north and west to east. @throws RangeError where there are too few. */
export function countsOf({ columns, rows, passes }: Pick<Heat, 'columns' | 'rows' | 'passes'>): Uint16Array {
  const bytes = Uint8Array.from(atob(passes), (char) => char.charCodeAt(0))
  const cells = columns * rows
  if (bytes.length < cells * 2)
    throw new RangeError(`heat: ${bytes.length} bytes, expected ${cells * 2} for ${columns} × ${rows} cells`)
  const view = new DataView(bytes.buffer)
  return Uint16Array.from({ length: cells }, (_, cell) => view.getUint16(cell * 2, true))
}

/** 0 for one pass, 1 for the most: by logarithm, since a depot is passed a hundred times as often as a lane. */
export const heatShare = (count: number, most: number): number =>
  most <= 1 ? 1 : Math.log(count) / Math.log(most)

function rampColour(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1)
  const low = Math.min(RAMP.length - 2, Math.floor(at))
  const [from, to] = [RAMP[low]!, RAMP[low + 1]!]
  return from.map((channel, i) => channel + (to[i]! - channel) * (at - low)) as Rgb
}
