import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it } from 'vitest'
import { FirmataBoard, type FirmataBoardOptions } from '../../device-sim/hardware/firmata-board.ts'
import { LEONARDO, MEGA, NANO, UNO } from '../../device-sim/hardware/firmata-models.ts'
import { Adxl345, Bh1750, type I2cChip, Mpu6050, Tmp102 } from '../../device-sim/hardware/i2c-chips.ts'
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
  i2cConfig(): void
  i2cWrite(address: number, bytes: number[]): void
  i2cReadOnce(address: number, register: number, count: number, listener: (bytes: number[]) => void): void
  i2cReadOnce(address: number, count: number, listener: (bytes: number[]) => void): void
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

function board(analog: FirmataBoardOptions['analog'], bootMs?: number): Pty {
  return boardOf(bootMs === undefined ? { analog } : { analog, bootMs })
}

function boardOf(options: Partial<FirmataBoardOptions>): Pty {
  const line = openPty()
  lines.push(line)
  const made = new FirmataBoard(line, { analog: () => 0, nowMs: () => 1_000, ...options })
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

async function bootedPort(options: Partial<FirmataBoardOptions>): Promise<SerialPort> {
  const opened = await open(boardOf({ bootMs: 10, ...options }))
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
    const opened = await bootedPort({ analog: () => 1000 })
    expect(await exchange(opened, send, (all) => all.length >= answer.length)).toEqual(answer)
  })

  it('lists the modes of all 20 pins', async () => {
    const opened = await bootedPort({})
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
      const opened = await bootedPort({ analog: () => said })
      const answer = await exchange(opened, [0xc0, 1, 0xc0, 0], (all) => all.length >= 3)
      expect(answer).toEqual([0xe0, sent & 0x7f, sent >> 7])
    }
  })
})

const text = (words: string) => [
  0xf0,
  0x71,
  ...[...words].flatMap((letter) => [letter.charCodeAt(0), 0]),
  0xf7,
]

describe('FirmataBoard, digital inputs', () => {
  it('reports a port when one of its inputs changes, and at once when it is asked again', async () => {
    const contacts = new Map<number, 0 | 1>([[9, 1]])
    const opened = await bootedPort({ digital: (pin) => contacts.get(pin) })
    // D8 with its pull-up, D9 without, D10 an output.
    const modes = [0xf4, 8, 11, 0xf4, 9, 0, 0xf4, 10, 1]
    expect(await exchange(opened, [...modes, 0xd1, 1], (all) => all.length >= 3)).toEqual([0x91, 0b11, 0])
    contacts.set(8, 0)
    expect(await exchange(opened, [], (all) => all.length >= 3)).toEqual([0x91, 0b10, 0])
    expect(await exchange(opened, [0xd1, 1], (all) => all.length >= 3)).toEqual([0x91, 0b10, 0])
  })

  it('reports each change of a bouncing contact', async () => {
    let level: 0 | 1 = 0
    const line = boardOf({ bootMs: 10, digital: () => level })
    const host = await readyHost(line)
    const seen: number[] = []
    host.pinMode(7, host.MODES.INPUT!)
    await new Promise<void>((resolve) =>
      host.digitalRead(7, (value) => {
        seen.push(value)
        if (seen.length === 1) {
          for (let i = 0; i < 10; i++) {
            level = level === 0 ? 1 : 0
            boards.at(-1)!.scanInputs()
          }
        }
        if (seen.length === 11) resolve()
      }),
    )
    expect(seen).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
  })

  it('before version 2.4 reports a port only when it changes', async () => {
    let level: 0 | 1 = 0
    const opened = await bootedPort({
      digital: () => level,
      firmware: { name: 'Old', major: 2, minor: 3 },
    })
    expect(await exchange(opened, [0xf4, 7, 0, 0xd0, 1, 0xf9], (all) => all.length >= 3)).toEqual([
      0xf9, 2, 3,
    ])
    level = 1
    expect(await exchange(opened, [], (all) => all.length >= 3)).toEqual([0x90, 0, 1])
  })
})

describe('FirmataBoard, other boards', () => {
  it.each([
    { name: 'Nano', model: NANO, pins: 22, channels: 8 },
    { name: 'Mega', model: MEGA, pins: 70, channels: 16 },
    { name: 'Leonardo', model: LEONARDO, pins: 30, channels: 12 },
  ])('a $name has $pins pins and $channels channels', async ({ model, pins, channels }) => {
    const host = await readyHost(boardOf({ bootMs: 10, model, analog: (channel) => channel }))
    expect(host.pins).toHaveLength(pins)
    expect(host.analogPins).toHaveLength(channels)
    const last = channels - 1
    expect(await new Promise<number>((resolve) => host.analogRead(last, resolve))).toBe(last)
  })

  it('one that does not reset goes on when the port is opened again, and says its version when asked', async () => {
    const line = boardOf({ bootMs: 10, resetsOnOpen: false, analog: () => 7 })
    const first = await open(line)
    while (!line.listening) await sleep(5)
    expect(await exchange(first, [0xf9], (all) => all.length >= 3)).toEqual([0xf9, 2, 5])
    first.write([0xc0, 1])
    await exchange(first, [], (all) => all.length >= 3)
    await new Promise<void>((resolve) => first.close(() => resolve()))
    while (line.listening) await sleep(5)
    const again = await open(line)
    const reported = await exchange(again, [], (all) => all.length >= 3)
    expect(reported.slice(0, 3)).toEqual([0xe0, 7, 0])
  })

  it('a converter of 16 bits reports what is too large for a message in an extended one', async () => {
    const opened = await bootedPort({
      model: { ...UNO, analogBits: 16 },
      analog: (channel) => (channel === 0 ? 70_000 : 16_383),
    })
    expect(await exchange(opened, [0xc1, 1, 0xc1, 0], (all) => all.length >= 3)).toEqual([0xe1, 0x7f, 0x7f])
    expect(await exchange(opened, [0xc0, 1, 0xc0, 0], (all) => all.length >= 7)).toEqual([
      0xf0, 0x6f, 0, 0x7f, 0x7f, 0x03, 0xf7,
    ])
  })
})

describe('FirmataBoard, I²C', () => {
  const CONFIG = [0xf0, 0x78, 0, 0, 0xf7]
  const READ = [0xf0, 0x76, 0x48, 0x08, 0, 0, 2, 0, 0xf7]
  const VERSION = [0xf9, 2, 5]
  const cases: { name: string; chips?: I2cChip[]; old?: boolean; send: number[]; answer: number[] }[] = [
    {
      name: 'a register of a chip',
      send: [...CONFIG, ...READ],
      answer: [0xf0, 0x77, 0x48, 0, 0, 0, 0x19, 0, 0x00, 1, 0xf7],
    },
    {
      name: 'a read without a register goes on where the last one ended',
      send: [...CONFIG, ...READ, 0xf0, 0x76, 0x48, 0x08, 1, 0, 0xf7],
      answer: [0xf0, 0x77, 0x48, 0, 0, 0, 0x19, 0, 0x00, 1, 0xf7, 0xf0, 0x77, 0x48, 0, 0, 0, 0, 0, 0xf7],
    },
    { name: 'before I2C_CONFIG there is nothing', send: [...READ, 0xf9], answer: VERSION },
    {
      name: 'a chip that is not there',
      chips: [],
      send: [...CONFIG, ...READ],
      answer: [...text('I2C: Too few bytes received'), 0xf0, 0x77, 0x48, 0, 0, 0, 0xf7],
    },
    {
      name: 'a chip that is not there, in old firmware',
      old: true,
      send: [...CONFIG, ...READ, 0xf0, 0x76, 0x49, 0x08, 5, 0, 2, 0, 0xf7],
      answer: [
        ...[0xf0, 0x77, 0x48, 0, 0, 0, 0x19, 0, 0x00, 1, 0xf7],
        ...text('I2C: Too few bytes received'),
        ...[0xf0, 0x77, 0x49, 0, 5, 0, 0x19, 0, 0x00, 1, 0xf7],
      ],
    },
    {
      name: 'an address of ten bits',
      send: [...CONFIG, 0xf0, 0x76, 0x48, 0x28, 0, 0, 2, 0, 0xf7],
      answer: text('10-bit addressing not supported'),
    },
    {
      name: 'more than eight continuous reads, and an end of them',
      send: [
        ...CONFIG,
        ...Array(9).fill([0xf0, 0x76, 0x48, 0x10, 0, 0, 2, 0, 0xf7]).flat(),
        0xf0,
        0x76,
        0x48,
        0x18,
        0xf7,
      ],
      answer: text('too many queries'),
    },
    {
      name: 'the pins of the bus are no analog pins any more',
      send: [...CONFIG, 0xf0, 0x6d, 18, 0xf7, 0xf0, 0x6d, 17, 0xf7],
      answer: [0xf0, 0x6e, 18, 6, 0, 0xf7, 0xf0, 0x6e, 17, 2, 0, 0xf7],
    },
    { name: 'SYSTEM_RESET ends it', send: [...CONFIG, 0xff, ...READ, 0xf9], answer: VERSION },
    {
      name: 'a pin of the bus with another mode ends it',
      send: [...CONFIG, 0xf4, 18, 0, ...READ, 0xf9],
      answer: VERSION,
    },
  ]
  it.each(cases)('$name', async ({ chips, old = false, send, answer }) => {
    const opened = await bootedPort({ chips: chips ?? [new Tmp102(() => 25.5)], repeatsOldI2cBytes: old })
    expect(await exchange(opened, send, (all) => all.length >= answer.length)).toEqual(answer)
  })

  it('samples continuous reads with the analog channels', async () => {
    const opened = await bootedPort({ chips: [new Tmp102(() => 1)] })
    const send = [...CONFIG, 0xf0, 0x7a, 10, 0, 0xf7, 0xf0, 0x76, 0x48, 0x10, 0, 0, 2, 0, 0xf7]
    const reply = [0xf0, 0x77, 0x48, 0, 0, 0, 1, 0, 0, 0, 0xf7]
    expect(await exchange(opened, send, (all) => all.length >= 22)).toEqual([...reply, ...reply])
  })

  it('chips measure after their set-up, forget it without power, and are read by firmata-io', async () => {
    const adxl = new Adxl345(() => [1, -0.5, 0])
    const mpu = new Mpu6050(() => [0, 0, -1])
    const light = new Bh1750(() => 100)
    const host = await readyHost(boardOf({ bootMs: 10, chips: [adxl, mpu, light] }))
    host.i2cConfig()
    const read = (address: number, register: number, count: number) =>
      new Promise<number[]>((resolve) => host.i2cReadOnce(address, register, count, resolve))
    expect(await read(0x53, 0x32, 6)).toEqual([0, 0, 0, 0, 0, 0])
    host.i2cWrite(0x53, [0x31, 0x0b])
    host.i2cWrite(0x53, [0x2d, 0x08])
    expect(await read(0x53, 0x32, 6)).toEqual([0, 1, 0x80, 0xff, 0, 0])
    host.i2cWrite(0x53, [0x31, 0x01])
    expect(await read(0x53, 0x32, 2)).toEqual([128, 0])
    adxl.powered = false
    expect(await read(0x53, 0x32, 6)).toEqual([])
    adxl.powered = true
    expect(await read(0x53, 0x32, 2)).toEqual([0, 0])

    expect(await read(0x68, 0x3b, 6)).toEqual([0, 0, 0, 0, 0, 0])
    host.i2cWrite(0x68, [0x6b, 0])
    expect(await read(0x68, 0x3f, 2)).toEqual([0xc0, 0])
    host.i2cWrite(0x68, [0x1c, 0x08])
    expect(await read(0x68, 0x3f, 2)).toEqual([0xe0, 0])

    const lux = () => new Promise<number[]>((resolve) => host.i2cReadOnce(0x23, 2, resolve))
    expect(await lux()).toEqual([0, 0])
    host.i2cWrite(0x23, [0x20])
    expect(await lux()).toEqual([0, 0])
    await sleep(180)
    expect(await lux()).toEqual([0, 120])
    host.i2cWrite(0x23, [0x00])
    expect(await lux()).toEqual([0, 120])
  })
})
