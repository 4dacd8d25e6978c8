import type { Pty } from '../../device-sim/hardware/pty.ts'
import { ggaAndRmc, sentence } from '../edge/drivers/nmea/nmea-writer.ts'

/** What the receiver of an e-bike under way writes: GGA and RMC, once a second. */

export const FIRST_MS = Date.UTC(2026, 4, 1, 8)
const LAT_E5 = (31 * 60 + 13) * 100_000
const LON_E5 = (121 * 60 + 28) * 100_000

/** Second `s` of the ride, dated `FIRST_MS` and `s` seconds unless said. */
export function second(s: number, timeMs = FIRST_MS + s * 1000): Buffer {
  const fix = {
    timeMs,
    latE5: LAT_E5 + s * 20,
    lonE5: LON_E5 + s * 30,
    quality: 1,
    satellites: 12,
    hdopE2: 90,
    altDm: 45,
    knotsE3: 8000,
    courseE2: 5600,
  }
  return Buffer.from(ggaAndRmc(fix).map(sentence).join(''), 'latin1')
}

export const seconds = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => second(from + i)))

/** Times of the fixes of these seconds. */
export const timesOf = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => FIRST_MS + (from + i) * 1000)

/** Writes once someone listens, and waits until the kernel has it. */
export async function say(pty: Pty, bytes: Uint8Array): Promise<void> {
  await pty.ready()
  pty.write(bytes)
  await pty.ready()
}
