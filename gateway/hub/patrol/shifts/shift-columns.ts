import type { ShiftCheckSettings } from '../../../../proto/catalogue/shift-checks.ts'
import type { Track } from '../../stores/track-store.ts'
import { type MetresPerDegree, metresPerDegree } from '../distance.ts'
import { isPoor } from '../fix-quality.ts'
import type { GridArea } from '../grids/grid-area.ts'

/** What several checks want to know of each row of a track, worked out once. */
export interface ShiftColumns {
  /** 1: good enough to say where the device was. */
  good: Uint8Array
  /** As told, or else as the HDOP has it. */
  accuracyM: Float64Array
  /** From the row before; NaN in the first one. */
  stepM: Float64Array
  /** Beyond the border of the beat, 0 inside; absent without an area. */
  outsideM?: Float64Array
}

export function shiftColumns(
  track: Track,
  limits: ShiftCheckSettings['goodFix'],
  area: GridArea | undefined,
): ShiftColumns {
  const { count, lat, lon, hdop, accuracyM: told } = track
  const good = new Uint8Array(count)
  const accuracyM = new Float64Array(count)
  const stepM = new Float64Array(count).fill(Number.NaN)
  const outsideM = area && new Float64Array(count)
  const plane = new StepPlane()
  for (let row = 0; row < count; row++) {
    good[row] = isPoor(track, row, limits) ? 0 : 1
    accuracyM[row] = accuracyOf(told[row]!, hdop[row]!, limits)
    if (row > 0) stepM[row] = plane.distanceM(lat[row - 1]!, lon[row - 1]!, lat[row]!, lon[row]!)
    if (outsideM) outsideM[row] = area.outsideM(lat[row]!, lon[row]!)
  }
  return { good, accuracyM, stepM, ...(outsideM ? { outsideM } : {}) }
}

function accuracyOf(told: number, hdop: number, limits: ShiftCheckSettings['goodFix']): number {
  if (!Number.isNaN(told)) return told
  return Number.isNaN(hdop) ? limits.defaultM : hdop * limits.metresPerHdop
}

/** A hundredth of a degree of latitude changes the length of a step by less than 0.02 %. */
const SAME_PLANE_DEG = 0.01

/** Distances of fixes that mostly lie near each other, without a sine for each. */
export class StepPlane {
  #lat = Number.NaN
  #perDegree: MetresPerDegree = { lat: 0, lon: 0 }

  distanceM(latA: number, lonA: number, latB: number, lonB: number): number {
    const middle = (latA + latB) / 2
    if (!(Math.abs(middle - this.#lat) <= SAME_PLANE_DEG)) {
      this.#lat = middle
      this.#perDegree = metresPerDegree(middle)
    }
    const turn = Math.abs(lonB - lonA)
    const northM = (latB - latA) * this.#perDegree.lat
    const eastM = Math.min(turn, 360 - turn) * this.#perDegree.lon
    return Math.sqrt(northM * northM + eastM * eastM)
  }
}
