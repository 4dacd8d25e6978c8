import { EventEmitter } from 'node:events'
import type { FirmataIo } from 'firmata-io'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { I2cBus } from '../../../../gateway/edge/drivers/firmata/i2c-bus.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A board's side of firmata-io: keeps what is sent, and says what the test has it say. */
class ScriptedIo extends EventEmitter {
  readonly sent: number[][] = []
  sysexCommand(message: number[]): void {
    this.sent.push(message)
  }
  get listenerTotal(): number {
    return this.eventNames().reduce((sum, name) => sum + this.listenerCount(name), 0)
  }
}

function bus(pins = [18, 19]) {
  const io = new ScriptedIo()
  const made = new I2cBus(io as unknown as FirmataIo, pins)
  const read = (register?: number) => made.read({ address: 0x48, register, bytes: 2 })
  const tick = () => vi.advanceTimersByTimeAsync(0)
  return { io, bus: made, read, tick }
}
const TOO_FEW = 'I2C: Too few bytes received'
const FENCE_18 = [0x6d, 18]

test('what is sent', async () => {
  const { io, bus: made, read } = bus()
  made.write(0x53, [0x2d, 0x88])
  void read(0x80)
  void read()
  expect(io.sent).toEqual([
    [0x78, 0, 0],
    [0x76, 0x53, 0, 0x2d, 0, 0x08, 1],
    [0x76, 0x48, 8, 0, 1, 2, 0],
    [0x76, 0x48, 8, 2, 0],
  ])
})

test('a reply is its answer', async () => {
  const { io, read } = bus()
  const answer = read(7)
  io.emit('I2C-reply-72-7', [1, 255])
  expect(await answer).toEqual(Uint8Array.of(1, 255))
})

test('replies of other chips and registers, and of other lengths, are not', async () => {
  const { io, read } = bus()
  const answer = read(7)
  io.emit('I2C-reply-73-7', [9, 9])
  io.emit('I2C-reply-72-8', [9, 9])
  io.emit('I2C-reply-72-7', [])
  expect(await answer).toBeUndefined()
})

test.each([TOO_FEW, 'I2C: Too many bytes received', 'I2C Read Error: Too few bytes received'])(
  'after the line "%s" the reply is not believed',
  async (line) => {
    const { io, read, tick } = bus()
    const answer = read(7)
    io.emit('string', line)
    io.emit('I2C-reply-72-7', [1, 2])
    expect(await answer).toBeUndefined()
    // The next read first lets all that belongs to this one pass by.
    const next = read(7)
    await tick()
    expect(io.sent.at(-1)).toEqual(FENCE_18)
    io.emit('I2C-reply-72-7', [3, 4])
    io.emit('pin-state-18')
    await tick()
    io.emit('I2C-reply-72-7', [5, 6])
    expect(await next).toEqual(Uint8Array.of(5, 6))
  },
)

test('other lines of text mean nothing', async () => {
  const { io, read } = bus()
  io.emit('string', TOO_FEW)
  const answer = read(7)
  io.emit('string', 'Unknown pin mode')
  io.emit('I2C-reply-72-7', [1, 2])
  expect(await answer).toEqual(Uint8Array.of(1, 2))
})

test('without a reply there is an end; a late reply is no answer to the next read', async () => {
  const { io, read, tick } = bus()
  const answer = read(7)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await answer).toBeUndefined()
  const next = read(7)
  io.emit('I2C-reply-72-7', [1, 2])
  io.emit('pin-state-18')
  await tick()
  io.emit('I2C-reply-72-7', [3, 4])
  expect(await next).toEqual(Uint8Array.of(3, 4))
})

test('a board that does not say the state of a pin either is asked about another, and nothing else', async () => {
  const { io, read } = bus()
  void read(7)
  await vi.advanceTimersByTimeAsync(1000)
  const sentBefore = io.sent.length
  const next = read(7)
  await vi.advanceTimersByTimeAsync(3000)
  expect(io.sent.slice(sentBefore)).toEqual([FENCE_18, [0x6d, 19], FENCE_18, [0x6d, 19]])
  // The state of 18 comes late: it may stand before replies that are still on their way.
  io.emit('pin-state-18')
  await vi.advanceTimersByTimeAsync(0)
  expect(io.sent.at(-1)).toEqual([0x6d, 19])
  io.emit('pin-state-19')
  await vi.advanceTimersByTimeAsync(0)
  io.emit('I2C-reply-72-7', [3, 4])
  expect(await next).toEqual(Uint8Array.of(3, 4))
})

test('listeners and timers do not grow, and stop leaves none', async () => {
  const { io, bus: made, read } = bus()
  const atRest = io.listenerTotal
  for (let i = 0; i < 50; i++) {
    const answer = read(7)
    await vi.advanceTimersByTimeAsync(0)
    io.emit('pin-state-18')
    io.emit('pin-state-19')
    await vi.advanceTimersByTimeAsync(0)
    if (i % 3 === 0) io.emit('I2C-reply-72-7', [1, 2])
    if (i % 3 === 1) io.emit('string', TOO_FEW)
    await vi.advanceTimersByTimeAsync(1000)
    await answer
    expect(io.listenerTotal).toBe(atRest)
    expect(vi.getTimerCount()).toBe(0)
  }
  void read(7)
  await vi.advanceTimersByTimeAsync(0)
  made.stop()
  expect(vi.getTimerCount()).toBe(0)
})
