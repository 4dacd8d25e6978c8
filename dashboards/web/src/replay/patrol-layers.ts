import type { Layer } from '@deck.gl/core'
import { IconLayer, LineLayer } from '@deck.gl/layers'
import { type Heads, HIDDEN, LOST } from './heads.ts'
import { ATLAS_SCALE, arrowOf, dotOf, type LabelAtlas } from './label-atlas.ts'
import { trailsOf } from './trails.ts'

/** Heads, names and short trails of all patrols: three layers, given as typed arrays, however many patrols there are. */

/** The trail is about this long on the clock on the wall, whatever the speed. */
const TRAIL_WALL_S = 2.5
const SHORTEST_TRAIL_S = 30
const FAINT = 110

/** @param but its head is drawn elsewhere. @param speed of the playback. */
export function patrolLayers(
  heads: Heads,
  atlas: LabelAtlas,
  atMs: number,
  speed: number,
  but: string | undefined,
): Layer[] {
  const { patrols, states } = heads
  const trails = trailsOf(heads, atMs, Math.max(SHORTEST_TRAIL_S, TRAIL_WALL_S * speed) * 1000)
  const shown: number[] = []
  for (let place = 0; place < patrols.length; place++) if (states[place] !== HIDDEN) shown.push(place)
  const positions = new Float64Array(shown.length * 2)
  const angles = new Float32Array(shown.length)
  const colours = new Uint8ClampedArray(shown.length * 4).fill(255)
  const icons: string[] = []
  shown.forEach((place, at) => {
    const { colour, device } = patrols[place]!
    const courseDeg = heads.courseDeg[place]!
    const standing = Number.isNaN(courseDeg)
    positions[at * 2] = heads.lon[place]!
    positions[at * 2 + 1] = heads.lat[place]!
    angles[at] = standing ? 0 : -courseDeg
    icons.push(standing ? dotOf(colour) : arrowOf(colour))
    if (device === but) colours[at * 4 + 3] = 0
    else if (states[place] === LOST) colours[at * 4 + 3] = FAINT
  })
  const { image, mapping } = atlas
  const shared = {
    iconAtlas: image as unknown as string,
    iconMapping: mapping,
    sizeBasis: 'height',
    sizeUnits: 'pixels',
  } as const
  const length = shown.length
  const getPosition = { value: positions, size: 2 }
  return [
    new LineLayer({
      id: 'patrol-trails',
      data: {
        length: trails.count,
        attributes: {
          getSourcePosition: { value: trails.from, size: 2 },
          getTargetPosition: { value: trails.to, size: 2 },
          getColor: { value: trails.colours, size: 4 },
        },
      } as never,
      getWidth: 4,
      widthUnits: 'pixels',
    }),
    new IconLayer({
      ...shared,
      id: 'patrol-names',
      data: { length, attributes: { getPosition } } as never,
      getIcon: (_: unknown, { index }: { index: number }) => patrols[shown[index]!]!.device,
      getSize: NAME_SIZE_PX,
    }),
    new IconLayer({
      ...shared,
      id: 'patrol-heads',
      data: {
        length,
        attributes: {
          getPosition,
          getAngle: { value: angles, size: 1 },
          getColor: { value: colours, size: 4 },
        },
      } as never,
      getIcon: (_: unknown, { index }: { index: number }) => icons[index]!,
      getSize: HEAD_SIZE_PX,
    }),
  ]
}

const HEAD_SIZE_PX = 52 / ATLAS_SCALE
const NAME_SIZE_PX = 34 / ATLAS_SCALE
