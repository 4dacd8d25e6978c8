/** A flat map in metres around one place: good to centimetres over the few kilometres of a district. */

export interface PlanePoint {
  /** East of the origin. */
  xM: number
  /** North of the origin. */
  yM: number
}

export interface Plane {
  toPlane(lat: number, lon: number): PlanePoint
  toWgs84(point: PlanePoint): { lat: number; lon: number }
}

/**
 * Plane that touches the WGS-84 ellipsoid at a place. Metres a degree: the usual series of the meridian and
 * parallel arcs (NGA "Length of a degree of latitude and longitude").
 */
export function planeAt(lat0: number, lon0: number): Plane {
  const phi = (lat0 * Math.PI) / 180
  const metresPerLat = 111132.92 - 559.82 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi)
  const metresPerLon = 111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi)
  return {
    toPlane: (lat, lon) => ({ xM: (lon - lon0) * metresPerLon, yM: (lat - lat0) * metresPerLat }),
    toWgs84: ({ xM, yM }) => ({ lat: lat0 + yM / metresPerLat, lon: lon0 + xM / metresPerLon }),
  }
}

export function distanceM(a: PlanePoint, b: PlanePoint): number {
  return Math.hypot(b.xM - a.xM, b.yM - a.yM)
}

/** Degrees clockwise from north, [0, 360). */
export function bearingDeg(from: PlanePoint, to: PlanePoint): number {
  return ((Math.atan2(to.xM - from.xM, to.yM - from.yM) * 180) / Math.PI + 360) % 360
}

/** Whether a point lies inside a closed ring (even-odd rule); a point on the ring itself may fall either way. */
export function insideRing(point: PlanePoint, ring: readonly PlanePoint[]): boolean {
  let inside = false
  for (let index = 0, before = ring.length - 1; index < ring.length; before = index++) {
    const a = ring[index]!
    const b = ring[before]!
    if (a.yM > point.yM === b.yM > point.yM) continue
    if (point.xM < ((b.xM - a.xM) * (point.yM - a.yM)) / (b.yM - a.yM) + a.xM) inside = !inside
  }
  return inside
}
