import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, expect, test, vi } from 'vitest'
import { openPty, type Pty } from '../../../device-sim/hardware/pty.ts'
import { openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { PortState } from '../../../proto/domain.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function pty(): Pty {
  const opened = openPty()
  cleanups.push(() => opened.close())
  return opened
}

/** A line whose driver takes bytes that begin with `$` for sense. */
function line(path: string, silenceMs = 60_000) {
  const states: PortState[] = []
  const received: string[] = []
  const serial = new SerialLine({
    name: 'gps',
    path,
    silenceMs,
    open: () => openSerialPort(path, 9600),
    drive: ({ port, onSense }) => {
      port.on('data', (chunk: Buffer) => {
        received.push(chunk.toString('latin1'))
        if (chunk.includes('$')) onSense()
      })
      return { stop() {} }
    },
    onStateChange: (state) => states.push(state),
    log: silentLog(),
  })
  serial.start()
  cleanups.push(() => serial.stop())
  const state = () => serial.state.state
  return { states, received, state, serial }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

test('what is written on the line arrives, and the port is open once it makes sense', async () => {
  const gps = pty()
  const { received, state } = line(gps.path)
  await eventually(() => {
    gps.write(Buffer.from('$GP\r\n'))
    expect(state()).toBe('open')
  })
  expect(received.join('')).toContain('$GP\r\n')
})

test('a device that is not there is said to be missing, and is found when it comes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'usb-gps')
  const { state, serial } = line(path)
  await eventually(() => expect(state()).toBe('missing'))
  expect(serial.state.detail).toMatch(/no such device: plug it in, or correct the path/)
  const gps = pty()
  symlinkSync(gps.path, path)
  await eventually(() => {
    gps.write(Buffer.from('$'))
    expect(state()).toBe('open')
  })
})

test('a by-id link that points elsewhere after unplugging is followed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'usb-gps')
  const before = openPty()
  symlinkSync(before.path, path)
  const { state, received } = line(path)
  await eventually(() => {
    before.write(Buffer.from('$one'))
    expect(state()).toBe('open')
  })
  unlinkSync(path)
  before.close()
  await eventually(() => expect(state()).not.toBe('open'))
  const after = pty()
  symlinkSync(after.path, path)
  await eventually(() => {
    after.write(Buffer.from('$two'))
    expect(received.join('')).toContain('$two')
  })
  expect(state()).toBe('open')
})

test('a port in use by another program is said to be busy, and is taken when it is free', async () => {
  const gps = pty()
  const other = new SerialPort({ path: gps.path, baudRate: 9600, lock: true })
  await new Promise((resolve) => other.once('open', resolve))
  const { state, serial } = line(gps.path)
  await eventually(() => expect(state()).toBe('busy'))
  expect(serial.state.detail).toMatch(/in use by another program/)
  await new Promise((resolve) => other.close(resolve))
  await eventually(() => {
    gps.write(Buffer.from('$'))
    expect(state()).toBe('open')
  })
})

test('silence closes the line and opens it anew, again and again', async () => {
  const gps = pty()
  const { state, serial } = line(gps.path, 300)
  await eventually(() => expect(state()).toBe('silent'))
  expect(serial.state.detail).toMatch(/unplugged, or no power\?/)
  await eventually(() => expect(serial.state.counters.opened).toBeGreaterThanOrEqual(3))
  await eventually(() => {
    gps.write(Buffer.from('$'))
    expect(state()).toBe('open')
  })
})

test('bytes without sense ask whether the baud rate is right, and the line stays open', async () => {
  const gps = pty()
  const { state, serial } = line(gps.path, 400)
  await eventually(() => {
    gps.write(Buffer.from([0xf0, 0x8e, 0x00, 0xff]))
    expect(state()).toBe('baud')
  })
  expect(serial.state.detail).toMatch(/is the baud rate right\?/)
  expect(serial.state.counters.opened).toBe(1)
})

test('each change of state is told once', async () => {
  const { states } = line('/dev/no-such-port')
  await eventually(() => expect(states).toHaveLength(1))
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(states.map(({ state }) => state)).toEqual(['missing'])
})
