import type { Pen } from '../map/moving-canvas.ts'
import { drawFading } from './fading-line.ts'
import { type Heads, HIDDEN, LOST } from './heads.ts'
import { ATLAS_SCALE, type AtlasPlace, arrowOf, dotOf, type LabelAtlas } from './label-atlas.ts'
import { FreeRoom } from './label-room.ts'
import { trailsOf } from './trails.ts'

/** Heads, names and short trails of all patrols: a frame costs as much as there are patrols, however long they rode. */

/** The trail is about this long on the clock on the wall, whatever the speed. */
const TRAIL_WALL_S = 2.5
const SHORTEST_TRAIL_S = 30
const TRAIL_PX = 4
const FAINT = 0.43
const RADIANS = Math.PI / 180

/** @param but its head is drawn elsewhere. @param speed of the playback. */
export function drawPatrols(
  pen: Pen,
  heads: Heads,
  atlas: LabelAtlas,
  atMs: number,
  speed: number,
  but: string | undefined,
): void {
  drawFading(pen, trailsOf(heads, atMs, Math.max(SHORTEST_TRAIL_S, TRAIL_WALL_S * speed) * 1000), TRAIL_PX)
  const { patrols, states, lon, lat } = heads
  const room = new FreeRoom(pen.widthPx, pen.heightPx)
  // A name that finds another in its place is left out: a heap of names says nothing. The focused one comes first.
  const focused = patrols.findIndex(({ device }) => device === but)
  if (focused >= 0) drawName(focused)
  for (let place = 0; place < patrols.length; place++) if (place !== focused) drawName(place)
  for (let place = 0; place < patrols.length; place++) if (place !== focused) drawHead(place)

  function drawName(place: number): void {
    if (states[place] === HIDDEN) return
    const picture = atlas.mapping[patrols[place]!.device]!
    const { widthPx, heightPx, leftPx, topPx } = inPx(picture)
    const [left, top] = [Math.round(pen.x(lon[place]!) + leftPx), Math.round(pen.y(lat[place]!) + topPx)]
    if (room.take(left, top, widthPx, heightPx)) paint(picture, left, top)
  }

  function drawHead(place: number): void {
    if (states[place] === HIDDEN) return
    const [x, y] = [pen.x(lon[place]!), pen.y(lat[place]!)]
    const { colour } = patrols[place]!
    const courseDeg = heads.courseDeg[place]!
    const standing = Number.isNaN(courseDeg)
    const picture = atlas.mapping[(standing ? dotOf : arrowOf)(colour)]!
    const { widthPx, heightPx, leftPx, topPx } = inPx(picture)
    if (x < -widthPx || y < -heightPx || x > pen.widthPx + widthPx || y > pen.heightPx + heightPx) return
    const { context } = pen
    context.save()
    if (states[place] === LOST) context.globalAlpha = FAINT
    context.translate(x, y)
    if (!standing) context.rotate(courseDeg * RADIANS)
    paint(picture, leftPx, topPx)
    context.restore()
  }

  function paint(picture: AtlasPlace, left: number, top: number): void {
    const { x, y, width, height } = picture
    const { widthPx, heightPx } = inPx(picture)
    pen.context.drawImage(atlas.image, x, y, width, height, left, top, widthPx, heightPx)
  }
}

/** As it is written on the map, beside the head's place. */
const inPx = ({ width, height, anchorX, anchorY }: AtlasPlace) => ({
  widthPx: width / ATLAS_SCALE,
  heightPx: height / ATLAS_SCALE,
  leftPx: -anchorX / ATLAS_SCALE,
  topPx: -anchorY / ATLAS_SCALE,
})
