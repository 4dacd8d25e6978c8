import { generateDistrict } from '../../../device-sim/city/district.ts'
import { makeFleet } from '../../../device-sim/ebike/fleet.ts'
import { NmeaDecoder } from '../../../gateway/edge/drivers/nmea/nmea.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { Fix } from '../../../proto/domain.ts'

const FIXES_A_BATCH = 30

/** The fixes of an e-bike from what its simulated receiver says, one a second. */
export function pastRide(seed: number, startMs: number, hours: number): Fix[] {
  const [ride] = makeFleet({ ebikes: 1, district: generateDistrict(1), seed, startMs })
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, ...fix }) {
      // A time that the receiver says twice is one fix to every store.
      if (timeMs !== undefined && timeMs > (fixes.at(-1)?.timeMs ?? 0)) fixes.push({ timeMs, ...fix })
    },
  })
  for (let second = 0; second < hours * 3600; second++) decoder.push(ride!.next().bytes)
  decoder.end()
  return fixes
}

/** The bodies of a gateway's fix batches, so much later. */
export function batchBodies(fixes: readonly Fix[], laterMs = 0): Uint8Array[] {
  const bodies: Uint8Array[] = []
  for (let first = 0; first < fixes.length; first += FIXES_A_BATCH) {
    const batch = fixes.slice(first, first + FIXES_A_BATCH)
    const dated = batch.map((fix) => ({ ...fix, timeMs: fix.timeMs + laterMs }))
    bodies.push(encodeBody({ lane: 'fix', batch: { fixes: dated } }))
  }
  return bodies
}
