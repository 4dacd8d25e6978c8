import { readFileSync } from 'node:fs'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { EbikeRide } from '../../device-sim/ebike/ebike-ride.ts'
import { NmeaDecoder } from '../../gateway/edge/drivers/nmea/nmea.ts'
import { encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Fix } from '../../proto/domain.ts'
import { realData } from '../end-to-end/recorded-log.ts'
import type { BenchRow } from './row.ts'

/** Bytes a fix on the wire in batches of 30, of a simulated patrol and of a real recording, against plain JSON. */
export async function benchWire(log: (line: string) => void): Promise<BenchRow[]> {
  const recording = realData('nmea/signalk/gps.log')
  const rows = rowsOf('a simulated hour', simulatedHour())
  if (recording) rows.push(...rowsOf('a recording (gps.log)', decoded([readFileSync(recording)])))
  log('counted, not timed: the same in every run')
  return rows
}

function rowsOf(what: string, fixes: Fix[]): BenchRow[] {
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
    name: `${name} of ${what}`,
    value: bytes / count,
    unit: 'bytes/fix',
    peer: 'the same fixes as compact JSON',
    peerValue: json / count,
    ratio: bytes / json,
  })
  return [row('fix batches of 30', body), row('MQTT payloads (with envelope)', envelope)]
}

function simulatedHour(): Fix[] {
  const district = generateDistrict(1)
  const beat = district.grids.features.slice(0, 2).map((grid) => grid.properties.code)
  const ride = new EbikeRide({ id: 'ebike-01', seed: 7, district, beat, startMs: Date.UTC(2026, 4, 1) })
  return decoded(Array.from({ length: 3600 }, () => ride.next().bytes))
}

function decoded(chunks: Uint8Array[]): Fix[] {
  const fixes: Fix[] = []
  const decoder = new NmeaDecoder({
    onFix({ timeMs, timeOfDayMs: _, ...rest }) {
      if (timeMs !== undefined) fixes.push({ ...rest, timeMs })
    },
  })
  for (const chunk of chunks) decoder.push(chunk)
  decoder.end()
  return fixes
}
