import five from 'johnny-five'
import { afterEach, expect, test, vi } from 'vitest'
import { FirmataBoard } from '../../../device-sim/hardware/firmata-board.ts'
import { openPty } from '../../../device-sim/hardware/pty.ts'
import type { ComponentConfig, FirmataPortConfig } from '../../../gateway/edge/config.ts'
import { type SensorValue, startFirmataDriver } from '../../../gateway/edge/drivers/firmata/firmata-driver.ts'
import { openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'

/** The real johnny-five and serialport on a real pty; behind it a simulated board with an encoder of its own. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const COVER: ComponentConfig = {
  code: '3101010101000001',
  sensors: [{ metric: 'tilt_deg', port: 'board', channel: 'A0', scale: [-90, 90] }],
  faults: {},
}
const LAMP: ComponentConfig = {
  code: '3101010118000001',
  sensors: [
    { metric: 'current_a', port: 'board', channel: 'A1', scale: [0, 5] },
    { metric: 'light_lux', port: 'board', channel: 'A2', scale: [0, 1000] },
  ],
  faults: {},
}

function line(components: ComponentConfig[], silenceMs = 60_000) {
  const pty = openPty()
  cleanups.push(() => pty.close())
  const counts = [1023, 123, 512, 0, 0, 0]
  const board = new FirmataBoard(pty, { analog: (channel) => counts[channel] ?? 0, nowMs: () => Date.now() })
  board.start()
  cleanups.push(() => board.stop())
  const config: FirmataPortConfig = {
    name: 'board',
    path: pty.path,
    driver: 'firmata',
    baud: 57_600,
    samplingMs: 50,
    silenceS: silenceMs / 1000,
  }
  const values: SensorValue[] = []
  const serial = new SerialLine({
    name: 'board',
    path: pty.path,
    silenceMs,
    open: () => openSerialPort(pty.path, 57_600),
    drive: (context) => startFirmataDriver(context, config, components, (value) => values.push(value)),
    onStateChange() {},
    log: silentLog(),
  })
  serial.start()
  cleanups.push(() => serial.stop())
  const newest = (metric: string) => values.findLast((value) => value.metric === metric)?.value
  return { serial, board, counts, values, newest }
}
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 20 })

test('channels become readings in the units of the configuration, and follow the board', async () => {
  const { serial, counts, newest, values } = line([COVER, LAMP])
  await eventually(() => expect(newest('light_lux')).toBeDefined())
  expect(serial.state.state).toBe('open')
  expect(newest('tilt_deg')).toBe(90)
  expect(newest('current_a')).toBeCloseTo((123 / 1023) * 5, 6)
  expect(newest('light_lux')).toBeCloseTo((512 / 1023) * 1000, 6)
  counts[0] = 0
  await eventually(() => expect(newest('tilt_deg')).toBe(-90))
  expect(new Set(values.map(({ component }) => component))).toEqual(new Set([COVER.code, LAMP.code]))
})

test('a board that falls silent gives no more readings, and is opened anew until it speaks again', async () => {
  const { serial, board, values, newest } = line([COVER], 4000)
  await eventually(() => expect(newest('tilt_deg')).toBeDefined())
  board.stop()
  const before = values.length
  await eventually(() => expect(serial.state.state).toBe('silent'))
  expect(values.length - before).toBeLessThan(5)
  expect(five.Board.cache.length).toBeLessThanOrEqual(1)
  board.start()
  const silentAt = values.length
  await eventually(() => expect(values.length).toBeGreaterThan(silentAt + 5))
  expect(serial.state.state).toBe('open')
})

test('a channel that the board does not have is named', async () => {
  const absent = { ...COVER, sensors: [{ ...COVER.sensors[0]!, channel: 'A15' }] }
  const { serial } = line([absent])
  await eventually(() => expect(serial.state.state).toBe('failed'))
  expect(serial.state.detail).toBe('channel A15 (3101010101000001 tilt_deg): the board has A0 to A5')
})
