import type { Patrol } from './patrols.ts'
import { indexAt } from './position.ts'

/**
 * Where each of several patrols is at a moment. A move costs as much as there are patrols, however long their tracks:
 * each remembers the fix it was at, and the next is mostly the same or the one after.
 */

export const HIDDEN = 0
export const SEEN = 1
/** In a gap of its track: the place is the last one known. */
export const LOST = 2

/** So many fixes are tried one by one before all are searched. */
const NEAR_STEPS = 8
const RADIANS = Math.PI / 180

export class Heads {
  readonly patrols: readonly Patrol[]
  /** HIDDEN before the first fix and after the last. */
  readonly states: Uint8Array
  readonly lon: Float64Array
  readonly lat: Float64Array
  /** Of the way from the fix before to the one after; NaN while it stands. */
  readonly courseDeg: Float32Array
  /** The fix at or before the moment. */
  readonly indexes: Int32Array

  constructor(patrols: readonly Patrol[]) {
    this.patrols = patrols
    this.states = new Uint8Array(patrols.length)
    this.lon = new Float64Array(patrols.length)
    this.lat = new Float64Array(patrols.length)
    this.courseDeg = new Float32Array(patrols.length)
    this.indexes = new Int32Array(patrols.length).fill(-1)
  }

  /** How many are not hidden. */
  shown = 0

  moveTo(atMs: number): void {
    this.shown = 0
    for (let place = 0; place < this.patrols.length; place++) {
      this.#move(place, atMs)
      if (this.states[place] !== HIDDEN) this.shown++
    }
  }

  /** The patrol whose head is nearest to a place and at most `mostM` away. */
  nearest(lon: number, lat: number, mostM: number): Patrol | undefined {
    let found: Patrol | undefined
    let leastM = mostM
    for (let place = 0; place < this.patrols.length; place++) {
      if (this.states[place] === HIDDEN) continue
      const northM = (this.lat[place]! - lat) * METRES_A_DEGREE
      const eastM = (this.lon[place]! - lon) * METRES_A_DEGREE * Math.cos(lat * RADIANS)
      const distanceM = Math.hypot(northM, eastM)
      if (distanceM > leastM) continue
      leastM = distanceM
      found = this.patrols[place]
    }
    return found
  }

  #move(place: number, atMs: number): void {
    const { track, gapAfter } = this.patrols[place]!
    const index = nextIndex(track.timeMs, this.indexes[place]!, atMs)
    this.indexes[place] = index
    const last = track.count - 1
    if (index < 0 || (index === last && atMs > track.timeMs[last]!)) {
      this.states[place] = HIDDEN
      return
    }
    const { timeMs, lon, lat } = track
    const after = Math.min(index + 1, last)
    const lost = after > index && atMs > timeMs[index]! && gapAfter[index] === 1
    const share = lost || after === index ? 0 : (atMs - timeMs[index]!) / (timeMs[after]! - timeMs[index]!)
    const [north, east] = [lat[after]! - lat[index]!, lon[after]! - lon[index]!]
    this.states[place] = lost ? LOST : SEEN
    this.lat[place] = lat[index]! + north * share
    this.lon[place] = lon[index]! + east * share
    this.courseDeg[place] =
      lost || Math.abs(north) + Math.abs(east) < STANDING_DEG
        ? Number.NaN
        : (Math.atan2(east * Math.cos(lat[index]! * RADIANS), north) / RADIANS + 360) % 360
  }
}

const METRES_A_DEGREE = 111_195
/** Half a metre. */
const STANDING_DEG = 0.000_005

/** As indexAt, beginning near `remembered`. */
export function nextIndex(timeMs: ArrayLike<number>, remembered: number, atMs: number): number {
  let index = remembered
  if (index >= 0 && index < timeMs.length && timeMs[index]! <= atMs)
    for (let step = 0; step < NEAR_STEPS; step++) {
      if (index + 1 >= timeMs.length || timeMs[index + 1]! > atMs) return index
      index++
    }
  return indexAt(timeMs, atMs)
}
