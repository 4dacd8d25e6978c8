import type { Pen } from '../map/moving-canvas.ts'
import type { Rgb } from '../map/palette.ts'
import type { Fading } from './trails.ts'

/**
 * Lines that fade towards their far end, in a few strokes: each shade is one stroke of all the stretches that have it,
 * whoever rode them.
 */

/** More shades than that no one sees on a line of some pixels. */
const SHADES = 5

export function drawFading(
  { context, x, y }: Pen,
  { count, from, to, colours }: Fading,
  widthPx: number,
): void {
  const shades = new Map<number, Path2D>()
  for (let at = 0; at < count; at++) {
    const shade = Math.max(1, Math.ceil((colours[at * 4 + 3]! / 256) * SHADES))
    const key = (((colours[at * 4]! << 8) | colours[at * 4 + 1]!) << 8) | colours[at * 4 + 2]!
    const which = key * (SHADES + 1) + shade
    let path = shades.get(which)
    if (!path) {
      path = new Path2D()
      shades.set(which, path)
    }
    path.moveTo(x(from[at * 2]!), y(from[at * 2 + 1]!))
    path.lineTo(x(to[at * 2]!), y(to[at * 2 + 1]!))
  }
  context.lineWidth = widthPx
  context.lineCap = 'butt'
  for (const [which, path] of shades) {
    const key = Math.floor(which / (SHADES + 1))
    const colour: Rgb = [key >> 16, (key >> 8) & 255, key & 255]
    context.strokeStyle = `rgb(${colour.join(' ')} / ${(which % (SHADES + 1)) / SHADES})`
    context.stroke(path)
  }
}
