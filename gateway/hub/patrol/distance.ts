/** Metres on the WGS-84 ellipsoid, exact enough and fast enough for the steps of a track. */

/** WGS-84 (NIMA TR8350.2): semi-major axis and first eccentricity squared. */
const A_M = 6_378_137
const E2 = 6.694_379_990_14e-3
const RAD = Math.PI / 180

export interface MetresPerDegree {
  lat: number
  lon: number
}

/**
 * Length of one degree at a latitude, along the meridian and along the parallel: the radii of curvature M
 * and N of the ellipsoid (Snyder, Map Projections, USGS PP 1395, eqs. 4-18 and 4-20) times one degree.
 */
export function metresPerDegree(lat: number): MetresPerDegree {
  const sin = Math.sin(lat * RAD)
  const w2 = 1 - E2 * sin * sin
  const n = A_M / Math.sqrt(w2)
  return { lat: RAD * ((n * (1 - E2)) / w2), lon: RAD * n * Math.cos(lat * RAD) }
}

/**
 * Distance of two places in m: the plane through their middle latitude, as 47 CFR 73.208(c) has it; right to
 * 0.1 % up to some 400 km away from the poles, far beyond any step of a track.
 */
export function distanceM(latA: number, lonA: number, latB: number, lonB: number): number {
  const perDegree = metresPerDegree((latA + latB) / 2)
  const turn = Math.abs(lonB - lonA)
  const northM = (latB - latA) * perDegree.lat
  const eastM = Math.min(turn, 360 - turn) * perDegree.lon
  // Many times faster than Math.hypot, whose care for overflow is not needed here.
  return Math.sqrt(northM * northM + eastM * eastM)
}
