import { metresPerDegree } from '../distance.ts'
import { SegmentGrid } from './segment-grid.ts'
import type { Foot, StreetPart } from './street-network.ts'

const CELL_M = 50
const DEG = 180 / Math.PI

/** Finds the nearest place of every part near a place. In: the parts of a network; nothing fails. */
export class FootFinder {
  /** Of the plane of the index; distances are taken in a plane at the place that is asked for. */
  readonly #perDegree: { lat: number; lon: number }
  readonly #grid: SegmentGrid
  /** Ends of each segment in degrees, its part, and where on the part it begins and how long it is. */
  readonly #aLat: Float64Array
  readonly #aLon: Float64Array
  readonly #bLat: Float64Array
  readonly #bLon: Float64Array
  readonly #part: Int32Array
  readonly #alongM: Float64Array
  readonly #lengthM: Float64Array
  /** Of each part, its foot of the query at hand; what is older does not count. */
  readonly #feet: (Foot | undefined)[]

  constructor(parts: readonly StreetPart[]) {
    const count = parts.reduce((sum, part) => sum + part.lat.length - 1, 0)
    const column = () => new Float64Array(count)
    this.#aLat = column()
    this.#aLon = column()
    this.#bLat = column()
    this.#bLon = column()
    this.#alongM = column()
    this.#lengthM = column()
    this.#part = new Int32Array(count)
    this.#feet = new Array<Foot | undefined>(parts.length).fill(undefined)
    let segment = 0
    for (const { index, lat, lon, alongM } of parts)
      for (let i = 1; i < lat.length; i++) {
        this.#aLat[segment] = lat[i - 1]!
        this.#aLon[segment] = lon[i - 1]!
        this.#bLat[segment] = lat[i]!
        this.#bLon[segment] = lon[i]!
        this.#part[segment] = index
        this.#alongM[segment] = alongM[i - 1]!
        this.#lengthM[segment] = alongM[i]! - alongM[i - 1]!
        segment++
      }
    this.#perDegree = metresPerDegree(this.#aLat.toSorted()[count >> 1] ?? 0)
    const { lat: perLat, lon: perLon } = this.#perDegree
    this.#grid = new SegmentGrid(
      this.#aLon.map((lon) => lon * perLon),
      this.#aLat.map((lat) => lat * perLat),
      this.#bLon.map((lon) => lon * perLon),
      this.#bLat.map((lat) => lat * perLat),
      CELL_M,
    )
  }

  near(lat: number, lon: number, radiusM: number): Foot[] {
    if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return []
    const here = metresPerDegree(lat)
    const x = lon * this.#perDegree.lon
    const y = lat * this.#perDegree.lat
    const reachX = (radiusM * this.#perDegree.lon) / here.lon
    const reachY = (radiusM * this.#perDegree.lat) / here.lat
    this.#grid.find(x - reachX, y - reachY, x + reachX, y + reachY)
    const feet: Foot[] = []
    for (let i = 0; i < this.#grid.count; i++) {
      const s = this.#grid.found[i]!
      const ax = (this.#aLon[s]! - lon) * here.lon
      const ay = (this.#aLat[s]! - lat) * here.lat
      const dx = (this.#bLon[s]! - lon) * here.lon - ax
      const dy = (this.#bLat[s]! - lat) * here.lat - ay
      const t = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
      const footX = ax + t * dx
      const footY = ay + t * dy
      const distanceM = Math.sqrt(footX * footX + footY * footY)
      if (distanceM > radiusM) continue
      const part = this.#part[s]!
      let foot = this.#feet[part]
      if (!foot) {
        foot = { part, alongM: 0, distanceM: Infinity, bearingDeg: 0 }
        this.#feet[part] = foot
        feet.push(foot)
      }
      // Of two that are as near, the one further back: where segments meet, the order found does not matter.
      const alongM = this.#alongM[s]! + t * this.#lengthM[s]!
      if (distanceM > foot.distanceM || (distanceM === foot.distanceM && alongM >= foot.alongM)) continue
      foot.alongM = alongM
      foot.distanceM = distanceM
      foot.bearingDeg = (Math.atan2(dx, dy) * DEG + 360) % 360
    }
    for (const foot of feet) this.#feet[foot.part] = undefined
    return feet.sort((a, b) => a.distanceM - b.distanceM || a.part - b.part)
  }
}
