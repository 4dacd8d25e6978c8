const DEG = Math.PI / 180
const DAY_MS = 86_400_000
/** Noon of 1 January 2000, Unix ms. */
const J2000_MS = Date.UTC(2000, 0, 1, 12)

/**
 * Elevation of the sun's centre above the horizon, in degrees, without refraction (up to 0.6° near the horizon).
 * `timeMs` is Unix ms, the place WGS-84 degrees.
 *
 * The equations of NOAA's solar calculator, which are those of Meeus, Astronomical Algorithms, chapter 25
 * (low accuracy: 0.01° between 1950 and 2050).
 */
export function solarElevationDeg(timeMs: number, lat: number, lon: number): number {
  const days = (timeMs - J2000_MS) / DAY_MS
  const century = days / 36_525
  const meanLonDeg = 280.46646 + century * (36_000.76983 + century * 0.0003032)
  const anomaly = DEG * (357.52911 + century * (35_999.05029 - century * 0.0001537))
  const centreDeg =
    Math.sin(anomaly) * (1.914602 - century * (0.004817 + century * 0.000014)) +
    Math.sin(2 * anomaly) * (0.019993 - century * 0.000101) +
    Math.sin(3 * anomaly) * 0.000289
  const node = DEG * (125.04 - 1934.136 * century)
  const apparentLon = DEG * (meanLonDeg + centreDeg - 0.00569 - 0.00478 * Math.sin(node))
  const obliquity = DEG * (23.4392911 - 0.0130042 * century + 0.00256 * Math.cos(node))
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(apparentLon))
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(apparentLon), Math.cos(apparentLon))
  // Greenwich mean sidereal time, Meeus (12.4).
  const siderealDeg = 280.46061837 + 360.98564736629 * days + 0.000387933 * century * century
  const hourAngle = DEG * (siderealDeg + lon) - rightAscension
  const sine =
    Math.sin(DEG * lat) * Math.sin(declination) +
    Math.cos(DEG * lat) * Math.cos(declination) * Math.cos(hourAngle)
  return Math.asin(Math.max(-1, Math.min(1, sine))) / DEG
}
