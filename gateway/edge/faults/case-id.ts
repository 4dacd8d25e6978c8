import { createHash } from 'node:crypto'

/**
 * The id of a case: 9 base-36 digits of the raise time in ms, so that ids sort by time, and 10 that name gateway,
 * component, fault and episode. The same episode always has the same id: one that was raised before the time was
 * known keeps the id of that moment (years 1971 to 1999), and sorts before all others.
 */
export function caseId(
  gateway: string,
  component: string,
  fault: string,
  episode: number,
  raisedMs: number,
): string {
  const time = Math.round(raisedMs).toString(36).padStart(9, '0')
  const digest = createHash('sha256').update([gateway, component, fault, episode].join('\n')).digest()
  const name = BigInt(`0x${digest.subarray(0, 8).toString('hex')}`)
    .toString(36)
    .slice(-10)
    .padStart(10, '0')
  return `${time}-${name}`
}
