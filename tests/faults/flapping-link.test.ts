import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../hub/eventually.ts'
import { startFlappingLink } from './flapping-link.ts'

/** The bad network of other tests, against a server that says everything back. */
async function echo() {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link = await startFlappingLink({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await link.close()
    server.close()
  })
  return { link, sockets }
}

async function client(port: number) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  const heard: string[] = []
  socket.on('data', (bytes) => heard.push(String(bytes)))
  await once(socket, 'connect')
  return { socket, text: () => heard.join('') }
}

test('passes bytes and ends, and counts them', async () => {
  const { link } = await echo()
  const { socket, text } = await client(link.port)
  socket.end('forth and back')
  await once(socket, 'close')
  expect(text()).toBe('forth and back')
  expect(link.bytes).toEqual({ up: 14, down: 14 })
})

test('cuts both ends', async () => {
  const { link, sockets } = await echo()
  const { socket } = await client(link.port)
  await eventually(() => expect(sockets).toHaveLength(1))
  link.cut()
  await eventually(() => expect([socket.closed, sockets[0]!.closed]).toEqual([true, true]))
})

test('a tunnel: nothing passes and nobody is told, also not of an end; afterwards all of it goes on', async () => {
  const { link, sockets } = await echo()
  const staying = await client(link.port)
  const leaving = await client(link.port)
  await eventually(() => expect(sockets).toHaveLength(2))
  link.stall(true)
  staying.socket.write('said in the tunnel')
  leaving.socket.destroy()
  const late = await client(link.port)
  late.socket.write('came in the tunnel')
  await sleep(50)
  expect([staying.text(), late.text(), sockets.filter(({ destroyed }) => destroyed)]).toEqual(['', '', []])
  link.stall(false)
  await eventually(() => expect(staying.text()).toBe('said in the tunnel'))
  await eventually(() => expect(late.text()).toBe('came in the tunnel'))
  await eventually(() => expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(1))
})

test('delays in order', async () => {
  const { link } = await echo()
  const { socket, text } = await client(link.port)
  link.delay(40)
  const began = performance.now()
  for (const word of ['one ', 'two ', 'three']) socket.write(word)
  await eventually(() => expect(text()).toBe('one two three'))
  expect(performance.now() - began).toBeGreaterThanOrEqual(75)
})

test('refuses who comes, and leaves who is there', async () => {
  const { link } = await echo()
  const there = await client(link.port)
  there.socket.write('a')
  await eventually(() => expect(there.text()).toBe('a'))
  link.refuse(true)
  const refused = connect(link.port, '127.0.0.1')
  refused.on('error', () => {})
  await eventually(() => expect(refused.closed).toBe(true))
  there.socket.write('b')
  await eventually(() => expect(there.text()).toBe('ab'))
})
