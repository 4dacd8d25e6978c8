import type { AnsweredTrack } from '../../../../proto/track-columns.ts'
import type { Rgb } from '../map/palette.ts'
import { ALL } from '../url-state.ts'

/** Several patrols that are replayed on one clock, each with a colour of its own as far as colours go. */

export interface Patrol {
  device: string
  colour: Rgb
  /** May be thinned: between two of its fixes the way is straight and even to within the tolerance. */
  track: AnsweredTrack
  /** 1 at each fix after which nothing is known until the next. */
  gapAfter: Uint8Array
}

/**
 * Told apart by people who see no red or no green, and dark enough for a light map. After Paul Tol, "Colour schemes"
 * (SRON/EPS/TN/09-002), qualitative, muted and bright. Beyond so many patrols their names tell them apart.
 */
export const PATROL_COLOURS: readonly Rgb[] = [
  [51, 34, 136],
  [190, 76, 98],
  [17, 119, 51],
  [68, 119, 170],
  [136, 34, 85],
  [122, 122, 30],
  [170, 68, 153],
  [44, 140, 125],
]

export const patrolColour = (place: number): Rgb => PATROL_COLOURS[place % PATROL_COLOURS.length]!

/** In the order of `devices`, or of their names, which fixes the colours; those without a fix are left out. */
export function patrolsOf(
  devices: readonly string[] | typeof ALL,
  tracks: readonly AnsweredTrack[],
): Patrol[] {
  const byDevice = new Map(tracks.map((track) => [track.device, track]))
  const order = devices === ALL ? [...byDevice.keys()].sort() : devices
  return order.flatMap((device, place) => {
    const track = byDevice.get(device)
    return track && track.count > 0
      ? [{ device, colour: patrolColour(place), track, gapAfter: gapsAfter(track) }]
      : []
  })
}

export function gapsAfter({ count, gapRows }: AnsweredTrack): Uint8Array {
  const after = new Uint8Array(count)
  for (const row of gapRows) if (row > 0) after[row - 1] = 1
  return after
}

/** West, south, east, north of all; undefined where there is no fix. */
export function patrolBounds(patrols: readonly Patrol[]): [number, number, number, number] | undefined {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const { track } of patrols)
    for (let index = 0; index < track.count; index++) {
      west = Math.min(west, track.lon[index]!)
      east = Math.max(east, track.lon[index]!)
      south = Math.min(south, track.lat[index]!)
      north = Math.max(north, track.lat[index]!)
    }
  return west <= east ? [west, south, east, north] : undefined
}
