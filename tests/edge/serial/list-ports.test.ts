import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, expect, test } from 'vitest'
import { openPty } from '../../../device-sim/hardware/pty.ts'
import { portsTable } from '../../../gateway/commands/ports.ts'
import { listPorts } from '../../../gateway/edge/serial/list-ports.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A real pty with a by-id link, as udev would make it for an adapter. */
function adapter() {
  const pty = openPty()
  cleanups.push(() => pty.close())
  const byIdFolder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(byIdFolder, { recursive: true }))
  const byId = join(byIdFolder, 'usb-FTDI_FT232R_A1')
  symlinkSync(pty.path, byId)
  return { path: pty.path, byId, byIdFolder }
}

async function open(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 9600, lock: true })
  await new Promise((resolve) => port.once('open', resolve))
  return port
}

test('a port has its stable name and what udev knows of it, and is free until someone opens it', async () => {
  const { path, byId, byIdFolder } = adapter()
  const usb = { manufacturer: 'FTDI', serialNumber: 'A1', vendorId: '0403', productId: '6001' }
  const list = async () => [{ path, ...usb, pnpId: undefined }]
  expect(await listPorts({ list, byIdFolder })).toEqual([{ path, byId, ...usb, use: 'free' }])
  const port = await open(path)
  cleanups.push(() => new Promise((closed) => port.close(closed)))
  expect(await listPorts({ list, byIdFolder })).toEqual([
    { path, byId, ...usb, use: 'busy', usedBy: expect.stringMatching(new RegExp(`\\(${process.pid}\\)$`)) },
  ])
})

test('a port that only its link tells of is listed; what is not there is not', async () => {
  const { path, byId, byIdFolder } = adapter()
  symlinkSync('/dev/ttyUSB-gone', join(byIdFolder, 'usb-gone'))
  const list = async () => [{ path: '/dev/ttyUSB-gone' }]
  expect(await listPorts({ list, byIdFolder })).toEqual([{ path, byId, use: 'free' }])
})

test('the ports of this machine can be listed, with or without udev', async () => {
  for (const { path, use } of await listPorts()) {
    expect(path).toMatch(/^\//)
    expect(['free', 'busy', 'denied']).toContain(use)
  }
  await expect(listPorts()).resolves.toBeInstanceOf(Array)
})

test('the table', () => {
  const table = portsTable([
    {
      path: '/dev/ttyUSB0',
      byId: '/dev/serial/by-id/usb-FTDI_FT232R_A1',
      manufacturer: 'FTDI',
      vendorId: '0403',
      productId: '6001',
      use: 'busy',
      usedBy: 'gpsd (812)',
    },
    { path: '/dev/ttyS0', use: 'denied' },
  ])
  expect(table.split('\n')).toEqual([
    'PATH          USE               USB        MANUFACTURER  BY-ID',
    '/dev/ttyUSB0  busy: gpsd (812)  0403:6001  FTDI          /dev/serial/by-id/usb-FTDI_FT232R_A1',
    '/dev/ttyS0    denied            -          -             -',
  ])
})
