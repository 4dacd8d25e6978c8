import gcoord from 'gcoord'
import type { CoordinateSystem } from '../../../proto/http.ts'

/**
 * Places between WGS-84, which everything here is kept in, and the shifted systems of Chinese maps: GCJ-02 (火星坐标,
 * of Amap and Tencent) and BD-09 (百度坐标). The shift there is gcoord's. Nothing fails.
 */

export type Place = [lon: number, lat: number]
/** Degrees in, degrees out. */
export type Shift = (lon: number, lat: number) => Place

export const SYSTEM_NAMES: Record<CoordinateSystem, string> = {
  wgs84: 'WGS-84',
  gcj02: 'GCJ-02',
  bd09: 'BD-09',
}

// Its types tell of a module with a default; Node gets one that is the default.
const { transform, WGS84, GCJ02, BD09 } = gcoord as unknown as (typeof gcoord)['default']
const CODES = { gcj02: GCJ02, bd09: BD09 } as const

/** Tenth of a millimetre: what files carry, so that the way back gives the same 1e-7 degrees. */
const SHIFTED_DECIMALS = 9

/** From WGS-84. Outside of a rough rectangle around China GCJ-02 is WGS-84. */
export function shiftInto(crs: CoordinateSystem): Shift {
  if (crs === 'wgs84') return (lon, lat) => [lon, lat]
  const forward = forwardOf(crs)
  return (lon, lat) => {
    const [x, y] = forward(lon, lat)
    return [Number(x.toFixed(SHIFTED_DECIMALS)), Number(y.toFixed(SHIFTED_DECIMALS))]
  }
}

function forwardOf(crs: keyof typeof CODES): Shift {
  return (lon, lat) => transform([lon, lat], WGS84, CODES[crs]) as Place
}

/** Each round takes the error down to a hundredth or so. */
const ROUNDS = 12
const CLOSE_DEG = 1e-10

/**
 * Into WGS-84, by trying places until their shift is the one asked for. gcoord's own way back ends at 1e-6 degrees for
 * GCJ-02, once for BD-09 (0.15 m and 0.27 m at worst, measured), and never beside the edge of its rectangle, where some
 * places are the shift of none; there the nearest place that was tried is taken.
 */
export function shiftOutOf(crs: CoordinateSystem): Shift {
  if (crs === 'wgs84') return (lon, lat) => [lon, lat]
  const forward = forwardOf(crs)
  return (lon, lat) => {
    let best: Place = [lon, lat]
    let least = Number.POSITIVE_INFINITY
    let [x, y] = best
    for (let round = 0; round < ROUNDS && least > CLOSE_DEG; round++) {
      const [shiftedX, shiftedY] = forward(x, y)
      const off = Math.max(Math.abs(shiftedX - lon), Math.abs(shiftedY - lat))
      if (off < least) {
        least = off
        best = [x, y]
      }
      x -= shiftedX - lon
      y -= shiftedY - lat
    }
    return best
  }
}
