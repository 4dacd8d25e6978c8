import { expect, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { EdgeConfig, type NmeaPortConfig } from '../../../gateway/edge/config.ts'
import { GatewayTracks } from '../../../gateway/edge/track/gateway-tracks.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { FixBatch, TimeSource } from '../../../proto/domain.ts'

const T0 = Date.UTC(2026, 4, 1)

/** What is sent for fixes with these time sources, three a batch. */
function sent(sources: TimeSource[]): FixBatch[] {
  const batches: FixBatch[] = []
  const config = EdgeConfig.parse({
    gateway: 'ebike-01',
    data: 'data',
    broker: { url: 'mqtt://127.0.0.1:1' },
    ports: [{ name: 'gps', path: '/dev/gps', driver: 'nmea' }],
    batch: { maxFixes: 3 },
  })
  const onBatch = (batch: FixBatch): boolean => batches.push(batch) > 0
  const tracks = new GatewayTracks({ config, clock: new EdgeClock(), onBatch, log: silentLog() })
  for (const [second, source] of sources.entries())
    tracks.push(config.ports[0] as NmeaPortConfig, { timeMs: T0 + second * 1000, lat: 31, lon: 121 }, source)
  tracks.flush()
  return batches
}

test('a batch says the least sure time source of its fixes, and no more of those before', () => {
  const batches = sent(['gps', 'system', 'gps', 'gps', 'gps', 'gps', 'estimated', 'system'])
  expect(batches.map(({ timeSource, fixes }) => [timeSource, fixes.length])).toEqual([
    ['system', 3],
    ['gps', 3],
    ['estimated', 2],
  ])
})
