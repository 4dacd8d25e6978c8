import type { Layer } from '@deck.gl/core'
import { IconLayer, PathLayer } from '@deck.gl/layers'
import { ICON_MAPPING, iconAtlas, type MarkerIcon } from '../map/marker-icons.ts'
import { AMBER, type Rgb, TEAL } from '../map/palette.ts'
import { indexAt, segmentAt, type Whereabouts } from './position.ts'
import type { Segment, Track } from './track.ts'

/**
 * The moving parts of a replay: the travelled part of the piece under the playhead, its bright tail and the marker. A
 * frame costs the same for an hour's track as for a month's.
 */

interface Way {
  /** Longitude and latitude by turns. */
  path: number[]
  colour: Rgba | Rgba[]
}

type Rgba = [...Rgb, number]

interface Head {
  icon: MarkerIcon
  position: [number, number]
  courseDeg: number
  faint: boolean
}

/** The bright tail is about this long on the clock on the wall, whatever the speed. */
const TAIL_WALL_S = 2.5
const SHORTEST_TAIL_S = 20

/** @param piece the piece under the playhead. @param speed of the playback. */
export function wayLayers(
  track: Track,
  piece: Segment,
  place: Whereabouts,
  atMs: number,
  speed: number,
): Layer[] {
  // A fix that stands alone between two gaps belongs to no piece.
  if (!place.known || place.index > piece.last) return []
  const tailMs = Math.max(SHORTEST_TAIL_S, TAIL_WALL_S * speed) * 1000
  const { first: segmentFirst } = track.segments[segmentAt(track, place.index)]!
  const tailFirst = Math.max(segmentFirst, indexAt(track.timeMs, atMs - tailMs))
  return [
    wayLayer('replay-travelled', 4, { path: pathTo(place, track, piece.first), colour: [...TEAL, 255] }),
    wayLayer('replay-tail', 6, fading(pathTo(place, track, tailFirst))),
  ]
}

function pathTo(place: Extract<Whereabouts, { known: true }>, track: Track, first: number): number[] {
  const path: number[] = []
  for (let index = first; index <= place.index; index++) path.push(track.lon[index]!, track.lat[index]!)
  path.push(place.lon, place.lat)
  return path
}

/** Full at its end, nothing at its beginning. */
function fading(path: number[]): Way {
  const last = path.length / 2 - 1
  return {
    path,
    colour: Array.from({ length: last + 1 }, (_, point): Rgba => [...AMBER, (255 * point) / last]),
  }
}

const wayLayer = (id: string, widthPx: number, way: Way): Layer =>
  new PathLayer<Way>({
    id,
    data: [way],
    positionFormat: 'XY',
    _pathType: 'open',
    getPath: ({ path }) => path as unknown as [number, number][],
    getColor: ({ colour }) => colour,
    getWidth: widthPx,
    widthUnits: 'pixels',
    capRounded: true,
    jointRounded: true,
  })

export function headLayer(place: Whereabouts): Layer {
  return new IconLayer<Head>({
    id: 'replay-head',
    data: headAt(place),
    iconAtlas: iconAtlas(),
    iconMapping: ICON_MAPPING,
    getIcon: ({ icon }) => icon,
    getPosition: ({ position }) => position,
    getAngle: ({ courseDeg }) => -courseDeg,
    getColor: ({ faint }) => [255, 255, 255, faint ? 120 : 255],
    getSize: 44,
  })
}

/** In a gap the marker stays, faint, where the e-bike was last seen; before the first fix there is none. */
function headAt(place: Whereabouts): Head[] {
  if (place.known) {
    const { lon, lat, courseDeg, speedMps } = place
    const heading = courseDeg !== undefined && (speedMps ?? 1) > 0.5
    const icon = heading ? 'arrow-replay' : 'dot-replay'
    return [{ icon, position: [lon, lat], courseDeg: heading ? courseDeg : 0, faint: false }]
  }
  if (!place.last) return []
  return [{ icon: 'dot-replay', position: [place.last.lon, place.last.lat], courseDeg: 0, faint: true }]
}
