import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { EdgeConfig } from '../../gateway/edge/config.ts'
import { startEdge } from '../../gateway/edge/edge.ts'
import { openDatabase } from '../../gateway/foundation/database.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import { LANES } from '../../proto/domain.ts'

test('a gateway with more sensors than one batch holds sends them all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-readings-'))
  const line = new PassThrough()
  const metrics = Array.from({ length: 300 }, (_, i) => `m${i}_c`)
  const config = EdgeConfig.parse({
    gateway: 'roadside-01',
    data: folder,
    broker: { url: 'mqtt://127.0.0.1:1' },
    ports: [
      {
        name: 'meter',
        path: 'meter',
        driver: 'line',
        patterns: [
          {
            regex: '^N=(?<value>\\d+)$',
            readings: metrics.map((metric) => ({ component: '3101010101000001', metric, group: 'value' })),
          },
        ],
      },
    ],
    components: [{ code: '3101010101000001' }],
  })
  const edge = await startEdge(config, silentLog(), async () => ({
    stream: line,
    close: async () => void line.destroy(),
  }))
  line.write('N=21\n')
  await vi.waitFor(() => expect(edge.health().ports[0]!.state).toBe('open'), { timeout: 10_000 })
  await edge.stop()
  const database = openDatabase(join(folder, 'outbox.db'))
  const sent = database
    .prepare('SELECT body FROM outbox WHERE lane = ?')
    .all(LANES.indexOf('reading'))
    .flatMap(({ body }) => {
      const decoded = decodeBody('reading', body as Uint8Array)
      return decoded.lane === 'reading' ? decoded.batch.readings.map(({ metric }) => metric) : []
    })
  database.close()
  rmSync(folder, { recursive: true })
  expect(sent.toSorted()).toEqual(metrics.toSorted())
})
