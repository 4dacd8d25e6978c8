/** A track as lines to draw: one a stretch without a gap, and the gaps between them. */

export interface TrackPieces {
  lines: [number, number][][]
  /** From the last place before the gap to the first after it. */
  gaps: [[number, number], [number, number]][]
}

interface Rows {
  timeMs: ArrayLike<number>
  lat: ArrayLike<number>
  lon: ArrayLike<number>
}

/** @param gaps ordered by their beginning. @param track in order of time. */
export function trackPieces(track: Rows, gaps: readonly { fromMs: number; toMs: number }[]): TrackPieces {
  const pieces: TrackPieces = { lines: [], gaps: [] }
  let line: [number, number][] = []
  let next = 0
  for (let row = 0; row < track.timeMs.length; row++) {
    const here: [number, number] = [track.lon[row]!, track.lat[row]!]
    const last = line.at(-1)
    if (last) {
      const beforeMs = track.timeMs[row - 1]!
      while (next < gaps.length && gaps[next]!.toMs <= beforeMs) next++
      if (next < gaps.length && gaps[next]!.fromMs < track.timeMs[row]!) {
        pieces.gaps.push([last, here])
        pieces.lines.push(line)
        line = []
      }
    }
    line.push(here)
  }
  if (line.length > 0) pieces.lines.push(line)
  return pieces
}
