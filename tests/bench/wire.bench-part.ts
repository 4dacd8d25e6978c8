import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Fix } from '../../proto/domain.ts'
import type { BenchRow } from './row.ts'

/** Bytes a fix on the wire: an hour of a simulated patrol in batches of 30, with the envelope, against plain JSON. */
export async function benchWire(log: (line: string) => void): Promise<BenchRow[]> {
  const fixes = hourOfFixes()
  log(`${fixes.length} fixes of one simulated hour`)
  let body = 0
  let envelope = 0
  let json = 0
  let batches = 0
  for (let i = 0; i + 30 <= fixes.length; i += 30, batches++) {
    const batch = fixes.slice(i, i + 30)
    const bytes = encodeBody({ lane: 'fix', batch: { fixes: batch } })
    body += bytes.length
    envelope += encodeEnvelope({
      gateway: 'ebike-01',
      boot: '0123456789ab',
      sequence: 10_000 + batches,
      lane: 'fix',
      body: bytes,
    }).length
    json += Buffer.byteLength(JSON.stringify(batch))
  }
  const count = batches * 30
  const row = (name: string, bytes: number): BenchRow => ({
    name,
    value: bytes / count,
    unit: 'bytes/fix',
    peer: 'the same fixes as compact JSON',
    peerValue: json / count,
    ratio: bytes / json,
  })
  return [row('fix batch of 30', body), row('MQTT payload of it (envelope included)', envelope)]
}

function hourOfFixes(): Fix[] {
  const district = generateDistrict(1)
  const beat = district.grids.features.slice(0, 2).map((grid) => grid.properties.code)
  const ride = new EbikeRide({ id: 'ebike-01', seed: 7, district, beat, startMs: Date.UTC(2026, 4, 1) })
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (let second = 0; second < 3600; second++) decoder.push(ride.next().bytes)
  decoder.idle()
  return fixes
}
