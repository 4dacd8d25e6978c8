import { collection, type Feature, type FeatureCollection, type LineString } from '../map/features.ts'
import type { Segment, Track } from './track.ts'

/** The still parts of a replay for the base map: they are drawn once, however often the playhead moves. */

export interface TrackDrawing {
  /** One line a piece, with its number among `trackPieces` as the feature's id. */
  lines: FeatureCollection<LineString>
  /** A straight line across each gap, to be dashed: it joins what was seen, and claims nothing between. */
  gaps: FeatureCollection<LineString>
}

/**
 * So many fixes make a piece: the map colours whole pieces as travelled, and only the one under the playhead is drawn
 * anew with each frame, whatever the length of the track.
 */
const PIECE_FIXES = 240

/** Segments cut into pieces that share their ends; those of a single fix are left out. */
export function trackPieces(track: Track): Segment[] {
  return track.segments.flatMap(({ first, last }) =>
    Array.from({ length: Math.ceil((last - first) / PIECE_FIXES) }, (_, piece) => ({
      first: first + piece * PIECE_FIXES,
      last: Math.min(last, first + (piece + 1) * PIECE_FIXES),
    })),
  )
}

export function drawTrack(track: Track, pieces: readonly Segment[]): TrackDrawing {
  const place = (index: number): [number, number] => [track.lon[index]!, track.lat[index]!]
  const lines = pieces.map(({ first, last }, id) => ({
    ...line(Array.from({ length: last - first + 1 }, (_, offset) => place(first + offset))),
    id,
  }))
  const gaps = track.segments
    .slice(1)
    .map(({ first }, index) => line([place(track.segments[index]!.last), place(first)]))
  return { lines: collection(lines), gaps: collection(gaps) }
}

/** West, south, east, north; undefined for an empty track. */
export function trackBounds(track: Track): [number, number, number, number] | undefined {
  if (track.count === 0) return undefined
  let [west, south, east, north] = [180, 90, -180, -90]
  for (let index = 0; index < track.count; index++) {
    west = Math.min(west, track.lon[index]!)
    east = Math.max(east, track.lon[index]!)
    south = Math.min(south, track.lat[index]!)
    north = Math.max(north, track.lat[index]!)
  }
  return [west, south, east, north]
}

const line = (coordinates: [number, number][]): Feature<LineString, Record<string, never>> => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates },
  properties: {},
})
