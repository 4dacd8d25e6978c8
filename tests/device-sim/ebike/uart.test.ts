import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asReadAtBaud } from '../../../device-sim/ebike/uart.ts'
import { bytesOf, decode, epochs, ride } from './ride-under-test.ts'

const read = (bytes: number[], sent: number, at: number, framingErrors?: 'byte' | 'nul') => [
  ...asReadAtBaud(Uint8Array.from(bytes), sent, at, framingErrors && { framingErrors }),
]

describe('asReadAtBaud', () => {
  it('at the same speed is what was sent, and at one that is 3 % off, too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(4800, 9600, 115_200), (bytes, baud) => {
        expect(asReadAtBaud(bytes, baud, baud)).toEqual(bytes)
        expect(asReadAtBaud(bytes, baud, Math.round(baud * 1.03))).toEqual(bytes)
        expect(asReadAtBaud(bytes, baud, Math.round(baud * 0.97))).toEqual(bytes)
      }),
    )
  })

  // By hand: the bits on the line in time, sampled in the middle of the port's bits.
  it.each<[string, number[], number, number, number[]]>([
    // 00 11001100 1100 … : the second zero of the pair where a stop bit should be begins the next character.
    ['55 at twice the speed: two bits for one', [0x55], 4800, 9600, [0x66, 0x33]],
    ['00 at ten times the speed: a break', [0x00], 960, 9600, [0x00]],
    ['ff at half the speed: a start bit too short to be one', [0xff], 9600, 4800, []],
    ['00 at half the speed: zeros, then idle', [0x00], 9600, 4800, [0xf8]],
    ['nothing', [], 9600, 4800, []],
  ])('%s', (_, bytes, sent, at, expected) => {
    expect(read(bytes, sent, at)).toEqual(expected)
  })

  it('hands a framing error on as the byte that was read, or as NUL', () => {
    const bytes = [0x24, 0x47, 0x50, 0x52, 0x4d, 0x43]
    const asBytes = read(bytes, 4800, 9600)
    const asNul = read(bytes, 4800, 9600, 'nul')
    expect(asNul).toHaveLength(asBytes.length)
    expect(asNul.filter((byte, index) => byte !== asBytes[index]).every((byte) => byte === 0)).toBe(true)
    expect(asNul).not.toEqual(asBytes)
  })

  it('ends for any bytes at any speeds, with no more characters than fit in the time', () => {
    const bauds = fc.constantFrom(300, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bauds, bauds, (bytes, sent, at) => {
        const bits = (bytes.length * 10 * at) / sent
        expect(asReadAtBaud(bytes, sent, at).length).toBeLessThanOrEqual(Math.ceil(bits / 9.5) + 1)
      }),
    )
  })

  it.each([0, -9600, 9600.5, Number.NaN, Infinity])('refuses %d bits a second', (baud) => {
    expect(() => asReadAtBaud(new Uint8Array(1), baud, 9600)).toThrow('sentBaud')
    expect(() => asReadAtBaud(new Uint8Array(1), 9600, baud)).toThrow('readBaud')
  })
})

describe('a port at the wrong speed', () => {
  it.each([
    [9600, 4800],
    [9600, 19_200],
    [9600, 38_400],
    [9600, 115_200],
    [115_200, 9600],
    [38_400, 9600],
    [4800, 9600],
  ])('receiver at %i, port at %i: no sentence, no fix, but bytes', (receiver, port) => {
    const heard = bytesOf(epochs(ride({ mishaps: { atBaud: { receiver, port } } }), 600))
    const { fixes, sentences, unknown } = decode(heard)
    expect(fixes).toEqual([])
    // Noise that begins with a `$` and ends with a line end is a sentence nobody knows.
    expect(sentences).toBe(unknown)
    expect(heard.reduce((sum, bytes) => sum + bytes.length, 0)).toBeGreaterThan(1000)
  })

  it('at the right one reads all', () => {
    const atBaud = { receiver: 9600, port: 9600 }
    const heard = Buffer.concat(bytesOf(epochs(ride({ mishaps: { atBaud } }), 60)))
    expect(heard.equals(Buffer.concat(bytesOf(epochs(ride(), 60))))).toBe(true)
  })
})
