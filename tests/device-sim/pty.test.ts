import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it } from 'vitest'
import { openPty, type Pty } from '../../device-sim/hardware/pty.ts'
import { Random } from '../../device-sim/random.ts'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value)

const ptys: Pty[] = []
const ports: SerialPort[] = []
const slaves: number[] = []

function pty(): Pty {
  const made = openPty()
  ptys.push(made)
  return made
}

async function open(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115200 })
  ports.push(port)
  await once(port, 'open')
  return port
}

function openSlave(path: string): number {
  const slave = openSync(path, 'r+')
  slaves.push(slave)
  return slave
}

function shut(port: SerialPort): Promise<void> {
  return new Promise((resolve, reject) => port.close((error) => (error ? reject(error) : resolve())))
}

/** Gathers what arrives until there are `length` bytes. */
function gather(subscribe: (take: (bytes: Uint8Array) => void) => void, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let total = 0
  return new Promise((resolve) =>
    subscribe((bytes) => {
      chunks.push(bytes)
      total += bytes.length
      if (total >= length) resolve(Buffer.concat(chunks))
    }),
  )
}

afterEach(async () => {
  for (const port of ports.splice(0)) if (port.isOpen) await shut(port)
  for (const slave of slaves.splice(0)) closeSync(slave)
  for (const made of ptys.splice(0)) made.close()
})

describe('openPty', () => {
  it('passes all byte values both ways as they are', async () => {
    const line = pty()
    const port = await open(line.path)
    const atGateway = gather((take) => port.on('data', take), 256)
    const atDevice = gather((take) => line.onData(take), 256)
    await line.ready()
    line.write(EVERY_BYTE)
    port.write(Buffer.from(EVERY_BYTE))
    expect([...(await atGateway)]).toEqual([...EVERY_BYTE])
    expect([...(await atDevice)]).toEqual([...EVERY_BYTE])
  })

  it('is raw before anyone sets it up: a plain reader gets bytes at once and no echo returns', async () => {
    const line = pty()
    const echoed: Uint8Array[] = []
    line.onData((bytes) => echoed.push(bytes))
    const slave = openSlave(line.path)
    await line.ready()
    line.write(EVERY_BYTE)
    const buffer = Buffer.alloc(512)
    expect([...buffer.subarray(0, readSync(slave, buffer))]).toEqual([...EVERY_BYTE])
    await sleep(50)
    expect(echoed).toEqual([])
  })

  it('carries a megabyte each way without loss', async () => {
    const random = new Random(1, 'megabyte')
    const megabyte = Uint8Array.from({ length: 1 << 20 }, () => random.integer(0, 255))
    const line = pty()
    const port = await open(line.path)
    const atGateway = gather((take) => port.on('data', take), megabyte.length)
    const atDevice = gather((take) => line.onData(take), megabyte.length)
    await line.ready()
    line.write(megabyte)
    port.write(Buffer.from(megabyte))
    expect((await atGateway).equals(megabyte)).toBe(true)
    expect((await atDevice).equals(megabyte)).toBe(true)
    expect(line.droppedBytes).toBe(0)
  })

  it('drops and counts what is written while nobody listens', async () => {
    const line = pty()
    for (let index = 0; index < 1000; index++) line.write(EVERY_BYTE)
    expect(line.listening).toBe(false)
    expect(line.droppedBytes).toBe(256_000)

    const port = await open(line.path)
    const arrived = gather((take) => port.on('data', take), 3)
    await line.ready()
    line.write(Buffer.from('new'))
    expect((await arrived).toString()).toBe('new')
  })

  it('loses the oldest bytes, counted, when the listener does not read', async () => {
    const line = pty()
    openSlave(line.path)
    await line.ready()
    const megabyte = new Uint8Array(1 << 20)
    for (let index = 0; index < 8; index++) line.write(megabyte)
    expect(line.droppedBytes).toBeGreaterThan(2 << 20)
    expect(line.droppedBytes).toBeLessThanOrEqual(4 << 20)
  })

  it('works again after the gateway has closed and re-opened it, and says so', async () => {
    const line = pty()
    let opened = 0
    line.onOpen(() => opened++)
    for (let round = 1; round <= 3; round++) {
      const port = await open(line.path)
      const atGateway = gather((take) => port.on('data', take), 256)
      const atDevice = gather((take) => line.onData(take), 256)
      await line.ready()
      expect(opened).toBe(round)
      line.write(EVERY_BYTE)
      port.write(Buffer.from(EVERY_BYTE))
      expect([...(await atGateway)]).toEqual([...EVERY_BYTE])
      expect([...(await atDevice)]).toEqual([...EVERY_BYTE])
      await shut(port)
      while (line.listening) await sleep(5)
    }
  })

  it('close is a pulled cable: the gateway loses the port', async () => {
    const line = pty()
    const port = await open(line.path)
    port.resume()
    const closed = once(port, 'close')
    await line.ready()
    line.close()
    const [error] = (await closed) as [{ disconnected: boolean }]
    expect(error.disconnected).toBe(true)
    expect(() => line.write(EVERY_BYTE)).not.toThrow()
  })

  it('a child process that drops inherited ptys does not keep the cable plugged', async () => {
    const line = pty()
    const loader = new URL('../../device-sim/hardware/drop-inherited-ptys.ts', import.meta.url)
    const child = spawn(
      process.execPath,
      ['--import', loader.href, '-e', 'console.log("up"); setInterval(() => {}, 1000)'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    try {
      await once(child.stdout, 'data')
      const port = await open(line.path)
      port.resume()
      const closed = once(port, 'close')
      await line.ready()
      line.close()
      const [error] = (await closed) as [{ disconnected: boolean }]
      expect(error.disconnected).toBe(true)
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })

  it('ready rejects when aborted or closed', async () => {
    const line = pty()
    const aborter = new AbortController()
    const aborted = expect(line.ready(aborter.signal)).rejects.toThrow('enough')
    const closed = expect(line.ready()).rejects.toThrow('is closed')
    aborter.abort(new Error('enough'))
    line.close()
    await Promise.all([aborted, closed])
    await expect(line.ready()).rejects.toThrow('is closed')
    await expect(line.ready(aborter.signal)).rejects.toThrow('enough')
  })
})
