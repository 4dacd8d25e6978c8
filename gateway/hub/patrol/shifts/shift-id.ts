import { createHash } from 'node:crypto'

/**
 * The id of a shift: 9 base-36 digits of its beginning in ms, so that ids sort by time, and 10 that name the device.
 * The same device and beginning always have the same id: an import that is made twice changes nothing.
 */
export function shiftId(device: string, fromMs: number): string {
  const time = Math.round(fromMs).toString(36).padStart(9, '0')
  const digest = createHash('sha256').update(device).digest()
  const name = BigInt(`0x${digest.subarray(0, 8).toString('hex')}`)
    .toString(36)
    .slice(-10)
    .padStart(10, '0')
  return `${time}-${name}`
}
