import type { FirmataIo } from 'firmata-io'

/** What the pins of a board can do, by its own answer; no table of boards stands behind it. */

/** Pin modes of the protocol. */
export const INPUT = 0
const ANALOG = 2
const I2C = 6
export const PULLUP = 11
export const NO_CHANNEL = 127
const PIN_STATE_QUERY = 0x6d

/**
 * Asks for a pin's mode: the answer is the event `pin-state-` with its number. A board answers in turn, after
 * whatever it was asked before.
 */
export function askPinState(io: FirmataIo, pin: number): void {
  io.sysexCommand([PIN_STATE_QUERY, pin])
}

/** An analog channel's pin. @throws Error that says which channels the board has. */
export function analogPin({ pins }: FirmataIo, channel: number): number {
  const pin = pins.findIndex((candidate) => candidate.analogChannel === channel)
  if (pin >= 0 && pins[pin]!.supportedModes.includes(ANALOG)) return pin
  const channels = pins.map(({ analogChannel }) => analogChannel).filter((other) => other !== NO_CHANNEL)
  throw new Error(`the board has ${names('A', channels) || 'no analog channels'}`)
}

/** @throws Error that says which pins can be inputs of this kind. */
export function checkInputPin({ pins, version }: FirmataIo, pin: number, pullUp: boolean): void {
  const { major = 0, minor = 0 } = version
  // Before 2.4, a board reports an input only when it changes: what it is now cannot be asked.
  if (major < 2 || (major === 2 && minor < 4))
    throw new Error(`the board runs Firmata ${major}.${minor}: digital inputs need 2.4 or newer`)
  const modes = pins[pin]?.supportedModes ?? []
  if (!modes.includes(INPUT))
    throw new Error(`the board's digital inputs are ${names('D', pinsWith(pins, INPUT)) || 'none'}`)
  if (pullUp && !modes.includes(PULLUP))
    throw new Error(
      `the board's pull-ups are ${names('D', pinsWith(pins, PULLUP)) || 'none that Firmata can switch'}: leave out pullUp and wire a resistor of 10 kΩ to the board's supply`,
    )
}

/** The pins of the board's I²C bus; none: it has no bus. */
export function i2cPins({ pins }: FirmataIo): number[] {
  return pinsWith(pins, I2C)
}

/** `StandardFirmata.ino 2.5, A0 to A5, D2 to D19, I²C at D18 to D19` */
export function describeBoard(io: FirmataIo): string {
  const { firmware, pins } = io
  const channels = pins.map(({ analogChannel }) => analogChannel).filter((channel) => channel !== NO_CHANNEL)
  const version = firmware.version ? ` ${firmware.version.major}.${firmware.version.minor}` : ''
  const bus = names('D', i2cPins(io))
  return [
    `${firmware.name || 'a nameless firmware'}${version}`,
    names('A', channels) || 'no analog channels',
    names('D', pinsWith(pins, INPUT)) || 'no digital inputs',
    bus === '' ? 'no I²C' : `I²C at ${bus}`,
  ].join(', ')
}

function pinsWith(pins: FirmataIo['pins'], mode: number): number[] {
  return pins.flatMap(({ supportedModes }, pin) => (supportedModes.includes(mode) ? [pin] : []))
}

/** Numbers in words: `A0 to A5, A8`. */
function names(letter: string, numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && number === run[1] + 1) run[1] = number
    else runs.push([number, number])
  }
  return runs
    .map(([first, last]) => (first === last ? `${letter}${first}` : `${letter}${first} to ${letter}${last}`))
    .join(', ')
}
