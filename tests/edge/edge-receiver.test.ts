import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EdgeConfig } from '../../gateway/edge/config.ts'
import { ReceiverTexts } from '../../gateway/edge/drivers/receiver-texts.ts'
import { startEdge } from '../../gateway/edge/edge.ts'
import { type Log, silentLog } from '../../gateway/foundation/log.ts'
import { decodeBody, encodeBody } from '../../proto/codec/codec.ts'

function sentence(body: string): string {
  const sum = [...body].reduce((xor, char) => xor ^ char.charCodeAt(0), 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}

test('health tells what a receiver hears of each satellite system, and whose receiver it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-receiver-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const line = new PassThrough()
  const config = EdgeConfig.parse({
    gateway: 'car-01',
    data: folder,
    broker: { url: 'mqtt://127.0.0.1:1' },
    ports: [{ name: 'gps', path: 'gps', driver: 'nmea', device: 'ebike-07' }],
  })
  const edge = await startEdge(config, silentLog(), async () => ({
    stream: line,
    close: async () => void line.destroy(),
  }))
  for (const second of ['00', '01', '02']) {
    line.write(sentence(`GNRMC,0800${second}.00,A,3113.8000,N,12128.2000,E,0.0,,010526,,,A`))
    line.write(sentence('GPGSA,A,3,05,12,,,,,,,,,,,1.5,0.9,1.2'))
    line.write(sentence('BDGSA,A,3,06,,,,,,,,,,,,1.5,0.9,1.2'))
    line.write(sentence('GPGSV,1,1,03,05,40,083,46,12,17,308,41,21,07,344,'))
    line.write(sentence('BDGSV,1,1,02,06,33,201,38,09,12,044,'))
  }
  const port = () => edge.health().ports[0]!
  await vi.waitFor(() => expect(port().satellites).toHaveLength(2), { timeout: 10_000 })
  expect(port()).toMatchObject({
    device: 'ebike-07',
    satellites: [
      { system: 'gps', inView: 3, used: 2 },
      { system: 'beidou', inView: 2, used: 1 },
    ],
  })
  const health = edge.health()
  expect(decodeBody('health', encodeBody({ lane: 'health', health }))).toEqual({ lane: 'health', health })
  await edge.stop()
})

test('what a receiver says in words is told once, an error as a warning', () => {
  const told: string[] = []
  const level = (name: string) => (_: object, message: string) => told.push(`${name}: ${message}`)
  const texts = new ReceiverTexts({ warn: level('warn'), info: level('info') } as unknown as Log)
  for (let second = 0; second < 5; second++) texts.tell('gps', { severity: 'warning', text: 'ANTENNA OPEN' })
  texts.tell('gps', { text: 'HW UBX 9.0' })
  texts.tell('gps2', { severity: 'warning', text: 'ANTENNA OPEN' })
  expect(told).toEqual([
    'warn: the receiver says: ANTENNA OPEN',
    'info: the receiver says: HW UBX 9.0',
    'warn: the receiver says: ANTENNA OPEN',
  ])
})
