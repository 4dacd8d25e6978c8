/** Metres around a place on the WGS-84 ellipsoid, for the short ways that a track filter looks at. */

/** WGS-84 (NIMA TR8350.2): semi-major axis and first eccentricity squared. */
const A_M = 6_378_137
const E2 = 6.694_379_990_14e-3
const RAD = Math.PI / 180

interface Place {
  lat: number
  lon: number
}

/**
 * The plane that touches the ellipsoid at a place, in m east and north of it (radii of curvature: Snyder, Map
 * Projections, USGS PP 1395, eqs. 4-18 and 4-20). Lengths near the place are right to 0.1 % within 10 km, away
 * from the poles. Lines that are straight in degrees are straight in the plane.
 */
export class Plane {
  readonly #lat: number
  readonly #lon: number
  readonly #metresPerLat: number
  readonly #metresPerLon: number

  constructor({ lat, lon }: Place) {
    const sin = Math.sin(lat * RAD)
    const w2 = 1 - E2 * sin * sin
    const n = A_M / Math.sqrt(w2)
    this.#lat = lat
    this.#lon = lon
    this.#metresPerLat = RAD * ((n * (1 - E2)) / w2)
    this.#metresPerLon = RAD * n * Math.cos(lat * RAD)
  }

  eastM({ lon }: Place): number {
    let turn = lon - this.#lon
    // Across the 180th meridian the short way round.
    if (turn > 180) turn -= 360
    else if (turn < -180) turn += 360
    return turn * this.#metresPerLon
  }

  northM({ lat }: Place): number {
    return (lat - this.#lat) * this.#metresPerLat
  }

  /** Distance of a place from the plane's own. */
  distanceM(place: Place): number {
    const eastM = this.eastM(place)
    const northM = this.northM(place)
    return Math.sqrt(eastM * eastM + northM * northM)
  }
}
