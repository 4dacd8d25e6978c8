import { distanceM } from '../distance.ts'
import type { TimeSpan } from './duty.ts'
import { STOP_RADIUS_M, type Stop } from './stops.ts'

/**
 * A track in trips (行程), stops (停留) and gaps (轨迹断点). In: its stops and gaps; out: segments that lie end to end
 * from its first fix to its last one. A trip is what lies between stops and gaps of five minutes or more: a red light
 * ends none, and neither does an underpass.
 */
export const LONG_MS = 300_000
/** Between two stops at one place: some fixes that jumped, no way there and back. */
const INTERRUPTION_MS = 60_000

export interface Segment extends TimeSpan {
  kind: 'trip' | 'stop' | 'gap'
}

/**
 * @param fixes from the first fix to the last one.
 * @param stops in order.
 * @param gaps between fixes, in order.
 * @param longMs how long a stop or a gap must be to part two trips.
 */
export function segmentsOf(
  fixes: TimeSpan,
  stops: readonly Stop[],
  gaps: readonly TimeSpan[],
  longMs = LONG_MS,
): Segment[] {
  const isLong = ({ fromMs, toMs }: TimeSpan): boolean => toMs - fromMs >= longMs
  const parting: Segment[] = [
    ...restsOf(stops, gaps, longMs).filter(isLong).map(as('stop')),
    ...gaps.filter(isLong).map(as('gap')),
  ].sort((a, b) => a.fromMs - b.fromMs)
  const segments: Segment[] = []
  let atMs = fixes.fromMs
  for (const segment of [...parting, { fromMs: fixes.toMs, toMs: fixes.toMs, kind: 'stop' as const }]) {
    if (segment.fromMs > atMs) segments.push({ kind: 'trip', fromMs: atMs, toMs: segment.fromMs })
    if (segment.toMs > segment.fromMs) segments.push(segment)
    atMs = segment.toMs
  }
  return segments
}

const as =
  (kind: 'stop' | 'gap') =>
  ({ fromMs, toMs }: TimeSpan): Segment => ({ kind, fromMs, toMs })

/** Stops at one place with nothing but a short gap or a few jumping fixes between them are one. */
function restsOf(stops: readonly Stop[], gaps: readonly TimeSpan[], longMs: number): Stop[] {
  const rests: Stop[] = []
  let gap = 0
  for (const stop of stops) {
    const rest = rests.at(-1)
    let awayMs = rest ? stop.fromMs - rest.toMs : Number.POSITIVE_INFINITY
    for (; rest && gap < gaps.length && gaps[gap]!.toMs <= stop.fromMs; gap++) {
      const { fromMs, toMs } = gaps[gap]!
      if (fromMs >= rest.toMs && toMs - fromMs < longMs) awayMs -= toMs - fromMs
    }
    const isSame = rest && awayMs <= INTERRUPTION_MS && isNear(rest, stop)
    if (isSame) rests[rests.length - 1] = { ...rest, toMs: stop.toMs }
    else rests.push(stop)
  }
  return rests
}

const isNear = (a: Stop, b: Stop): boolean => distanceM(a.lat, a.lon, b.lat, b.lon) <= STOP_RADIUS_M
