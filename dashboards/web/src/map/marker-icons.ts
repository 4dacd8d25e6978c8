import type { IconLayerProps } from '@deck.gl/layers'
import { AMBER, css, RED, type Rgb, SLATE, TEAL, WHITE } from './palette.ts'

/** Markers drawn once on a canvas, for deck.gl as one picture and for plain canvases: nothing is fetched for them. */

const CELL = 96
type Shape = 'arrow' | 'dot' | 'case'

/** E-bikes are round, cases are diamonds: they differ without their colours too. */
const KINDS = {
  'arrow-online': { colour: TEAL, shape: 'arrow' },
  'dot-online': { colour: TEAL, shape: 'dot' },
  'dot-offline': { colour: SLATE, shape: 'dot' },
  'arrow-replay': { colour: AMBER, shape: 'arrow' },
  'dot-replay': { colour: AMBER, shape: 'dot' },
  'case-open': { colour: RED, shape: 'case' },
  'case-cleared': { colour: SLATE, shape: 'case' },
} as const satisfies Record<string, { colour: Rgb; shape: Shape }>

export type MarkerIcon = keyof typeof KINDS

const NAMES = Object.keys(KINDS) as MarkerIcon[]

export const ICON_MAPPING = Object.fromEntries(
  NAMES.map((name, index) => [
    name,
    { x: index * CELL, y: 0, width: CELL, height: CELL, anchorX: CELL / 2, anchorY: CELL / 2 },
  ]),
)

let picture: OffscreenCanvas | undefined
let atlas: ImageData | undefined

/**
 * The picture of all markers, drawn at the first call.
 * @throws Error where the browser gives no 2D canvas.
 */
export function iconAtlas(): NonNullable<IconLayerProps['iconAtlas']> {
  picture ??= drawIcons()
  atlas ??= penOf(picture).getImageData(0, 0, picture.width, picture.height)
  // The layer takes any image; its type names only addresses and textures.
  return atlas as unknown as string
}

/** Draws a marker with its middle at a place, CSS px. @throws Error where the browser gives no 2D canvas. */
export function drawMarker(
  pen: CanvasRenderingContext2D,
  icon: MarkerIcon,
  { x, y, sizePx, courseDeg }: { x: number; y: number; sizePx: number; courseDeg: number },
): void {
  picture ??= drawIcons()
  pen.save()
  pen.translate(x, y)
  pen.rotate((courseDeg * Math.PI) / 180)
  pen.drawImage(picture, ICON_MAPPING[icon]!.x, 0, CELL, CELL, -sizePx / 2, -sizePx / 2, sizePx, sizePx)
  pen.restore()
}

function drawIcons(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(CELL * NAMES.length, CELL)
  const pen = penOf(canvas)
  for (const [index, name] of NAMES.entries()) {
    pen.setTransform(1, 0, 0, 1, index * CELL + CELL / 2, CELL / 2)
    drawShape(pen, KINDS[name])
  }
  return canvas
}

function penOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('no 2D canvas')
  return pen
}

function drawShape(
  pen: OffscreenCanvasRenderingContext2D,
  { colour, shape }: { colour: Rgb; shape: Shape },
): void {
  pen.shadowColor = 'rgb(20 40 50 / 0.45)'
  pen.shadowBlur = 8
  pen.fillStyle = css(WHITE)
  outline(pen, shape, 34)
  pen.fill()
  pen.shadowColor = 'transparent'
  pen.fillStyle = css(colour)
  outline(pen, shape, 28)
  pen.fill()
  pen.fillStyle = css(WHITE)
  pen.beginPath()
  if (shape === 'arrow') {
    pen.moveTo(0, -18)
    pen.lineTo(13, 15)
    pen.lineTo(0, 8)
    pen.lineTo(-13, 15)
    pen.closePath()
  } else if (shape === 'case') {
    pen.roundRect(-4, -17, 8, 21, 4)
    pen.roundRect(-4, 9, 8, 8, 4)
  } else pen.arc(0, 0, 9, 0, 2 * Math.PI)
  pen.fill()
}

function outline(pen: OffscreenCanvasRenderingContext2D, shape: Shape, radius: number): void {
  pen.beginPath()
  if (shape === 'case') {
    pen.save()
    pen.rotate(Math.PI / 4)
    const half = radius * 0.82
    pen.roundRect(-half, -half, 2 * half, 2 * half, 9)
    pen.restore()
  } else pen.arc(0, 0, radius, 0, 2 * Math.PI)
}
