import { EventEmitter } from 'node:events'
import type { FirmataIo, FirmataPin } from 'firmata-io'
import { expect, test } from 'vitest'
import { AnalogInputs } from '../../../../gateway/edge/drivers/firmata/analog-inputs.ts'
import {
  analogPin,
  checkInputPin,
  describeBoard,
  i2cPins,
} from '../../../../gateway/edge/drivers/firmata/board-pins.ts'

/** A board by what it answers; its channels do not run as its pins do. */
class AnsweredIo extends EventEmitter {
  version = { major: 2, minor: 5 }
  firmware: FirmataIo['firmware'] = { name: 'Odd.ino', version: { major: 2, minor: 10 } }
  RESOLUTION = { ADC: 4095 }
  analogPins: number[] = []
  asked: [channel: number, on: number][] = []
  readonly pins: FirmataPin[]

  constructor(pins: FirmataPin[]) {
    super()
    this.pins = pins
  }
  reportAnalogPin(channel: number, on: number): void {
    this.asked.push([channel, on])
  }
  analogRead(channel: number, listener: (value: number) => void): void {
    this.reportAnalogPin(channel, 1)
    this.on(`analog-read-${channel}`, listener)
  }
}
const [INPUT, ANALOG, I2C, PULLUP, NONE] = [0, 2, 6, 11, 127]
const pin = (analogChannel: number, ...supportedModes: number[]): FirmataPin => ({
  analogChannel,
  supportedModes,
})
const odd = () =>
  new AnsweredIo([
    pin(NONE),
    pin(NONE, INPUT, PULLUP),
    pin(5, INPUT, PULLUP, ANALOG),
    pin(1, INPUT, ANALOG),
    pin(0, ANALOG),
    pin(NONE, INPUT, I2C),
    pin(NONE, INPUT, I2C),
    // A mapping without the mode.
    pin(3),
  ])
const asIo = (io: AnsweredIo) => io as unknown as FirmataIo

test("pins are found by the board's own answer", () => {
  const io = asIo(odd())
  expect([0, 1, 5].map((channel) => analogPin(io, channel))).toEqual([4, 3, 2])
  expect(() => analogPin(io, 2)).toThrow('the board has A0 to A1, A3, A5')
  expect(() => analogPin(io, 3)).toThrow('the board has A0 to A1, A3, A5')
  expect(i2cPins(io)).toEqual([5, 6])
  expect(() => checkInputPin(io, 4, false)).toThrow("the board's digital inputs are D1 to D3, D5 to D6")
  expect(() => checkInputPin(io, 3, true)).toThrow("the board's pull-ups are D1 to D2: leave out pullUp")
  expect(() => checkInputPin(io, 2, true)).not.toThrow()
  expect(describeBoard(io)).toBe('Odd.ino 2.10, A0 to A1, A3, A5, D1 to D3, D5 to D6, I²C at D5 to D6')
})

test('a board that can do nothing is described too', () => {
  const io = new AnsweredIo([])
  io.firmware = {}
  expect(describeBoard(asIo(io))).toBe('a nameless firmware, no analog channels, no digital inputs, no I²C')
  expect(() => analogPin(asIo(io), 0)).toThrow('the board has no analog channels')
  expect(() => checkInputPin(asIo(io), 0, false)).toThrow("the board's digital inputs are none")
})

test('a channel is the pin that the board maps to it; one without a report is asked for again', () => {
  const io = odd()
  const shares: number[] = []
  const inputs = new AnalogInputs(asIo(io))
  expect(io.analogPins[5]).toBe(2)
  inputs.read(5, (share) => shares.push(share))
  inputs.read(1, () => {})
  io.emit('analog-read-5', 4095)
  expect(shares).toEqual([1])
  expect(inputs.askSilent(60_000)).toBe(0)
  expect(io.asked).toEqual([
    [5, 1],
    [1, 1],
  ])
  expect(inputs.askSilent(-1)).toBe(2)
  expect(io.asked).toHaveLength(4)
})
