/** A body at rest feels 1 g; far from it, the body is being moved or the chip does not measure. */
const LEAST_G = 0.5
const MOST_G = 1.5

/**
 * Angle in degrees between an accelerometer's z axis and the vertical: 0 lying flat, 90 on its edge, 180 upside
 * down. With x, y, z the acceleration in g, tilt = atan2(sqrt(x² + y²), z): Analog Devices AN-1057, equation 13,
 * which unlike acos(z) is as exact around 0 as elsewhere. Undefined where the three together are not about 1 g.
 */
export function tiltDeg(x: number, y: number, z: number): number | undefined {
  const g = Math.hypot(x, y, z)
  if (!(g >= LEAST_G && g <= MOST_G)) return undefined
  return (Math.atan2(Math.hypot(x, y), z) * 180) / Math.PI
}
