import type { Track } from '../../stores/track-store.ts'
import { metresPerDegree } from '../distance.ts'
import { isPoor } from '../fix-quality.ts'
import type { Foot, Ridden, StreetNetwork } from '../streets/street-network.ts'
import { GapRule } from '../tracks/gap-rule.ts'
import type { RideMatcher } from './road-matching.ts'
import type { WayLimits } from './ways.ts'

/**
 * The plain rule of road coverage, without map matching: a part is ridden where a good fix lies within the sight
 * distance of it and the heading fits. Every street near enough is credited, a parallel one too: what map matching is
 * measured against.
 */
export interface PlainLimits extends WayLimits {
  sightM: number
  /** Between the heading and the street, which may be ridden either way. */
  maxTurnDeg: number
}

/** Slower, a receiver's course is noise. */
const MIN_COURSE_MPS = 1
/** Credited to either side of a fix that hangs together with no other one. */
const ALONE_M = 2.5

interface Before {
  timeMs: number
  lat: number
  lon: number
  /** Along each part that fitted. */
  feet: Map<number, number>
}

export class PlainRule implements RideMatcher {
  readonly #network: StreetNetwork
  readonly #limits: PlainLimits
  readonly #gaps = new GapRule()
  #before: Before | undefined
  #ridden: Ridden[] = []

  constructor(network: StreetNetwork, limits: PlainLimits) {
    this.#network = network
    this.#limits = limits
  }

  add(track: Track): void {
    for (let row = 0; row < track.count; row++)
      if (!isPoor(track, row, this.#limits)) this.#follow(track, row)
  }

  takeSettled(): Ridden[] {
    const ridden = this.#ridden
    this.#ridden = []
    return ridden
  }

  open(): Ridden[] {
    return []
  }

  #follow(track: Track, row: number): void {
    const timeMs = track.timeMs[row]!
    const lat = track.lat[row]!
    const lon = track.lon[row]!
    const isGap = this.#gaps.isGapBefore(timeMs)
    const way = this.#before && !isGap ? wayFrom(this.#before, lat, lon) : undefined
    const seconds = (timeMs - (this.#before?.timeMs ?? timeMs)) / 1000
    const hangsTogether = way !== undefined && way.lengthM <= seconds * this.#limits.maxSpeedMps
    const before = hangsTogether ? this.#before! : undefined
    const heading =
      track.speedMps[row]! >= MIN_COURSE_MPS && !Number.isNaN(track.courseDeg[row]!)
        ? track.courseDeg[row]!
        : hangsTogether && way.lengthM >= seconds * MIN_COURSE_MPS
          ? way.bearingDeg
          : undefined
    const feet = new Map<number, number>()
    if (heading !== undefined)
      for (const foot of this.#network.near(lat, lon, this.#limits.sightM)) {
        if (turnDeg(foot, heading) > this.#limits.maxTurnDeg) continue
        feet.set(foot.part, foot.alongM)
        this.#ridden.push(this.#piece(foot, timeMs, before))
      }
    this.#before = { timeMs, lat, lon, feet }
  }

  #piece({ part, alongM }: Foot, timeMs: number, before: Before | undefined): Ridden {
    const beforeM = before?.feet.get(part)
    if (before && beforeM !== undefined)
      return { part, fromM: beforeM, toM: alongM, startMs: before.timeMs, endMs: timeMs, confidence: 1 }
    const fromM = Math.max(0, alongM - ALONE_M)
    const toM = Math.min(this.#network.parts[part]!.lengthM, alongM + ALONE_M)
    return { part, fromM, toM, startMs: timeMs, endMs: timeMs, confidence: 1 }
  }
}

function wayFrom(before: Before, lat: number, lon: number): { lengthM: number; bearingDeg: number } {
  const perDegree = metresPerDegree((lat + before.lat) / 2)
  const eastM = (lon - before.lon) * perDegree.lon
  const northM = (lat - before.lat) * perDegree.lat
  return {
    lengthM: Math.sqrt(eastM * eastM + northM * northM),
    bearingDeg: (Math.atan2(eastM, northM) * 180) / Math.PI,
  }
}

/** 0 to 90: a street has two directions. */
function turnDeg({ bearingDeg }: Foot, headingDeg: number): number {
  const turn = (((headingDeg - bearingDeg) % 180) + 180) % 180
  return Math.min(turn, 180 - turn)
}
