import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { connect as connectMqtt } from 'mqtt'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WireBytes } from '../../../gateway/edge/budget/wire-bytes.ts'
import { findMosquitto, startMosquitto } from '../../servers/mosquitto.ts'
import { requireServer } from '../../servers/server-missing.ts'

/** Held against a relay on the way, which sees what the wire sees but for the headers. */

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return portOf(server)
}

/** Counts what passes to a port of this machine and back. */
async function relayTo(port: number): Promise<{ port: number; bytes: () => number }> {
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
  }
  const relay = createServer((near) => {
    const far = connectTcp(port, '127.0.0.1')
    for (const socket of [near, far]) {
      socket.on('data', count)
      socket.on('error', () => {})
      cleanups.push(() => socket.destroy())
    }
    near.pipe(far)
    far.pipe(near)
  })
  return { port: await listening(relay), bytes: () => bytes }
}

/** Answers each chunk with as many bytes. */
function echo(socket: Socket): void {
  socket.on('error', () => {})
  socket.on('data', (chunk) => socket.write(Buffer.alloc(chunk.length)))
  cleanups.push(() => socket.destroy())
}

/** A shared key in place of certificates. */
const KEY = Buffer.from('0123456789abcdef')
const TLS = { ciphers: 'PSK-AES128-GCM-SHA256', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const

const OPEN_CLOSE_BYTES = 380
const HEADER_BYTES = 52

async function exchange(socket: Socket, wire: WireBytes, sizes: number[]): Promise<number> {
  let bytes = 0
  for (const size of sizes) {
    let back = 0
    const count = (chunk: Buffer) => {
      back += chunk.length
    }
    socket.on('data', count)
    socket.write(Buffer.alloc(size))
    await vi.waitFor(() => expect(back).toBe(size), { timeout: 20_000, interval: 5 })
    socket.off('data', count)
    bytes += wire.taken()
  }
  return bytes
}

const SIZES = [1, 200, 2000, 60_000, 90, 90]

test('plain: the bytes of the relay, and headers for each segment and acknowledgement', async () => {
  const relay = await relayTo(await listening(createServer(echo)))
  const socket = connectTcp(relay.port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  const wire = new WireBytes()
  wire.watch(socket)
  socket.resume()
  await once(socket, 'connect')
  const bytes = await exchange(socket, wire, SIZES)
  const segments = SIZES.reduce((sum, size) => sum + Math.ceil(size / 1400), 0) * 2
  const headers = bytes - OPEN_CLOSE_BYTES - relay.bytes()
  expect(headers).toBeGreaterThanOrEqual(segments * 1.5 * HEADER_BYTES)
  // A large answer may come in more chunks than it has segments to fill.
  expect(headers).toBeLessThan(segments * 3 * HEADER_BYTES)
})

test.each<[string, (socket: Socket) => Socket, number]>([
  ['as the relay sees it, handshake included', (socket) => socket, 1],
  ['estimated where the socket beneath is not to be seen', hidden, 1.5],
])('TLS: %s', async (_, seen, factor) => {
  const far = createTlsServer({ ...TLS, pskCallback: () => KEY }, echo)
  const relay = await relayTo(await listening(far))
  const socket = connectTls({
    port: relay.port,
    host: '127.0.0.1',
    ...TLS,
    pskCallback: () => ({ psk: KEY, identity: 'gateway' }),
    checkServerIdentity: () => undefined,
  })
  cleanups.push(() => socket.destroy())
  const wire = new WireBytes()
  wire.watch(seen(socket))
  socket.resume()
  await once(socket, 'secureConnect')
  const bytes = await exchange(socket, wire, SIZES)
  const segments = Math.ceil(relay.bytes() / 1400)
  expect(bytes).toBeGreaterThan(relay.bytes() + segments * HEADER_BYTES)
  expect(bytes).toBeLessThan((relay.bytes() + segments * 4 * HEADER_BYTES + OPEN_CLOSE_BYTES) * factor)
})

/** As on a Node that keeps the inner handle elsewhere. */
function hidden(socket: Socket): Socket {
  return new Proxy(socket, {
    get(target, key) {
      if (key === '_handle') return {}
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

test('what is written in one turn shares its headers', async () => {
  const socket = connectTcp(await listening(createServer((far) => far.resume())), '127.0.0.1')
  cleanups.push(() => socket.destroy())
  const wire = new WireBytes()
  wire.watch(socket)
  await once(socket, 'connect')
  expect(wire.taken()).toBe(OPEN_CLOSE_BYTES)
  let bytes = 0
  for (let i = 0; i < 10; i++) {
    socket.write(Buffer.alloc(100))
    bytes += wire.taken()
  }
  expect(bytes).toBe(1000 + 2 * HEADER_BYTES)
  expect(wire.taken()).toBe(0)
})

test('a new connection is counted from its own beginning', async () => {
  const port = await listening(createServer(echo))
  const wire = new WireBytes()
  for (let i = 0; i < 3; i++) {
    const socket = connectTcp(port, '127.0.0.1')
    cleanups.push(() => socket.destroy())
    wire.watch(socket)
    socket.resume()
    await once(socket, 'connect')
    expect(await exchange(socket, wire, [100])).toBe(OPEN_CLOSE_BYTES + 2 * (100 + 2 * HEADER_BYTES))
    socket.destroy()
    await once(socket, 'close')
    expect(wire.taken()).toBe(0)
  }
})

const mosquittoIsHere = await requireServer('mosquitto', findMosquitto)

describe.runIf(mosquittoIsHere)('with mqtt.js', () => {
  test('the stream of the client is the socket, and listening along takes nothing from it', async () => {
    const broker = await startMosquitto()
    cleanups.push(() => broker.stop())
    const relay = await relayTo(Number(new URL(broker.url).port))
    const client = connectMqtt(`mqtt://127.0.0.1:${relay.port}`, { reconnectPeriod: 0, protocolVersion: 4 })
    cleanups.push(() => client.endAsync(true))
    const wire = new WireBytes()
    wire.watch(client.stream)
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    const messages: string[] = []
    client.on('message', (topic) => messages.push(topic))
    await client.subscribeAsync('a/down')
    for (let i = 0; i < 5; i++) await client.publishAsync('a/down', 'x'.repeat(300), { qos: 1 })
    await vi.waitFor(() => expect(messages).toHaveLength(5), { timeout: 20_000 })
    const bytes = wire.taken()
    expect(bytes).toBeGreaterThan(OPEN_CLOSE_BYTES + relay.bytes() + 7 * 3 * HEADER_BYTES)
    expect(bytes).toBeLessThan(OPEN_CLOSE_BYTES + relay.bytes() + 7 * 9 * HEADER_BYTES)
  })
})
