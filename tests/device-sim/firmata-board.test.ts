import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it } from 'vitest'
import { FirmataBoard } from '../../device-sim/hardware/firmata-board.ts'
import { openPty, type Pty } from '../../device-sim/hardware/pty.ts'

/** The part of the real stack that the tests use; neither package brings types. */
interface Emitter {
  once(event: string, listener: (...values: never[]) => void): void
}
interface FirmataHost extends Emitter {
  RESOLUTION: { ADC: number }
  MODES: Record<string, number>
  pins: { supportedModes: number[]; mode: number; state: number; value: number }[]
  analogPins: number[]
  firmware: { name: string; version: { major: number; minor: number } }
  setSamplingInterval(intervalMs: number): void
  analogRead(channel: number, listener: (value: number) => void): void
  digitalRead(pin: number, listener: (value: number) => void): void
  digitalWrite(pin: number, value: number): void
  pwmWrite(pin: number, value: number): void
  pinMode(pin: number, mode: number): void
  queryPinState(pin: number, listener: () => void): void
}
const require = createRequire(import.meta.url)
const { Firmata } = require('firmata-io') as { Firmata: new (port: SerialPort) => FirmataHost }
const five = require('johnny-five') as {
  Board: new (options: { io: FirmataHost; repl: boolean; debug: boolean }) => Emitter
  Sensor: new (options: {
    pin: string
    freq: number
    board: Emitter
  }) => {
    on(event: 'data', listener: (this: { value: number | null }) => void): void
    disable(): void
  }
}

const lines: Pty[] = []
const ports: SerialPort[] = []
const boards: FirmataBoard[] = []

function board(analog: (channel: number, timeMs: number) => number, bootMs?: number): Pty {
  const line = openPty()
  lines.push(line)
  const nowMs = () => 1_000
  const made = new FirmataBoard(line, bootMs === undefined ? { analog, nowMs } : { analog, nowMs, bootMs })
  boards.push(made)
  made.start()
  return line
}

function port(line: Pty): SerialPort {
  const made = new SerialPort({ path: line.path, baudRate: 57600 })
  ports.push(made)
  return made
}

async function open(line: Pty): Promise<SerialPort> {
  const made = port(line)
  await once(made, 'open')
  return made
}

/** Sends raw bytes and gathers raw bytes, until `enough`. */
async function exchange(from: SerialPort, bytes: number[], enough: (all: number[]) => boolean) {
  const all: number[] = []
  const done = new Promise<number[]>((resolve) => {
    const take = (chunk: Buffer) => {
      all.push(...chunk)
      if (!enough(all)) return
      from.off('data', take)
      resolve(all)
    }
    from.on('data', take)
  })
  if (bytes.length > 0) from.write(bytes)
  return done
}

async function bootedPort(analog: (channel: number, timeMs: number) => number): Promise<SerialPort> {
  const opened = await open(board(analog, 10))
  await exchange(opened, [], (all) => all.at(-1) === 0xf7)
  return opened
}

async function readyHost(line: Pty): Promise<FirmataHost> {
  const host = new Firmata(await open(line))
  await new Promise<void>((resolve) => host.once('ready', resolve))
  return host
}

afterEach(async () => {
  for (const made of boards.splice(0)) made.stop()
  for (const made of ports.splice(0))
    if (made.isOpen) await new Promise<void>((resolve) => made.close(() => resolve()))
  for (const line of lines.splice(0)) line.close()
})

describe('FirmataBoard under johnny-five, firmata-io and serialport', () => {
  it('becomes ready and reads the analog values that are set', async () => {
    const volts = [0, 1, 511, 512, 1022, 1023]
    // johnny-five waits for the port's own 'open': the port must not be open yet.
    const io = new Firmata(port(board((channel) => volts[channel]!)))
    const host = new five.Board({ io, repl: false, debug: false })
    await new Promise<void>((resolve) => host.once('ready', resolve))
    expect(io.firmware).toEqual({ name: 'StandardFirmata.ino', version: { major: 2, minor: 5 } })
    expect(io.pins).toHaveLength(20)
    expect(io.analogPins).toEqual([14, 15, 16, 17, 18, 19])
    expect(io.RESOLUTION.ADC).toBe(1023)

    const read = await Promise.all(
      volts.map(
        (_, channel) =>
          new Promise<number>((resolve) => {
            const sensor = new five.Sensor({ pin: `A${channel}`, freq: 25, board: host })
            sensor.on('data', function () {
              // The sensor speaks by its own timer, also before the first report.
              if (this.value === null) return
              resolve(this.value)
              sensor.disable()
            })
          }),
      ),
    )
    expect(read).toEqual(volts)
  })

  it('reports changing values at the sampling interval that was asked for', async () => {
    let value = 100
    const host = await readyHost(board(() => value++, 10))
    host.setSamplingInterval(5)
    const seen: number[] = []
    await new Promise<void>((resolve) =>
      host.analogRead(2, (read) => {
        seen.push(read)
        if (seen.length === 20) resolve()
      }),
    )
    expect(seen.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => 100 + index))
  })

  it('keeps what is written to pins and tells it on query', async () => {
    const host = await readyHost(board(() => 0, 10))
    host.pinMode(13, host.MODES.OUTPUT!)
    host.digitalWrite(13, 1)
    host.pinMode(3, host.MODES.PWM!)
    host.pwmWrite(3, 200)
    for (const [pin, state] of [
      [13, 1],
      [3, 200],
    ] as const) {
      await new Promise<void>((resolve) => host.queryPinState(pin, resolve))
      expect(host.pins[pin]!.state).toBe(state)
    }
  })

  it('reads a pulled-up input as 1', async () => {
    const host = await readyHost(board(() => 0, 10))
    host.pinMode(7, host.MODES.PULLUP!)
    expect(await new Promise<number>((resolve) => host.digitalRead(7, resolve))).toBe(1)
  })

  it('resets when the port is opened again: nothing is reported until asked for', async () => {
    const line = board(() => 700, 10)
    const first = await readyHost(line)
    await new Promise<void>((resolve) => first.analogRead(0, () => resolve()))
    await new Promise<void>((resolve) => ports.at(-1)!.close(() => resolve()))
    while (line.listening) await sleep(5)

    const again = await open(line)
    const said = await exchange(again, [], (all) => all.at(-1) === 0xf7)
    expect(said.slice(0, 7)).toEqual([0xf9, 2, 5, 0xf0, 0x79, 2, 5])
  })
})

describe('FirmataBoard, byte by byte', () => {
  const cases: { name: string; send: number[]; answer: number[] }[] = [
    { name: 'REPORT_VERSION', send: [0xf9], answer: [0xf9, 2, 5] },
    {
      name: 'ANALOG_MAPPING_QUERY',
      send: [0xf0, 0x69, 0xf7],
      answer: [0xf0, 0x6a, ...Array<number>(14).fill(127), 0, 1, 2, 3, 4, 5, 0xf7],
    },
    { name: 'PIN_STATE_QUERY of A0', send: [0xf0, 0x6d, 14, 0xf7], answer: [0xf0, 0x6e, 14, 2, 0, 0xf7] },
    { name: 'REPORT_ANALOG', send: [0xc1, 1, 0xc1, 0], answer: [0xe1, 1000 & 0x7f, 1000 >> 7] },
    { name: 'SET_PIN_MODE to ANALOG reports', send: [0xf4, 15, 2, 0xc1, 0], answer: [0xe1, 104, 7] },
    { name: 'REPORT_DIGITAL', send: [0xd0, 1], answer: [0x90, 0, 0] },
    {
      name: 'SET_PIN_MODE to PULLUP reports',
      send: [0xd1, 1, 0xf4, 8, 11],
      answer: [0x91, 0, 0, 0x91, 1, 0],
    },
    {
      name: 'EXTENDED_ANALOG',
      send: [0xf0, 0x6f, 9, 0x7f, 0x01, 0xf7, 0xf0, 0x6d, 9, 0xf7],
      answer: [0xf0, 0x6e, 9, 1, 0x7f, 1, 0xf7],
    },
    {
      name: 'SET_DIGITAL_PIN_VALUE',
      send: [0xf5, 4, 1, 0xf0, 0x6d, 4, 0xf7],
      answer: [0xf0, 0x6e, 4, 1, 1, 0xf7],
    },
    {
      name: 'SYSTEM_RESET forgets',
      send: [0xf5, 4, 1, 0xff, 0xf0, 0x6d, 4, 0xf7],
      answer: [0xf0, 0x6e, 4, 1, 0, 0xf7],
    },
    {
      name: 'a mode that the pin does not have',
      send: [0xf4, 4, 2],
      answer: [0xf0, 0x71, ...[...'Unknown pin mode'].flatMap((letter) => [letter.charCodeAt(0), 0]), 0xf7],
    },
    {
      name: 'rubbish, unknown sysex, an overlong one and cut-off messages are skipped',
      send: [1, 2, 3, 0xf0, 0x01, 0xf7, 0xf0, ...Array<number>(200).fill(5), 0xf7, 0xf4, 4, 0xe3, 1, 0xf9],
      answer: [0xf9, 2, 5],
    },
  ]
  it.each(cases)('$name', async ({ send, answer }) => {
    const opened = await bootedPort(() => 1000)
    expect(await exchange(opened, send, (all) => all.length >= answer.length)).toEqual(answer)
  })

  it('lists the modes of all 20 pins', async () => {
    const opened = await bootedPort(() => 0)
    const answer = await exchange(opened, [0xf0, 0x6b, 0xf7], (all) => all.at(-1) === 0xf7)
    const pins = answer
      .slice(2, -1)
      .map(String)
      .join(' ')
      .split('127')
      .map((modes) => modes.trim())
    expect(pins).toHaveLength(21)
    expect(pins[0]).toBe('')
    expect(pins[2]).toBe('0 1 11 1 1 1 4 14')
    expect(pins[3]).toBe('0 1 11 1 1 1 4 14 3 8')
    expect(pins[14]).toBe('0 1 11 1 1 1 2 10')
    expect(pins[19]).toBe('0 1 11 1 1 1 2 10 6 1')
  })

  it('limits what a model says to ten bits', async () => {
    for (const [said, sent] of [
      [-5, 0],
      [1023.4, 1023],
      [9999, 1023],
    ] as const) {
      const opened = await bootedPort(() => said)
      const answer = await exchange(opened, [0xc0, 1, 0xc0, 0], (all) => all.length >= 3)
      expect(answer).toEqual([0xe0, sent & 0x7f, sent >> 7])
    }
  })
})
