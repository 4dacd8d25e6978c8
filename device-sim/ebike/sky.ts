import type { Random } from '../random.ts'
import type { Constellation } from './makes.ts'
import type { SatelliteInView } from './nmea-sentences.ts'

/** The satellites above a receiver. What it uses is always part of what it has in view, constellation by constellation. */

export interface VisibleConstellation {
  constellation: Constellation
  satellites: readonly SatelliteInView[]
}

/** Degrees a second: half a degree a minute, as satellites in medium orbit move. */
const DRIFT_DEG_PER_S = 1 / 120
/** Lower than this, a satellite that is not used is not heard either. */
const HEARD_FROM_DEG = 15

export class Sky {
  readonly #random: Random
  readonly #constellations: { constellation: Constellation; satellites: SatelliteInView[] }[]
  /** The same satellites, the highest first: these are used. */
  readonly #highest: SatelliteInView[][]
  readonly #inView: number

  constructor(constellations: readonly Constellation[], random: Random) {
    this.#random = random
    this.#constellations = constellations.map((constellation) => {
      const { firstSatellite, satellites, others = [] } = constellation
      const regular = Array.from({ length: satellites }, (_, index) =>
        place(firstSatellite + index * 2 + random.integer(0, 1), random),
      )
      return { constellation, satellites: [...regular, ...others.map((number) => place(number, random))] }
    })
    this.#highest = this.#constellations.map(({ satellites }) =>
      [...satellites].sort((a, b) => b.elevationDeg - a.elevationDeg),
    )
    this.#inView = this.#highest.reduce((sum, satellites) => sum + satellites.length, 0)
  }

  /** Of `count` satellites in use, the numbers by constellation, in the order of the constellations. */
  used(count: number): number[][] {
    return this.#split(count).map((share, index) =>
      this.#highest[index]!.slice(0, share).map((satellite) => satellite.number),
    )
  }

  /** All that are in view, `sinceS` after the last time; `count` of them are received well. */
  inView(count: number, fix: boolean, sinceS: number): readonly VisibleConstellation[] {
    const shares = this.#split(count)
    for (const [index, { satellites }] of this.#constellations.entries()) {
      const used = new Set(this.#highest[index]!.slice(0, shares[index]))
      for (const satellite of satellites) {
        satellite.azimuthDeg = (satellite.azimuthDeg + sinceS * DRIFT_DEG_PER_S) % 360
        const noiseDb = this.#random.between(-3, 3)
        if (used.has(satellite)) satellite.snr = 25 + satellite.elevationDeg / 5 + noiseDb
        else if (fix && satellite.elevationDeg >= HEARD_FROM_DEG) satellite.snr = 16 + noiseDb
        else satellite.snr = undefined
      }
    }
    return this.#constellations
  }

  /** Each constellation gets its part of them by how many it has in view. */
  #split(count: number): number[] {
    let left = Math.min(count, this.#inView)
    let inView = this.#inView
    return this.#highest.map(({ length }) => {
      const share = Math.round((left * length) / inView)
      left -= share
      inView -= length
      return share
    })
  }
}

function place(number: number, random: Random): SatelliteInView {
  return { number, elevationDeg: random.between(8, 85), azimuthDeg: random.between(0, 360) }
}
