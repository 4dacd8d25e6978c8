import { drawMarker, type MarkerIcon } from '../map/marker-icons.ts'
import type { Pen } from '../map/moving-canvas.ts'
import { AMBER, css, TEAL } from '../map/palette.ts'
import { drawFading } from './fading-line.ts'
import { indexAt, segmentAt, type Whereabouts } from './position.ts'
import type { Segment, Track } from './track.ts'
import type { Fading } from './trails.ts'

/**
 * The moving parts of the track in focus: the travelled part of the piece under the playhead, its bright tail and the
 * marker. A frame costs the same for an hour's track as for a month's.
 */

/** The bright tail is about this long on the clock on the wall, whatever the speed. */
const TAIL_WALL_S = 2.5
const SHORTEST_TAIL_S = 20
const WAY_PX = 4
const TAIL_PX = 6
const MARKER_PX = 44
const FAINT = 0.47

/** @param piece the piece under the playhead. @param speed of the playback. */
export function drawWay(
  pen: Pen,
  track: Track,
  piece: Segment | undefined,
  place: Whereabouts,
  atMs: number,
  speed: number,
): void {
  // A fix that stands alone between two gaps belongs to no piece.
  if (!piece || !place.known || place.index > piece.last) return
  const { context, x, y } = pen
  context.beginPath()
  context.moveTo(x(track.lon[piece.first]!), y(track.lat[piece.first]!))
  for (let index = piece.first + 1; index <= place.index; index++)
    context.lineTo(x(track.lon[index]!), y(track.lat[index]!))
  context.lineTo(x(place.lon), y(place.lat))
  context.strokeStyle = css(TEAL)
  context.lineWidth = WAY_PX
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.stroke()

  const tailMs = Math.max(SHORTEST_TAIL_S, TAIL_WALL_S * speed) * 1000
  const { first: segmentFirst } = track.segments[segmentAt(track, place.index)]!
  drawFading(pen, tail(track, Math.max(segmentFirst, indexAt(track.timeMs, atMs - tailMs)), place), TAIL_PX)
}

/** Full at its end, nothing at its beginning. */
function tail(track: Track, first: number, place: Extract<Whereabouts, { known: true }>): Fading {
  const count = place.index - first + 1
  const from = new Float64Array(count * 2)
  const to = new Float64Array(count * 2)
  const colours = new Uint8ClampedArray(count * 4)
  for (let at = 0; at < count; at++) {
    const index = first + at
    from.set([track.lon[index]!, track.lat[index]!], at * 2)
    const end =
      index === place.index ? [place.lon, place.lat] : [track.lon[index + 1]!, track.lat[index + 1]!]
    to.set(end, at * 2)
    colours.set([...AMBER, (255 * (at + 1)) / count], at * 4)
  }
  return { count, from, to, colours }
}

/** In a gap the marker stays, faint, where the e-bike was last seen; before the first fix there is none. */
export function drawHead(pen: Pen, place: Whereabouts): void {
  if (place.known) {
    const { lon, lat, courseDeg, speedMps } = place
    const heading = courseDeg !== undefined && (speedMps ?? 1) > 0.5
    mark(pen, heading ? 'arrow-replay' : 'dot-replay', lon, lat, heading ? courseDeg : 0)
    return
  }
  if (!place.last) return
  pen.context.save()
  pen.context.globalAlpha = FAINT
  mark(pen, 'dot-replay', place.last.lon, place.last.lat, 0)
  pen.context.restore()
}

function mark(pen: Pen, icon: MarkerIcon, lon: number, lat: number, courseDeg: number): void {
  drawMarker(pen.context, icon, { x: pen.x(lon), y: pen.y(lat), sizePx: MARKER_PX, courseDeg })
}
