import type { Track } from '../../stores/track-store.ts'
import { distanceM } from '../distance.ts'
import { type FixQualityLimits, isPoor } from '../fix-quality.ts'
import { GapRule } from '../tracks/gap-rule.ts'
import { AREA_POLICY, outOfOrder } from './area.ts'

/** When two fixes are the ends of a way that was really ridden. */
export interface WayLimits extends FixQualityLimits {
  /** Between two fixes this fast lies a jump of the receiver, not a way. */
  maxSpeedMps: number
  /** Poor fixes between two good ones leave a way between these, if it took no longer or if they are as few. */
  maxBridgeMs: number
  maxBridgedFixes: number
}

const { maxAccuracyM, maxHdop, maxSpeedMps, maxBridgeMs, maxBridgedFixes } = AREA_POLICY
/** The same for all policies: as of area coverage. */
export const WAY_LIMITS: WayLimits = { maxAccuracyM, maxHdop, maxSpeedMps, maxBridgeMs, maxBridgedFixes }

/** From A to B, without a gap and without a jump; one object that is used again for each way. */
export interface Way {
  latA: number
  lonA: number
  msA: number
  latB: number
  lonB: number
  msB: number
  /** What the receiver said at B; NaN where it said nothing. */
  speedMps: number
  /** Both ends are good fixes; else the fix at B, or the one at A, was too poor to say where the device was. */
  isGood: boolean
}

/** No degree anywhere is longer: a bound that saves the exact distance for nearly all fixes. */
export const MAX_METRES_PER_DEGREE = 111_700

interface Ended {
  lat: number
  lon: number
  timeMs: number
}

/**
 * Follows the fixes of one device and tells the ways between them. Good ways join good fixes with no
 * gap, and few poor ones, between them. Poor ways join any two fixes of which one is poor; a poor fix that hangs together
 * with nothing is a way from itself to itself. A good fix that hangs together with nothing tells nothing: a receiver's
 * spike looks the same.
 */
export class WayFollower {
  readonly #limits: WayLimits
  readonly #gaps = new GapRule()
  #good: Ended | undefined
  #any: Ended | undefined
  /** Since the last good fix. */
  #poorFixes = 0
  readonly #way: Way = {
    latA: 0,
    lonA: 0,
    msA: 0,
    latB: 0,
    lonB: 0,
    msB: 0,
    speedMps: Number.NaN,
    isGood: true,
  }

  constructor(limits: WayLimits) {
    this.#limits = limits
  }

  /** @throws RangeError for a row that is not later than the one before. */
  add(track: Track, take: (way: Way) => void): void {
    for (let row = 0; row < track.count; row++) this.#follow(track, row, take)
  }

  #follow(track: Track, row: number, take: (way: Way) => void): void {
    const timeMs = track.timeMs[row]!
    const lat = track.lat[row]!
    const lon = track.lon[row]!
    if (this.#any && !(timeMs > this.#any.timeMs)) throw outOfOrder(track, row, this.#any.timeMs)
    const isPoorNow = isPoor(track, row, this.#limits)
    const isGap = this.#gaps.isGapBefore(timeMs)
    const way = this.#way
    way.latB = lat
    way.lonB = lon
    way.msB = timeMs
    way.speedMps = track.speedMps[row]!
    const wasPoor = this.#poorFixes > 0
    if (isGap) this.#good = undefined
    if (isPoorNow) this.#poorFixes++
    else {
      if (this.#good && this.#isBridged(timeMs - this.#good.timeMs) && this.#begins(this.#good)) {
        way.isGood = true
        take(way)
      }
      this.#good = endedAt(this.#good, lat, lon, timeMs)
      this.#poorFixes = 0
    }
    if (isPoorNow || wasPoor) {
      way.isGood = false
      if (this.#any && !isGap && this.#begins(this.#any)) take(way)
      else if (isPoorNow) {
        way.latA = lat
        way.lonA = lon
        way.msA = timeMs
        take(way)
      }
    }
    this.#any = endedAt(this.#any, lat, lon, timeMs)
  }

  #isBridged(elapsedMs: number): boolean {
    return elapsedMs <= this.#limits.maxBridgeMs || this.#poorFixes <= this.#limits.maxBridgedFixes
  }

  /** Lays the beginning of the way there; false where a jump lies between. */
  #begins({ lat, lon, timeMs }: Ended): boolean {
    const way = this.#way
    way.latA = lat
    way.lonA = lon
    way.msA = timeMs
    const reachM = ((way.msB - timeMs) / 1000) * this.#limits.maxSpeedMps
    const dLat = way.latB - lat
    const dLon = way.lonB - lon
    const boundM = (Math.abs(dLat) + Math.abs(dLon)) * MAX_METRES_PER_DEGREE
    return boundM <= reachM || distanceM(lat, lon, way.latB, way.lonB) <= reachM
  }
}

function endedAt(before: Ended | undefined, lat: number, lon: number, timeMs: number): Ended {
  if (!before) return { lat, lon, timeMs }
  before.lat = lat
  before.lon = lon
  before.timeMs = timeMs
  return before
}

/** Followers of devices, each made when its device first appears. */
export class WaysOfDevices {
  readonly #limits: WayLimits
  readonly #followers = new Map<string, WayFollower>()

  constructor(limits: WayLimits) {
    this.#limits = limits
  }

  /** @throws RangeError as {@link WayFollower.add}. */
  add(track: Track, take: (way: Way) => void): void {
    let follower = this.#followers.get(track.device)
    if (!follower) {
      follower = new WayFollower(this.#limits)
      this.#followers.set(track.device, follower)
    }
    follower.add(track, take)
  }
}
