import five from 'johnny-five'
import { describe, test, vi } from 'vitest'
import { LEONARDO, MEGA, NANO, UNO } from '../../../../device-sim/hardware/firmata-models.ts'
import { openPty } from '../../../../device-sim/hardware/pty.ts'
import { startFirmataDriver } from '../../../../gateway/edge/drivers/firmata/firmata-driver.ts'
import { openSerialPort } from '../../../../gateway/edge/serial/open-serial-port.ts'
import { boardLine, COVER, eventually } from './board-line.ts'

/** The real johnny-five and serialport on a real pty; behind it a simulated board with an encoder of its own. */

const TILT = { metric: 'tilt_deg', channel: 'A0', scale: [-90, 90] as [number, number] }
const CURRENT = { metric: 'current_a', channel: 'A1', scale: [0, 5] as [number, number] }
const LIGHT = { metric: 'light_lux', channel: 'A2', scale: [0, 1000] as [number, number] }
const DOOR = { metric: 'door_open', channel: 'D7', pullUp: true }

describe.concurrent('a board', () => {
  test('channels become readings in the units of the configuration, and follow the board', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const counts = [1023, 123, 512, 0, 0, 0]
    const line = boardLine({
      board: { analog: (channel) => counts[channel]!, bootMs: 1600 },
      sensors: [TILT, CURRENT, LIGHT],
      onEnd,
    })
    await eventually(() => expect(line.newest('light_lux')).toBeDefined())
    expect(line.serial.state.state).toBe('open')
    expect(line.newest('tilt_deg')).toBe(90)
    expect(line.newest('current_a')).toBeCloseTo((123 / 1023) * 5, 6)
    expect(line.newest('light_lux')).toBeCloseTo((512 / 1023) * 1000, 6)
    counts[0] = 0
    await eventually(() => expect(line.newest('tilt_deg')).toBe(-90))
    expect(new Set(line.values.map(({ component }) => component))).toEqual(new Set([COVER]))
    expect(line.told).toEqual([
      expect.stringMatching(
        /^well: board ready: StandardFirmata\.ino 2\.5, A0 to A5, D2 to D19, I²C at D18 to D19, after \d\.\d s$/,
      ),
    ])
    expect(line.count('ready-ms')).toBeGreaterThanOrEqual(1600)
  })

  test('one that falls silent gives no more readings, and is opened anew until it speaks again', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({ sensors: [TILT, DOOR], silenceMs: 4000, onEnd })
    await eventually(() => expect(line.newest('door_open')).toBe(1))
    line.board.stop()
    const before = line.values.length
    await eventually(() => expect(line.serial.state.state).toBe('silent'))
    expect(line.values.length - before).toBeLessThan(5)
    line.board.start()
    const silentAt = line.values.length
    await eventually(() => expect(line.values.length).toBeGreaterThan(silentAt + 5))
    expect(line.serial.state.state).toBe('open')
  })

  test.for([
    { name: 'Nano', model: NANO, resetsOnOpen: true },
    { name: 'Mega', model: MEGA, resetsOnOpen: true },
    { name: 'Leonardo, which does not reset when its port opens', model: LEONARDO, resetsOnOpen: false },
  ])(
    '$name: every channel and input that it has is read',
    async ({ model, resetsOnOpen }, { expect, onTestFinished: onEnd }) => {
      const channels = Array.from({ length: model.analogChannels }, (_, i) => ({
        metric: `v_${i}`,
        channel: `A${i}`,
        scale: [0, 1023] as [number, number],
      }))
      const pins = Array.from({ length: model.firstAnalogPin - model.serialPins }, (_, i) => ({
        metric: `d_${i + model.serialPins}`,
        channel: `D${i + model.serialPins}`,
      }))
      const line = boardLine({
        board: {
          model,
          resetsOnOpen,
          analog: (channel) => 100 + channel,
          digital: (pin) => ((pin % 3) % 2) as 0 | 1,
        },
        sensors: [...channels, ...pins],
        onEnd,
      })
      await eventually(() =>
        expect(new Set(line.values.map(({ metric }) => metric)).size).toBe(channels.length + pins.length),
      )
      for (const { metric, value } of line.values) {
        const number = Number(metric.slice(2))
        expect({ metric, value }).toEqual({
          metric,
          value: metric.startsWith('v') ? 100 + number : (number % 3) % 2,
        })
      }
      expect(line.serial.state.state).toBe('open')
      expect(line.count('sensors-refused')).toBe(0)
    },
  )

  test.for([
    {
      name: 'a channel that the board does not have',
      sensor: { ...CURRENT, channel: 'A6' },
      reason: `channel A6 (${COVER} current_a): the board has A0 to A5`,
    },
    {
      name: 'a pin that is the serial line',
      sensor: { ...DOOR, channel: 'D1' },
      reason: `channel D1 (${COVER} door_open): the board's digital inputs are D2 to D19`,
    },
    {
      name: 'a pin that is not there',
      sensor: { ...DOOR, channel: 'D40' },
      reason: `channel D40 (${COVER} door_open): the board's digital inputs are D2 to D19`,
    },
    {
      name: 'a pin that is analog only',
      model: NANO,
      sensor: { ...DOOR, channel: 'D20' },
      reason: `channel D20 (${COVER} door_open): the board's digital inputs are D2 to D19`,
    },
    {
      name: 'a chip on a board without I²C',
      model: { ...UNO, i2cPins: [] },
      sensor: { metric: 'tilt_deg', i2c: { chip: 'ADXL345' } },
      reason: `I²C ADXL345 (${COVER} tilt_deg): the board has no I²C bus`,
    },
    {
      name: 'a pull-up on firmware that has none',
      firmware: { name: 'StandardFirmata.ino', major: 2, minor: 4 },
      sensor: DOOR,
      reason: `channel D7 (${COVER} door_open): the board's pull-ups are none that Firmata can switch: leave out pullUp and wire a resistor of 10 kΩ to the board's supply`,
    },
    {
      name: 'an input on firmware that does not report it at once',
      firmware: { name: 'StandardFirmata.ino', major: 2, minor: 3 },
      sensor: { metric: 'door_open', channel: 'D7' },
      reason: `channel D7 (${COVER} door_open): the board runs Firmata 2.3: digital inputs need 2.4 or newer`,
    },
  ])(
    '$name is refused in words, and the others work on; alone, it fails the port',
    async ({ sensor, reason, model, firmware }, { expect, onTestFinished: onEnd }) => {
      const board = { ...(model && { model }), ...(firmware && { firmware }) }
      const line = boardLine({ board, sensors: [sensor, LIGHT], onEnd })
      const alone = boardLine({ board, sensors: [sensor], onEnd })
      await eventually(() => expect(line.newest('light_lux')).toBe(0))
      expect(line.serial.state.state).toBe('open')
      expect(line.told.at(-1)).toBe(`ill: ${COVER} ${sensor.metric} refused: ${reason}`)
      expect(line.count('sensors-refused')).toBe(1)
      await eventually(() => expect(alone.serial.state.state).toBe('failed'))
      expect(alone.serial.state.detail).toBe(reason)
      // It is tried again, ever less often, and never called open in between.
      await eventually(() => expect(alone.count('opened')).toBe(2))
      expect(alone.states.map(({ state }) => state)).toEqual(['failed'])
    },
  )

  test.for([
    {
      how: 'with another pull-up',
      sensor: { metric: 'other', channel: 'D7' },
      reason: 'channel D7 (WHO): another sensor reads it with pullUp',
    },
    {
      how: 'as analog',
      sensor: { ...LIGHT, metric: 'other', channel: 'A3' },
      reason: 'channel A3 (WHO): it is pin D17, which another sensor reads as digital',
    },
    {
      how: 'as digital',
      sensor: { metric: 'other', channel: 'D14' },
      reason: 'channel D14 (WHO): another sensor reads this pin as analog',
    },
    {
      how: 'as a line of the I²C bus',
      sensor: { ...LIGHT, metric: 'other', channel: 'A4' },
      reason:
        "channel A4 (WHO): pin 18 is a line of the board's I²C bus, which other sensors of this board use",
    },
  ])(
    'a pin that is used already, $how, is refused',
    async ({ sensor, reason }, { expect, onTestFinished: onEnd }) => {
      const temperature = {
        metric: 'temperature_c',
        i2c: { address: 0x48, register: 0, type: 'int16-be' as const },
      }
      const sensors = [DOOR, TILT, { metric: 'cover_open', channel: 'D17' }, temperature, sensor]
      const line = boardLine({ sensors, onEnd })
      await eventually(() => expect(line.newest('cover_open')).toBe(0))
      expect(line.told).toContain(`ill: ${COVER} other refused: ${reason.replace('WHO', `${COVER} other`)}`)
    },
  )

  test('many refusals are counted, and the first are named', async ({ expect, onTestFinished: onEnd }) => {
    const sensors = [6, 7, 8, 9, 10].map((i) => ({ ...LIGHT, metric: `m_${i}`, channel: `A${i}` }))
    const line = boardLine({ sensors, onEnd })
    await eventually(() => expect(line.serial.state.state).toBe('failed'))
    expect(line.serial.state.detail).toMatch(/^channel A6 .*; channel A7 .*; channel A8 .*; and 2 more$/)
    expect(line.count('sensors-refused')).toBe(5)
  })

  test('a port without sensors is open', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({ silenceMs: 3000, onEnd })
    await eventually(() => expect(line.serial.state.state).toBe('open'))
    const openedAt = performance.now()
    await eventually(() => expect(performance.now() - openedAt).toBeGreaterThan(6000))
    expect(line.states.map(({ state }) => state)).toEqual(['open'])
  })

  test('firmware of another name, a converter of 16 bits', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({
      board: {
        model: { ...UNO, analogBits: 16 },
        firmware: { name: 'manhole '.repeat(3), major: 9, minor: 12 },
        analog: (channel) => [0, 20_000, 65_535][channel]!,
      },
      sensors: [TILT, CURRENT, LIGHT],
      onEnd,
    })
    await eventually(() => expect(line.newest('light_lux')).toBe(1000))
    expect(line.newest('current_a')).toBeCloseTo((20_000 / 65_535) * 5, 6)
    expect(line.newest('tilt_deg')).toBe(-90)
    expect(line.told[0]).toMatch(/^well: board ready: manhole manhole manhole {2}9\.12, A0 to A5/)
  })

  test.for([
    { how: 'resets when its port opens', resetsOnOpen: true },
    { how: 'does not', resetsOnOpen: false },
  ])(
    'one that takes eight seconds to start, and $how',
    async ({ resetsOnOpen }, { expect, onTestFinished: onEnd }) => {
      const line = boardLine({ board: { bootMs: 8000, resetsOnOpen }, sensors: [TILT], onEnd })
      await eventually(() => expect(line.newest('tilt_deg')).toBe(-90))
      expect(line.count('opened')).toBe(1)
      expect(line.states.map(({ state }) => state)).toEqual(['open'])
    },
  )

  test('one that restarts by itself is opened anew', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({ board: { digital: () => 1 }, sensors: [DOOR], onEnd })
    await eventually(() => expect(line.newest('door_open')).toBe(1))
    line.board.start()
    await eventually(() => expect(line.states.at(-1)?.detail).toMatch(/restarted by itself/))
    await eventually(() => expect(line.serial.state.state).toBe('open'))
    // After the restart its pins are no inputs, and read 0.
    expect(new Set(line.valuesOf('door_open'))).toEqual(new Set([1]))
  })

  test('one that has lost its settings without a word gives no values, and is opened anew', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({ board: { digital: () => 1 }, sensors: [DOOR], onEnd })
    await eventually(() => expect(line.newest('door_open')).toBe(1))
    const write = line.pty.write.bind(line.pty)
    vi.spyOn(line.pty, 'write').mockImplementation((bytes) => {
      if (bytes[0] !== 0xf9) write(bytes)
    })
    line.board.start()
    await eventually(() => expect(line.states.at(-1)?.detail).toMatch(/^D7 is no input any more/))
    expect(new Set(line.valuesOf('door_open'))).toEqual(new Set([1]))
  })

  test('an answer that cannot be is a failure in words, not the end of the gateway', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({ sensors: [TILT], onEnd })
    await eventually(() => expect(line.newest('tilt_deg')).toBeDefined())
    // An analog mapping of more pins than the board has.
    line.pty.write(Uint8Array.of(0xf0, 0x6a, ...Array<number>(100).fill(127), 0xf7))
    await eventually(() =>
      expect(line.states.at(-1)?.detail).toMatch(/^what the board said could not be taken: /),
    )
    await eventually(() => expect(line.serial.state.state).toBe('open'))
  })

  test('a message without an end is dropped', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({ sensors: [TILT], samplingMs: 10_000, onEnd })
    await eventually(() => expect(line.newest('tilt_deg')).toBeDefined())
    // Again and again: on a busy machine the port may be opened anew meanwhile, and a pty drops what comes just then.
    const endless = Uint8Array.of(0xf0, ...Array<number>(5000).fill(0x41))
    const writing = setInterval(() => line.pty.write(endless), 500)
    onEnd(() => clearInterval(writing))
    await eventually(() => expect(line.count('damaged')).toBeGreaterThanOrEqual(1))
    await eventually(() => expect(line.serial.state.state).toBe('open'))
  })
})

describe.concurrent('no board', () => {
  const NMEA = '$GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n'
  test.for([
    {
      name: 'a GPS receiver',
      bytes: Buffer.from(NMEA),
      detail: `no StandardFirmata board: this device writes text, such as ${JSON.stringify(NMEA.slice(0, 64))}; check the path, or choose the driver that reads it`,
    },
    {
      name: 'another baud rate',
      bytes: Buffer.from([0x80, 0x3f, 0xe0, 0x00, 0x78, 0x80, 0x11, 0x07, 0x99]),
      detail: /^bytes arrive \(803fe00078801107…\), but no StandardFirmata board has answered within 12 s: /,
    },
    {
      name: 'half a board',
      bytes: Buffer.from([0xf9, 2, 5]),
      detail: /^the board says that it runs Firmata 2\.5, but not what its pins can do within 12 s: /,
    },
    {
      name: 'nothing',
      bytes: Buffer.alloc(0),
      detail: /^no word from a board within 12 s: check that it has power/,
    },
  ])('$name: says what was heard', async ({ bytes, detail }, { expect, onTestFinished }) => {
    const pty = openPty()
    onTestFinished(() => pty.close())
    const speaking = setInterval(() => pty.write(bytes), 300)
    onTestFinished(() => clearInterval(speaking))
    const { stream, close } = await openSerialPort(pty.path, 57_600)
    const failure = await new Promise<Error>((onFailure) => {
      const config = { name: 'board', driver: 'firmata' as const, baud: 57_600, samplingMs: 100 }
      const context = { port: stream, onSense: () => expect.unreachable(), onFailure, count() {} }
      const driver = startFirmataDriver(
        context,
        config,
        [],
        () => expect.unreachable(),
        () => {},
      )
      onTestFinished(() => driver.stop())
    })
    onTestFinished(close)
    expect(failure.message).toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail))
  })
})

test('johnny-five keeps no board that is gone', ({ expect }) => {
  expect(five.Board.cache).toEqual([])
})
