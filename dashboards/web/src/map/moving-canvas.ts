import type { Map as MapLibre } from 'maplibre-gl'

/**
 * A plain canvas above the map for what moves at every frame: the map and all that is still below it stay as they were
 * drawn. A browser without a graphics card draws some hundred markers so in a few ms, where another picture of the map's
 * size through WebGL costs it a tenth of a second.
 */

export interface Pen {
  readonly context: CanvasRenderingContext2D
  /** Of the part of the map that is drawn on, CSS px. */
  readonly widthPx: number
  readonly heightPx: number
  /** Where a longitude lies from the left edge, CSS px. */
  x(lon: number): number
  /** Where a latitude lies from the upper edge, CSS px. */
  y(lat: number): number
}

export type Draw = (pen: Pen) => void

const WORLD_PX = 512
const RADIANS = Math.PI / 180

/** Web Mercator, of the world's height, from the north. */
const northing = (lat: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / (2 * Math.PI)

export class MovingCanvas {
  readonly #map: MapLibre
  readonly #canvas = document.createElement('canvas')
  readonly #context: CanvasRenderingContext2D
  #draw: Draw | undefined

  /** @param inSoftware whether pictures are played by the processor: then it keeps this one too. @throws Error where the browser gives no 2D canvas. */
  constructor(map: MapLibre, inSoftware: boolean) {
    this.#map = map
    const context = this.#canvas.getContext('2d', { willReadFrequently: inSoftware })
    if (!context) throw new Error('no 2D canvas')
    this.#context = context
    this.#canvas.className = 'moving-canvas'
    map.getContainer().append(this.#canvas)
    const again = () => {
      if (this.#draw) this.#drawNow(this.#draw)
    }
    map.on('move', again)
    map.on('resize', again)
  }

  /** Draws at once, and again whenever the map moves, until something else is shown; undefined: nothing. */
  show(draw: Draw | undefined): void {
    this.#draw = draw
    if (draw) this.#drawNow(draw)
    else this.#wipe()
  }

  remove(): void {
    this.#draw = undefined
    this.#canvas.remove()
  }

  #drawNow(draw: Draw): void {
    this.#wipe()
    draw(this.#pen())
  }

  #wipe(): void {
    const { clientWidth, clientHeight } = this.#map.getContainer()
    const ratio = window.devicePixelRatio
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)]
    // Another size also clears; the same size would make a new picture for nothing.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    this.#context.setTransform(1, 0, 0, 1, 0, 0)
    this.#context.clearRect(0, 0, width, height)
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0)
  }

  /** The map is never turned or tilted, so that one point and the scale say where everything lies. */
  #pen(): Pen {
    const { lng, lat } = this.#map.getCenter()
    const middle = this.#map.project([lng, lat])
    const worldPx = WORLD_PX * 2 ** this.#map.getZoom()
    const middleNorthing = northing(lat)
    const { clientWidth, clientHeight } = this.#map.getContainer()
    return {
      context: this.#context,
      widthPx: clientWidth,
      heightPx: clientHeight,
      x: (lon) => middle.x + ((lon - lng) / 360) * worldPx,
      y: (otherLat) => middle.y + (northing(otherLat) - middleNorthing) * worldPx,
    }
  }
}
