import { type Heads, SEEN } from './heads.ts'

/** The short bright ways behind the heads, as stretches from point to point. */

/** More points of a track within the trail's time are stepped over. */
export const MOST_STRETCHES = 16

/** Stretches that are drawn with a shade each. */
export interface Fading {
  count: number
  /** Longitude and latitude by turns, of the beginnings and of the ends. */
  from: Float64Array
  to: Float64Array
  /** Red, green, blue, alpha of each stretch. */
  colours: Uint8ClampedArray
}

/** @param trailMs how far back they reach. */
export function trailsOf(heads: Heads, atMs: number, trailMs: number): Fading {
  const { patrols } = heads
  const most = patrols.length * (MOST_STRETCHES + 1)
  const trails = {
    count: 0,
    from: new Float64Array(most * 2),
    to: new Float64Array(most * 2),
    colours: new Uint8ClampedArray(most * 4),
  }
  for (let place = 0; place < patrols.length; place++)
    if (heads.states[place] === SEEN) addTrail(trails, heads, place, atMs, trailMs)
  return trails
}

function addTrail(trails: Fading, heads: Heads, place: number, atMs: number, trailMs: number): void {
  const { track, colour } = heads.patrols[place]!
  const { timeMs, lat, lon } = track
  const sinceMs = atMs - trailMs
  const last = heads.indexes[place]!
  let [toLon, toLat] = [heads.lon[place]!, heads.lat[place]!]
  // At 1 Hz a long trail has more points than its few pixels can show.
  const step = Math.max(1, Math.ceil(spanOf(timeMs, last, sinceMs) / MOST_STRETCHES))
  let index = last
  for (let stretch = 0; stretch <= MOST_STRETCHES && index >= 0; stretch++) {
    if (stretch > 0 && gapBetween(heads, place, index, Math.min(last, index + step))) return
    let [fromLon, fromLat] = [lon[index]!, lat[index]!]
    const ended = timeMs[index]! < sinceMs
    if (ended) {
      // Cut where the trail's time begins: a thinned track may have its last fix minutes before.
      const newer = Math.min(last, index + step)
      const newerMs = newer > index ? timeMs[newer]! : atMs
      const share = (sinceMs - timeMs[index]!) / (newerMs - timeMs[index]!)
      fromLon += (toLon - fromLon) * share
      fromLat += (toLat - fromLat) * share
    }
    const age = (atMs - Math.max(sinceMs, timeMs[index]!)) / trailMs
    const at = trails.count++
    trails.from.set([fromLon, fromLat], at * 2)
    trails.to.set([toLon, toLat], at * 2)
    trails.colours.set([...colour, 40 + 200 * (1 - age)], at * 4)
    if (ended) return
    ;[toLon, toLat] = [fromLon, fromLat]
    index -= step
  }
}

/** Fixes between `sinceMs` and the fix `last`; no more are counted than would change the step. */
function spanOf(timeMs: ArrayLike<number>, last: number, sinceMs: number): number {
  let low = 0
  let high = last + 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeMs[middle]! < sinceMs) low = middle + 1
    else high = middle
  }
  return last + 1 - low
}

function gapBetween(heads: Heads, place: number, first: number, last: number): boolean {
  const { gapAfter } = heads.patrols[place]!
  for (let index = first; index < last; index++) if (gapAfter[index] === 1) return true
  return false
}
