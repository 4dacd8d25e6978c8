import { FONT } from '../map/base-style.ts'
import { css, type Rgb, WHITE } from '../map/palette.ts'
import type { Patrol } from './patrols.ts'

/**
 * Names and heads of the patrols as one picture: a name that moves is then a picture that moves, where text would be
 * laid out anew at every frame.
 */

export interface LabelAtlas {
  image: OffscreenCanvas
  /** By name of the device, and by `arrowOf` and `dotOf` of its colour. */
  mapping: Record<string, AtlasPlace>
}

export interface AtlasPlace {
  x: number
  y: number
  width: number
  height: number
  /** From the picture's upper left corner to the place that it belongs to. */
  anchorX: number
  anchorY: number
}

/** Drawn at twice the size that is written, for sharp screens. */
export const ATLAS_SCALE = 2
const FONT_PX = 11.5 * ATLAS_SCALE
const NAME_PX = 17 * ATLAS_SCALE
const HEAD_PX = 26 * ATLAS_SCALE
/** Every graphics card takes pictures of this width. */
const WIDTH_PX = 2048
const PADDING_PX = 5 * ATLAS_SCALE

export const arrowOf = (colour: Rgb): string => `arrow ${colour.join()}`
export const dotOf = (colour: Rgb): string => `dot ${colour.join()}`

/** @throws Error where the browser gives no 2D canvas. */
export function labelAtlas(patrols: readonly Patrol[]): LabelAtlas {
  const colours = [...new Map(patrols.map(({ colour }) => [colour.join(), colour])).values()]
  const mapping: Record<string, AtlasPlace> = {}
  const names = patrols.map(({ device, colour }) => ({ device, colour, width: nameWidth(device) }))
  let [x, y] = [0, 0]
  const room = (width: number, height: number, anchorY: number): AtlasPlace => {
    if (x + width > WIDTH_PX) {
      x = 0
      y += height + 2
    }
    const place = { x, y, width, height, anchorX: width / 2, anchorY }
    x += width + 2
    return place
  }
  for (const colour of colours)
    for (const name of [arrowOf(colour), dotOf(colour)]) mapping[name] = room(HEAD_PX, HEAD_PX, HEAD_PX / 2)
  x = 0
  y += HEAD_PX + 2
  // Below the head: an anchor above the picture.
  for (const { device, width } of names) mapping[device] = room(width, NAME_PX, -HEAD_PX / 2 + 3)
  const canvas = new OffscreenCanvas(WIDTH_PX, y + NAME_PX)
  const pen = penOf(canvas)
  for (const colour of colours) {
    drawHead(pen, mapping[arrowOf(colour)]!, colour, true)
    drawHead(pen, mapping[dotOf(colour)]!, colour, false)
  }
  for (const { device, colour } of names) drawName(pen, mapping[device]!, device, colour)
  return { image: canvas, mapping }
}

function penOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('no 2D canvas')
  pen.font = `600 ${FONT_PX}px "${FONT}", sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  return pen
}

let measuring: OffscreenCanvasRenderingContext2D | undefined

function nameWidth(device: string): number {
  measuring ??= penOf(new OffscreenCanvas(1, 1))
  return Math.min(WIDTH_PX, Math.ceil(measuring.measureText(device).width) + 2 * PADDING_PX)
}

function drawName(
  pen: OffscreenCanvasRenderingContext2D,
  { x, y, width, height }: AtlasPlace,
  device: string,
  colour: Rgb,
): void {
  pen.fillStyle = 'rgb(255 255 255 / 0.86)'
  pen.beginPath()
  pen.roundRect(x, y, width, height, 4 * ATLAS_SCALE)
  pen.fill()
  pen.fillStyle = css(colour)
  pen.fillText(device, x + width / 2, y + height / 2 + 1)
}

function drawHead(
  pen: OffscreenCanvasRenderingContext2D,
  { x, y, width, height }: AtlasPlace,
  colour: Rgb,
  arrow: boolean,
): void {
  const [middleX, middleY] = [x + width / 2, y + height / 2]
  const radius = width / 2 - 2
  for (const [size, fill] of [
    [radius, WHITE],
    [radius - 2 * ATLAS_SCALE, colour],
  ] as const) {
    pen.fillStyle = css(fill)
    pen.beginPath()
    pen.arc(middleX, middleY, size, 0, 2 * Math.PI)
    pen.fill()
  }
  pen.fillStyle = css(WHITE)
  pen.beginPath()
  if (arrow) {
    const unit = radius / 34
    pen.moveTo(middleX, middleY - 20 * unit)
    pen.lineTo(middleX + 15 * unit, middleY + 17 * unit)
    pen.lineTo(middleX, middleY + 9 * unit)
    pen.lineTo(middleX - 15 * unit, middleY + 17 * unit)
    pen.closePath()
  } else pen.arc(middleX, middleY, radius / 3.4, 0, 2 * Math.PI)
  pen.fill()
}
