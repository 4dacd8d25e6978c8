import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { LineDevice } from '../../../../device-sim/hardware/line-device.ts'
import { openPty, type Pty } from '../../../../device-sim/hardware/pty.ts'
import { LinePort } from '../../../../gateway/edge/drivers/line/line-config.ts'
import { startLineDriver } from '../../../../gateway/edge/drivers/line/line-driver.ts'
import { openSerialPort } from '../../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../../gateway/foundation/log.ts'

/** The real serialport on a real pty; behind it a device that writes lines. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const COVER = '3101010101000001'
const WEATHER = LinePort.parse({
  driver: 'line',
  patterns: [
    {
      regex: '^T=(?<temp>[^;]*?)(?<unit>[CF])?;H=(?<hum>[^;\\r]*)',
      readings: [
        {
          group: 'temp',
          component: COVER,
          metric: 'temperature_c',
          unitGroup: 'unit',
          units: { C: {}, F: { scale: 5 / 9, offset: -160 / 9 } },
        },
        { group: 'hum', component: COVER, metric: 'humidity_pct', scale: 0.1 },
      ],
    },
    {
      regex: '^LEVEL (?<mm>\\d+)',
      readings: [{ group: 'mm', component: COVER, metric: 'level_mm', offset: -20 }],
    },
  ],
})

function pty(): Pty {
  const opened = openPty()
  cleanups.push(() => opened.close())
  return opened
}

function gateway(path: string, silenceMs = 60_000) {
  const values: { component: string; metric: string; value: number }[] = []
  const serial = new SerialLine({
    name: 'weather',
    path,
    silenceMs,
    open: () => openSerialPort(path, WEATHER.baud),
    drive: (context) => startLineDriver(context, WEATHER, (value) => values.push(value)),
    onStateChange() {},
    log: silentLog(),
  })
  serial.start()
  cleanups.push(() => serial.stop())
  const newest = (metric: string) => values.findLast((value) => value.metric === metric)?.value
  return { serial, values, newest }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

test('lines become readings, and follow the device', async () => {
  const port = pty()
  const { serial, newest } = gateway(port.path)
  let temperature = 21.5
  const device = new LineDevice(port, {
    template: 'T={temp}C;H={hum}',
    values: { temp: () => String(temperature), hum: () => '455' },
  })
  device.start(50)
  cleanups.push(() => device.stop())
  await eventually(() => expect(newest('temperature_c')).toBe(21.5))
  expect(newest('humidity_pct')).toBeCloseTo(45.5, 9)
  expect(serial.state.state).toBe('open')
  temperature = -3.25
  await eventually(() => expect(newest('temperature_c')).toBe(-3.25))
})

test('a device that is pulled and comes back elsewhere is read on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'usb-weather')
  const before = openPty()
  symlinkSync(before.path, path)
  const { serial, newest } = gateway(path, 2000)
  await eventually(() => {
    before.write(Buffer.from('LEVEL 120\n'))
    expect(newest('level_mm')).toBe(100)
  })
  unlinkSync(path)
  before.close()
  await eventually(() => expect(serial.state.state).not.toBe('open'))
  const after = pty()
  symlinkSync(after.path, path)
  await eventually(() => {
    after.write(Buffer.from('LEVEL 30\n'))
    expect(newest('level_mm')).toBe(10)
  })
})

test('lines that match nothing ask whether the baud rate is right', async () => {
  const port = pty()
  const { serial } = gateway(port.path, 400)
  await eventually(() => {
    port.write(Buffer.from('hello\n'))
    expect(serial.state.state).toBe('baud')
  })
})

/** The driver on a stream of its own: what lines become, and what is counted. */
function drive(...chunks: (string | Uint8Array)[]) {
  const port = new Duplex({ read() {}, write: (_bytes, _encoding, written) => written() })
  const values: string[] = []
  const counts: Record<string, number> = {}
  let sense = 0
  startLineDriver(
    {
      port,
      onSense: () => sense++,
      onFailure: (error) => {
        throw error
      },
      count: (name, by = 1) => {
        counts[name] = (counts[name] ?? 0) + by
      },
    },
    WEATHER,
    ({ metric, value }) => values.push(`${metric} ${value}`),
  )
  for (const chunk of chunks) port.emit('data', Buffer.from(chunk))
  return { values, counts, sense }
}

test.each([
  ['both', 'T=20C;H=400\n', ['temperature_c 20', 'humidity_pct 40'], { lines: 1, readings: 2 }],
  ['another unit', 'T=50F;H=\n', ['temperature_c 10'], { lines: 1, readings: 1, 'without-value': 1 }],
  ['no unit', 'T=20;H=400\n', ['humidity_pct 40'], { lines: 1, readings: 1, 'bad-units': 1 }],
  ['no number', 'T=errC;H=400\n', ['humidity_pct 40'], { lines: 1, readings: 1, 'bad-numbers': 1 }],
  ['hexadecimal', 'T=0x10C;H=400\n', ['humidity_pct 40'], { lines: 1, readings: 1, 'bad-numbers': 1 }],
  [
    'beyond all numbers',
    'T=1e999C;H=400\n',
    ['humidity_pct 40'],
    { lines: 1, readings: 1, 'bad-numbers': 1 },
  ],
  ['a blank', 'T= C;H= 400 \r\n', ['humidity_pct 40'], { lines: 1, readings: 1, 'without-value': 1 }],
  ['the second pattern', 'LEVEL 25\n', ['level_mm 5'], { lines: 1, readings: 1 }],
  ['none', 'hello\n', [], { lines: 1, unmatched: 1 }],
  ['too long', `${'x'.repeat(300)}\nLEVEL 25\n`, ['level_mm 5'], { lines: 1, readings: 1, 'too-long': 1 }],
])('%s', (_, text, values, counts) => {
  expect(drive(text)).toMatchObject({ values, counts })
})

test('random bytes, cut anywhere, never throw; a line after them is read', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 6 }), (chunks) => {
      const { values } = drive(...chunks, '\nLEVEL 25\n')
      expect(values.at(-1)).toBe('level_mm 5')
    }),
    { numRuns: 60 },
  )
})
