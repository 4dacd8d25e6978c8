import { Duplex } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { openPty } from '../../../device-sim/hardware/pty.ts'
import { detectNmeaBaud } from '../../../gateway/edge/serial/detect-baud.ts'
import { type OpenPort, openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'

const GGA = '$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n'
const WRONG = GGA.replace('*76', '*77')

/** A receiver at one rate: a pseudo-terminal has none, so other rates are made into what they look like. */
function receiver(baudOfReceiver: number, text = GGA) {
  const log: string[] = []
  const open: OpenPort = async (_path, baud) => {
    log.push(`open ${baud}`)
    const stream = new Duplex({ read() {}, write: (_bytes, _encoding, written) => written() })
    const sentence = Buffer.from(text)
    const bytes = baud === baudOfReceiver ? sentence : sentence.map((byte) => (byte * 7) | 0x80)
    const timer = setInterval(() => stream.push(Buffer.from(bytes)), 10)
    return {
      stream,
      async close() {
        clearInterval(timer)
        log.push(`close ${baud}`)
      },
    }
  }
  return { open, log }
}

test.each([9600, 4800, 38_400, 460_800])('a receiver at %d baud is found', async (baud) => {
  const { open, log } = receiver(baud)
  const tried: number[] = []
  const found = await detectNmeaBaud(open, '/dev/ttyUSB0', {
    listenMs: 200,
    onTry: (rate) => tried.push(rate),
  })
  expect(found).toBe(baud)
  expect(tried.at(-1)).toBe(baud)
  expect(log).toEqual(tried.flatMap((rate) => [`open ${rate}`, `close ${rate}`]))
})

test.each([
  ['a rate that is not tried', receiver(1200)],
  ['wrong checksums', receiver(9600, WRONG)],
  ['lines without checksum', receiver(9600, 'hello\r\n')],
])('%s: none is found, and the port is closed', async (_, { open, log }) => {
  const options = { bauds: [9600, 4800], listenMs: 60 }
  expect(await detectNmeaBaud(open, '/dev/ttyUSB0', options)).toBeUndefined()
  expect(log).toEqual(['open 9600', 'close 9600', 'open 4800', 'close 4800'])
})

test('what the system says at opening is handed on', async () => {
  await expect(detectNmeaBaud(openSerialPort, '/dev/no-such-port')).rejects.toThrow(/No such file/)
})

test('an abort ends the search, and the port is closed', async () => {
  const { open, log } = receiver(1200)
  const abort = new AbortController()
  const onTry = () => setTimeout(() => abort.abort(new Error('enough')), 20)
  await expect(
    detectNmeaBaud(open, '/dev/x', { listenMs: 60_000, onTry, signal: abort.signal }),
  ).rejects.toThrow('enough')
  expect(log).toEqual(['open 9600', 'close 9600'])
})

test('a real port is opened, heard and let go', async () => {
  const pty = openPty()
  const writing = setInterval(() => pty.write(Buffer.from(GGA)), 20)
  try {
    expect(await detectNmeaBaud(openSerialPort, pty.path, { listenMs: 5000 })).toBe(9600)
    await vi.waitFor(() => expect(pty.listening).toBe(false), { timeout: 5000 })
  } finally {
    clearInterval(writing)
    pty.close()
  }
})
