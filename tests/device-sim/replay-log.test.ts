import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SerialPort } from 'serialport'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Pty } from '../../device-sim/hardware/pty.ts'
import { openPty } from '../../device-sim/hardware/pty.ts'
import { replayLog } from '../../device-sim/replay-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
const lines: Pty[] = []
const ports: SerialPort[] = []

afterEach(async () => {
  for (const port of ports.splice(0))
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()))
  for (const line of lines.splice(0)) line.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function log(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content, 'latin1')
  return path
}

const rmc = (clock: string) => `$GNRMC,${clock},A,3113.8,N,12128.2,E,1.0,2.0,020326,,,A*00\r\n`
const gga = (clock: string) => `$BDGGA,${clock},3113.8,N,12128.2,E,1,10,0.9,12.0,M,,M,,*00\r\n`

async function listenedLine(): Promise<{ line: Pty; received: (length: number) => Promise<Buffer> }> {
  const line = openPty()
  lines.push(line)
  const port = new SerialPort({ path: line.path, baudRate: 115200 })
  ports.push(port)
  const chunks: Buffer[] = []
  port.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(port, 'open')
  return {
    line,
    received: async (length) => {
      while (Buffer.concat(chunks).length < length) await once(port, 'data')
      return Buffer.concat(chunks)
    },
  }
}

/** A pty that only notes what is asked of it. */
function recordingPty(): { pty: Pty; bursts: string[] } {
  const bursts: string[] = []
  const pty = {
    path: 'none',
    listening: true,
    droppedBytes: 0,
    write: (bytes: Uint8Array) => bursts.push(Buffer.from(bytes).toString('latin1')),
    onData: () => undefined,
    onOpen: () => undefined,
    ready: async (signal?: AbortSignal) => signal?.throwIfAborted(),
    close: () => undefined,
  }
  return { pty, bursts }
}

describe('replayLog', () => {
  it('cuts bursts where the second of RMC and GGA changes, whatever the talker', async () => {
    const head = '# a comment of the recorder\r\n$GPTXT,hello*00\r\n'
    const first = `${gga('085411.00')}${rmc('085411.00')}$GPGSV,1*00\r\n`
    const second = `${gga('085412.50')}${rmc('085412.90')}`
    const { pty, bursts } = recordingPty()
    const file = log('bursts.log', head + first + second + rmc('085413'))
    const done = await replayLog(file, pty, { speed: 'fast' })
    expect(bursts).toEqual([head + first, second, rmc('085413')])
    expect(done).toEqual({ bursts: 3, bytes: readFileSync(file).length })
  })

  it('keeps every byte: binary, cut-off lines, no line ends at all', async () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) % 256))
    for (const [name, content] of [
      [
        'mixed.log',
        Buffer.concat([Buffer.from(rmc('120000')), noise, Buffer.from(`${rmc('120001')}$GNRMC,1200`)]),
      ],
      ['endless.log', Buffer.alloc(300_000, 0x55)],
      ['empty.log', Buffer.alloc(0)],
    ] as const) {
      const { pty, bursts } = recordingPty()
      const done = await replayLog(log(name, content), pty, { speed: 'fast' })
      expect(Buffer.from(bursts.join(''), 'latin1').equals(content)).toBe(true)
      expect(done.bytes).toBe(content.length)
      for (const burst of bursts) expect(burst.length).toBeLessThanOrEqual(3 * 64 * 1024)
    }
  })

  it('waits as long as the sentences say, divided by the speed, over midnight too', async () => {
    const { pty } = recordingPty()
    const file = log(
      'paced.log',
      ['235958', '235959', '000001', '000011', '000005', '000006'].map(rmc).join(''),
    )
    const startMs = performance.now()
    await replayLog(file, pty, { speed: 100 })
    // 1 + 2 + 10 s forward, a clock set back counts 1 s, 1 s: 15 s at 100 times real time, never less.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(145)
  })

  it('waits for a listener, and for the line, so that nothing is lost', async () => {
    const content = Array.from({ length: 6000 }, (_, index) => {
      const clock = new Date(index * 1000).toISOString().slice(11, 19).replaceAll(':', '')
      return gga(clock) + rmc(clock)
    }).join('')
    const file = log('long.log', content)
    const line = openPty()
    lines.push(line)
    const replayed = replayLog(file, line, { speed: 'fast' })
    const port = new SerialPort({ path: line.path, baudRate: 115200 })
    ports.push(port)
    const chunks: Buffer[] = []
    port.on('data', (chunk: Buffer) => chunks.push(chunk))
    expect(await replayed).toEqual({ bursts: 6000, bytes: content.length })
    while (Buffer.concat(chunks).length < content.length) await once(port, 'data')
    expect(Buffer.concat(chunks).toString('latin1') === content).toBe(true)
    expect(line.droppedBytes).toBe(0)
  })

  it('stops when told to, refuses a senseless speed and a missing file', async () => {
    const { line } = await listenedLine()
    const aborter = new AbortController()
    const slow = replayLog(log('slow.log', rmc('120000') + rmc('130000')), line, { signal: aborter.signal })
    aborter.abort(new Error('enough'))
    await expect(slow).rejects.toThrow()
    await expect(replayLog('x', line, { speed: 0 })).rejects.toThrow('expected a number above 0')
    await expect(replayLog(join(folder, 'none.log'), line)).rejects.toThrow('ENOENT')
  })
})

const realLogs = fileURLToPath(new URL('../../../shared/data/nmea/gpsd/', import.meta.url))
const present = existsSync(realLogs) || process.env.CI === 'true'
if (!present) console.warn(`replay of real receiver logs skipped: ${realLogs} is absent`)

it.runIf(present).each(['beidou-gb.log', 'skytraq.log', 'ublox-8.log'])(
  'a real receiver log arrives whole: %s',
  async (name) => {
    const { line, received } = await listenedLine()
    const content = readFileSync(join(realLogs, name))
    await replayLog(join(realLogs, name), line, { speed: 'fast' })
    expect((await received(content.length)).equals(content)).toBe(true)
  },
)
