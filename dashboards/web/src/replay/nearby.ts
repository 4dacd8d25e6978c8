import type { AnsweredTrack } from '../../../../proto/track-columns.ts'
import { gapsAfter } from './patrols.ts'

/** Who came near a place. */

export interface Nearby {
  device: string
  /** At its nearest. */
  distanceM: number
}

const METRES_A_DEGREE = 111_195
const RADIANS = Math.PI / 180

/** Devices whose way, not only whose fixes, came within `mostM` of a place; the nearest first. */
export function nearbyDevices(
  tracks: readonly AnsweredTrack[],
  place: { lat: number; lon: number },
  mostM: number,
): Nearby[] {
  return tracks
    .map((track) => ({ device: track.device, distanceM: nearestM(track, place) }))
    .filter(({ distanceM }) => distanceM <= mostM)
    .sort((a, b) => a.distanceM - b.distanceM)
}

/** Metres between a place and a way, on a plane about the place; Infinity for a track without a fix. */
export function nearestM(track: AnsweredTrack, { lat, lon }: { lat: number; lon: number }): number {
  const eastM = METRES_A_DEGREE * Math.cos(lat * RADIANS)
  const x = (index: number) => (track.lon[index]! - lon) * eastM
  const y = (index: number) => (track.lat[index]! - lat) * METRES_A_DEGREE
  const gapAfter = gapsAfter(track)
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < track.count; index++) {
    const [fromX, fromY] = [x(index), y(index)]
    least = Math.min(least, Math.hypot(fromX, fromY))
    if (index + 1 === track.count || gapAfter[index] === 1) continue
    const [wayX, wayY] = [x(index + 1) - fromX, y(index + 1) - fromY]
    const square = wayX * wayX + wayY * wayY
    if (square === 0) continue
    const share = Math.min(1, Math.max(0, -(fromX * wayX + fromY * wayY) / square))
    least = Math.min(least, Math.hypot(fromX + wayX * share, fromY + wayY * share))
  }
  return least
}
