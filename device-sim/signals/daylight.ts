const DEG = Math.PI / 180
const DAY_MS = 86_400_000
/** Noon of 1 January 2000, Unix ms. */
const J2000_MS = Date.UTC(2000, 0, 1, 12)

/**
 * Elevation of the sun above the horizon, degrees, without refraction. By the low-precision formulas of the
 * Astronomical Almanac (0.01° from 1950 to 2050), as Michalsky gives them: Solar Energy 40 (1988), 227–235.
 */
export function sunElevationDeg(timeMs: number, lat: number, lon: number): number {
  const days = (timeMs - J2000_MS) / DAY_MS
  const meanLonDeg = 280.46 + 0.9856474 * days
  const anomaly = (357.528 + 0.9856003 * days) * DEG
  const eclipticLon = (meanLonDeg + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * DEG
  const obliquity = (23.439 - 0.0000004 * days) * DEG
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(eclipticLon), Math.cos(eclipticLon))
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(eclipticLon))
  const utHours = (timeMs % DAY_MS) / 3_600_000
  const siderealHours = 6.697375 + 0.0657098242 * days + utHours
  const hourAngle = (siderealHours * 15 + lon) * DEG - ascension
  const sine =
    Math.sin(declination) * Math.sin(lat * DEG) +
    Math.cos(declination) * Math.cos(lat * DEG) * Math.cos(hourAngle)
  return Math.asin(Math.max(-1, Math.min(1, sine))) / DEG
}

/**
 * Illuminance under a clear sky by the sun's elevation, after the usual tables: 3.4 lux at the end of civil
 * twilight, about 600 at sunrise. A factor of two either way changes nothing that is judged by it.
 */
const CLEAR_SKY: readonly (readonly [number, number])[] = [
  [-18, 0.001],
  [-12, 0.008],
  [-6, 3.4],
  [-4, 25],
  [-2, 130],
  [0, 600],
  [5, 4500],
  [10, 11_000],
  [20, 27_000],
  [40, 64_000],
  [60, 95_000],
  [90, 110_000],
]

/** Lux of the open sky. */
export function skyLux(sunDeg: number): number {
  const next = CLEAR_SKY.findIndex(([deg]) => deg >= sunDeg)
  if (next <= 0) return next === 0 ? CLEAR_SKY[0]![1] : CLEAR_SKY.at(-1)![1]
  const [fromDeg, fromLux] = CLEAR_SKY[next - 1]!
  const [toDeg, toLux] = CLEAR_SKY[next]!
  return fromLux * (toLux / fromLux) ** ((sunDeg - fromDeg) / (toDeg - fromDeg))
}
