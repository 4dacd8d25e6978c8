import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { EdgeConfig } from '../../gateway/edge/config.ts'
import { startEdge } from '../../gateway/edge/edge.ts'
import { silentLog } from '../../gateway/foundation/log.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge-track-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A receiver that stands still for `seconds`. */
function standing(seconds: number): string {
  const lines: string[] = []
  for (let i = 0; i < seconds; i++) {
    const time = `080${Math.floor(i / 60)}${String(i % 60).padStart(2, '0')}`
    const body = `GNRMC,${time}.00,A,3113.8000,N,12128.2000,E,0.0,,010526,,,A`
    const sum = [...body].reduce((xor, char) => xor ^ char.charCodeAt(0), 0)
    lines.push(`$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`)
  }
  return lines.join('')
}

test.each([
  ['without a filter every fix is kept', undefined, (kept: number) => expect(kept).toBe(120)],
  [
    'with the filter a standing e-bike sends a fix now and then, and says how many it left out',
    {},
    (kept: number) => expect(kept).toBeLessThan(40),
  ],
])('%s', async (_, track, check) => {
  const line = new PassThrough()
  const config = EdgeConfig.parse({
    gateway: 'ebike-01',
    data: join(folder, String(track === undefined)),
    broker: { url: 'mqtt://127.0.0.1:1' },
    ports: [{ name: 'gps', path: 'gps', driver: 'nmea' }],
    ...(track && { track }),
  })
  const edge = await startEdge(config, silentLog(), async () => ({
    stream: line,
    close: async () => void line.destroy(),
  }))
  line.write(standing(120))
  await vi.waitFor(() => expect(edge.health().ports[0]!.counters.fixes).toBe(120), { timeout: 10_000 })
  const { counters } = edge.health().ports[0]!
  check(counters['track-kept'] ?? counters.fixes!)
  await edge.stop()
})
