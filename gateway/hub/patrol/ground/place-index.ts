import { metresPerDegree } from '../distance.ts'
import { type Box, boxOfPlaces } from '../grids/grid-outline.ts'

/**
 * Which of many places lie near a way: squares of 50 m with the places in them, so that a fix costs a look into one
 * to four squares. Distances are measured in the plane of each place's own latitude: what is said of a place never
 * depends on which others are in the index.
 */

const SQUARE_M = 50
const MAX_SQUARES = 1_000_000

export class PlaceIndex {
  readonly #lat: Float64Array
  readonly #lon: Float64Array
  readonly #metresPerLat: Float64Array
  readonly #metresPerLon: Float64Array
  readonly #box: Box
  readonly #lonDeg: number
  readonly #latDeg: number
  readonly #columns: number
  readonly #rows: number
  readonly #starts: Int32Array
  readonly #places: Int32Array
  /** The least that a degree is long anywhere in the box: to reach far enough. */
  readonly #least: { lat: number; lon: number }

  constructor(lat: Float64Array, lon: Float64Array) {
    this.#lat = lat
    this.#lon = lon
    const scales = Array.from(lat, (place) => metresPerDegree(place))
    this.#metresPerLat = Float64Array.from(scales, (scale) => scale.lat)
    this.#metresPerLon = Float64Array.from(scales, (scale) => scale.lon)
    this.#box = boxOfPlaces(lat, lon)
    const { west, south, east, north } = this.#box
    this.#least = {
      lat: this.#metresPerLat.reduce((least, m) => Math.min(least, m), Number.POSITIVE_INFINITY),
      lon: this.#metresPerLon.reduce((least, m) => Math.min(least, m), Number.POSITIVE_INFINITY),
    }
    if (lat.length === 0) {
      this.#lonDeg = this.#latDeg = 1
      this.#columns = this.#rows = 0
      this.#starts = this.#places = new Int32Array(1)
      return
    }
    const squares =
      (((east - west) * this.#least.lon) / SQUARE_M) * (((north - south) * this.#least.lat) / SQUARE_M)
    const sizeM = SQUARE_M * Math.max(1, Math.sqrt(squares / MAX_SQUARES))
    this.#lonDeg = sizeM / this.#least.lon
    this.#latDeg = sizeM / this.#least.lat
    this.#columns = Math.floor((east - west) / this.#lonDeg) + 1
    this.#rows = Math.floor((north - south) / this.#latDeg) + 1
    const squareOf = Int32Array.from(
      lat,
      (_, i) =>
        Math.floor((lat[i]! - south) / this.#latDeg) * this.#columns +
        Math.floor((lon[i]! - west) / this.#lonDeg),
    )
    this.#starts = new Int32Array(this.#columns * this.#rows + 1)
    for (const square of squareOf) this.#starts[square + 1]!++
    for (let square = 0; square < this.#columns * this.#rows; square++)
      this.#starts[square + 1]! += this.#starts[square]!
    this.#places = new Int32Array(lat.length)
    const next = this.#starts.slice()
    squareOf.forEach((square, place) => {
      this.#places[next[square]!++] = place
    })
  }

  /** Whether any place may lie within the radius of the line: of a box around all of them. */
  #mayTouch(latA: number, lonA: number, latB: number, lonB: number, radiusM: number): boolean {
    const { west, south, east, north } = this.#box
    const roomLat = radiusM / this.#least.lat
    const roomLon = radiusM / this.#least.lon
    return (
      (lonA <= east + roomLon || lonB <= east + roomLon) &&
      (lonA >= west - roomLon || lonB >= west - roomLon) &&
      (latA <= north + roomLat || latB <= north + roomLat) &&
      (latA >= south - roomLat || latB >= south - roomLat)
    )
  }

  /**
   * Calls `hit` for each place within the radius of the line from A to B.
   * @param hit gets the place's number, its distance in m, and where the nearest point lies, 0 at A to 1 at B.
   */
  along(
    latA: number,
    lonA: number,
    latB: number,
    lonB: number,
    radiusM: number,
    hit: (place: number, distanceM: number, share: number) => void,
  ): void {
    if (!this.#mayTouch(latA, lonA, latB, lonB, radiusM)) return
    const { west, south } = this.#box
    const roomLat = radiusM / this.#least.lat
    const roomLon = radiusM / this.#least.lon
    const fromLon = Math.min(lonA, lonB) - roomLon
    const toLon = Math.max(lonA, lonB) + roomLon
    const fromLat = Math.min(latA, latB) - roomLat
    const toLat = Math.max(latA, latB) + roomLat
    const firstColumn = fromLon <= west ? 0 : Math.floor((fromLon - west) / this.#lonDeg)
    const lastColumn = Math.min(this.#columns - 1, Math.floor((toLon - west) / this.#lonDeg))
    const firstRow = fromLat <= south ? 0 : Math.floor((fromLat - south) / this.#latDeg)
    const lastRow = Math.min(this.#rows - 1, Math.floor((toLat - south) / this.#latDeg))
    const radius2 = radiusM * radiusM
    for (let row = firstRow; row <= lastRow; row++) {
      const end = this.#starts[row * this.#columns + lastColumn + 1]!
      // Squares of one row lie side by side.
      for (let i = this.#starts[row * this.#columns + firstColumn]!; i < end; i++) {
        const place = this.#places[i]!
        const mLat = this.#metresPerLat[place]!
        const mLon = this.#metresPerLon[place]!
        const aX = (lonA - this.#lon[place]!) * mLon
        const aY = (latA - this.#lat[place]!) * mLat
        const dX = (lonB - lonA) * mLon
        const dY = (latB - latA) * mLat
        const length2 = dX * dX + dY * dY
        let share = length2 === 0 ? 0 : -(aX * dX + aY * dY) / length2
        if (share < 0) share = 0
        else if (share > 1) share = 1
        const x = aX + share * dX
        const y = aY + share * dY
        const distance2 = x * x + y * y
        if (distance2 <= radius2) hit(place, Math.sqrt(distance2), share)
      }
    }
  }
}
