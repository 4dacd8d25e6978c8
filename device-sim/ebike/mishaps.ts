import type { Random } from '../random.ts'

/** What a bad cable does to the bytes on it. */

export interface Mishaps {
  /** Share of bytes that get lost. */
  lostBytes: number
  /** Bursts of 8 to 64 random bytes in the midst of the sentences. */
  binaryBurstsPerHour: number
}

/** The bytes of one second as they come out of the cable. */
export function throughBadCable(bytes: Uint8Array, mishaps: Mishaps, random: Random): Uint8Array {
  let out = bytes
  if (mishaps.lostBytes > 0) out = out.filter(() => !random.chance(mishaps.lostBytes))
  if (random.chance(mishaps.binaryBurstsPerHour / 3600)) {
    const at = random.integer(0, out.length)
    const burst = Uint8Array.from({ length: random.integer(8, 64) }, () => random.integer(0, 255))
    out = Buffer.concat([out.subarray(0, at), burst, out.subarray(at)])
  }
  return out
}
