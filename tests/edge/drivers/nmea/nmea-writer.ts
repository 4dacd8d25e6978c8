/** Writes sentences as a receiver does; shares nothing with the decoder. */

/** `body` between `$` and its checksum, with CR LF. */
export function sentence(body: string): string {
  let sum = 0
  for (const character of body) sum ^= character.charCodeAt(0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

export function bytesOf(...bodies: string[]): Uint8Array {
  return Buffer.from(bodies.map(sentence).join(''), 'latin1')
}

/** A fix in the units in which a receiver prints it: whole numbers of the last decimal. */
export interface WrittenFix {
  timeMs: number
  /** Minutes × 10⁵, south and west negative. */
  latE5: number
  lonE5: number
  quality: number
  satellites: number
  hdopE2: number
  altDm: number
  knotsE3: number
  courseE2: number
}

/** GGA and RMC of one epoch, in this order. */
export function ggaAndRmc(fix: WrittenFix, talker = 'GN'): string[] {
  const iso = new Date(fix.timeMs).toISOString()
  const time = `${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 23)}`
  const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`
  const place = `${angle(fix.latE5, 2, 'NS')},${angle(fix.lonE5, 3, 'EW')}`
  const hdop = (fix.hdopE2 / 100).toFixed(2)
  const alt = (fix.altDm / 10).toFixed(1)
  const knots = (fix.knotsE3 / 1000).toFixed(3)
  const course = (fix.courseE2 / 100).toFixed(2)
  return [
    `${talker}GGA,${time},${place},${fix.quality},${String(fix.satellites).padStart(2, '0')},${hdop},${alt},M,0.0,M,,`,
    `${talker}RMC,${time},A,${place},${knots},${course},${date},,,A`,
  ]
}

function angle(minutesE5: number, degreeDigits: number, sides: string): string {
  const size = Math.abs(minutesE5)
  const degrees = Math.floor(size / 6_000_000)
  const minutes = size % 6_000_000
  const text = `${String(Math.floor(minutes / 100_000)).padStart(2, '0')}.${String(minutes % 100_000).padStart(5, '0')}`
  return `${String(degrees).padStart(degreeDigits, '0')}${text},${minutesE5 < 0 ? sides[1] : sides[0]}`
}
