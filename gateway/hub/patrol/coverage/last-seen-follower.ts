import type { Track, TrackStore } from '../../stores/track-store.ts'
import { metresPerDegree } from '../distance.ts'
import type { PatrolGround } from '../ground/patrol-ground.ts'
import { Matcher } from '../streets/matcher.ts'
import type { Ridden } from '../streets/street-network.ts'
import { AREA_POLICY } from './area.ts'
import { COMPONENT_POLICY } from './components.ts'
import type { LastSeenRegister } from './last-seen.ts'
import { ROAD_POLICY } from './road.ts'
import { eachTrack } from './survey-tracks.ts'
import { WAY_LIMITS, type Way, WayFollower } from './ways.ts'

/** Tells the register what one device saw. In: its rows in order, and what they settle of the streets it rode. */
export class SeenFollower {
  readonly #ground: PatrolGround
  readonly #register: LastSeenRegister
  readonly #ways = new WayFollower(WAY_LIMITS)

  constructor(ground: PatrolGround, register: LastSeenRegister) {
    this.#ground = ground
    this.#register = register
  }

  /** @throws RangeError for a row that is not later than the last one. */
  add(track: Track): void {
    if (track.count > 0) this.#register.told(track.timeMs[0]!)
    this.#ways.add(track, (way) => {
      if (way.isGood) this.#see(way)
    })
  }

  rode(pieces: readonly Ridden[]): void {
    const { parts } = this.#ground.network()
    for (const piece of pieces)
      if (piece.confidence >= ROAD_POLICY.minConfidence) this.#register.rode(parts[piece.part]!, piece)
  }

  #see(way: Way): void {
    const { latA, lonA, msA, latB, lonB, msB } = way
    const { index, codes } = this.#ground.places()
    index.along(latA, lonA, latB, lonB, COMPONENT_POLICY.passM, (component, _, share) => {
      this.#register.passed(codes[component]!, msA + share * (msB - msA))
    })
    const perDegree = metresPerDegree(latB)
    const roomLat = AREA_POLICY.sightM / perDegree.lat
    const roomLon = AREA_POLICY.sightM / perDegree.lon
    const near = this.#ground.locator().touching({
      west: Math.min(lonA, lonB) - roomLon,
      south: Math.min(latA, latB) - roomLat,
      east: Math.max(lonA, lonB) + roomLon,
      north: Math.max(latA, latB) + roomLat,
    })
    for (const grid of near) this.#register.saw(this.#ground.grids[grid]!.properties.code, way)
  }
}

export interface RebuildOptions {
  store: Pick<TrackStore, 'devicesBetween' | 'readTrack'>
  ground: PatrolGround
  register: LastSeenRegister
  fromMs: number
  toMs: number
  /** Absent: all. */
  devices?: ReadonlySet<string>
  onProgress?: (progress: { device: string; fixes: number }) => void
}

/**
 * Tells the register again what the track store has of a range, and writes it. What is there already stays.
 * @throws StoreUnavailable; Error of node:sqlite
 */
export async function rebuildLastSeen(options: RebuildOptions): Promise<void> {
  const { store, ground, register, fromMs, toMs, devices, onProgress } = options
  let at: { device: string; follower: SeenFollower; matcher: Matcher } | undefined
  const finish = (): void => {
    at?.matcher.finish()
    at?.follower.rode(at.matcher.takeSettled())
    at = undefined
    register.flush()
  }
  let fixes = 0
  await eachTrack(store, { fromMs, toMs, devices }, (track) => {
    if (at?.device !== track.device) {
      finish()
      at = {
        device: track.device,
        follower: new SeenFollower(ground, register),
        matcher: new Matcher(ground.network()),
      }
    }
    at.follower.add(track)
    at.matcher.add(track)
    at.follower.rode(at.matcher.takeSettled())
    fixes += track.count
    onProgress?.({ device: track.device, fixes })
  })
  finish()
}
