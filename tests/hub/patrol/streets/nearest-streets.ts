import { WAY_LIMITS } from '../../../../gateway/hub/patrol/coverage/ways.ts'
import { type FixQualityLimits, isPoor } from '../../../../gateway/hub/patrol/fix-quality.ts'
import { offDeg } from '../../../../gateway/hub/patrol/streets/candidates.ts'
import { RiddenPieces } from '../../../../gateway/hub/patrol/streets/ridden-pieces.ts'
import type { Foot, Ridden, StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import { GapRule } from '../../../../gateway/hub/patrol/tracks/gap-rule.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'

/**
 * What map matching is measured against: each good fix is on the nearest street within sight whose direction fits its
 * course. The pieces have a confidence of 1, since the rule knows no other.
 * @param sightM - the nearest street further away is not credited.
 */
export function nearestStreets(track: Track, network: StreetNetwork, sightM: number): Ridden[] {
  const streets = new NearestStreets(network, sightM)
  const gaps = new GapRule()
  for (let row = 0; row < track.count; row++) {
    if (gaps.isGapBefore(track.timeMs[row]!)) streets.breakOff()
    if (!isPoor(track, row, GOOD)) streets.goTo(track, row)
  }
  streets.breakOff()
  return streets.pieces.take()
}

class NearestStreets {
  readonly pieces = new RiddenPieces()
  readonly #network: StreetNetwork
  readonly #sightM: number
  #last: (Foot & { timeMs: number }) | undefined

  constructor(network: StreetNetwork, sightM: number) {
    this.#network = network
    this.#sightM = sightM
  }

  breakOff(): void {
    this.pieces.finish()
    this.#last = undefined
  }

  #footOf(track: Track, row: number): Foot | undefined {
    const courseDeg = track.speedMps[row]! < COURSE_MIN_MPS ? Number.NaN : track.courseDeg[row]!
    return this.#network
      .near(track.lat[row]!, track.lon[row]!, this.#sightM)
      .find(({ bearingDeg }) => offDeg(courseDeg, bearingDeg) <= FITS_DEG)
  }

  goTo(track: Track, row: number): void {
    const timeMs = track.timeMs[row]!
    const foot = this.#footOf(track, row)
    const last = this.#last
    this.#last = foot && { ...foot, timeMs }
    if (!last || !foot) {
      this.pieces.finish()
      return
    }
    const leg = { startMs: last.timeMs, endMs: timeMs, confidence: 1 }
    if (last.part === foot.part) {
      this.pieces.add({ ...leg, part: foot.part, fromM: last.alongM, toM: foot.alongM })
      return
    }
    // Round the corner, both streets were ridden as far as it; further away it was another way.
    const [a, b] = [this.#network.parts[last.part]!, this.#network.parts[foot.part]!]
    for (const node of [a.from, a.to]) {
      if (node !== b.from && node !== b.to) continue
      const outM = node === a.from ? 0 : a.lengthM
      const inM = node === b.from ? 0 : b.lengthM
      if (Math.abs(outM - last.alongM) + Math.abs(inM - foot.alongM) > 2 * this.#sightM) continue
      this.pieces.add({ ...leg, part: a.index, fromM: last.alongM, toM: outM })
      this.pieces.add({ ...leg, part: b.index, fromM: inM, toM: foot.alongM })
      return
    }
    this.pieces.finish()
  }
}

/** As all policies have it. */
const GOOD: FixQualityLimits = WAY_LIMITS
const COURSE_MIN_MPS = 1
const FITS_DEG = 45
