/** Boards by what their pins can do, as their firmware's pin tables (Boards.h) have it. */

export interface BoardModel {
  pins: number
  /** Pins 0 up to here are the serial line itself, of which Firmata makes no use. */
  serialPins: number
  firstAnalogPin: number
  analogChannels: number
  /** From this channel on a pin is analog only, as A6 and A7 of a Nano. */
  analogOnlyFrom?: number
  analogBits: number
  pwmPins: readonly number[]
  i2cPins: readonly number[]
}

export const UNO: BoardModel = {
  pins: 20,
  serialPins: 2,
  firstAnalogPin: 14,
  analogChannels: 6,
  analogBits: 10,
  pwmPins: [3, 5, 6, 9, 10, 11],
  i2cPins: [18, 19],
}
export const NANO: BoardModel = { ...UNO, pins: 22, analogChannels: 8, analogOnlyFrom: 6 }
export const MEGA: BoardModel = {
  pins: 70,
  serialPins: 2,
  firstAnalogPin: 54,
  analogChannels: 16,
  analogBits: 10,
  pwmPins: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 44, 45, 46],
  i2cPins: [20, 21],
}
export const LEONARDO: BoardModel = {
  pins: 30,
  serialPins: 0,
  firstAnalogPin: 18,
  analogChannels: 12,
  analogBits: 10,
  pwmPins: [3, 5, 6, 9, 10, 11, 13],
  i2cPins: [2, 3],
}

/** Pin modes of the protocol. */
export const INPUT = 0
export const OUTPUT = 1
export const ANALOG = 2
const PWM = 3
const SERVO = 4
export const I2C = 6
export const PULLUP = 11

/**
 * Modes of each pin with their resolution in bits.
 * @param minor of the firmware's version: pull-ups are a mode of their own since 2.5.
 */
export function modesOf(model: BoardModel, minor: number): ReadonlyMap<number, number>[] {
  return Array.from({ length: model.pins }, (_, pin) => {
    const modes = new Map<number, number>()
    if (pin < model.serialPins) return modes
    const channel = pin - model.firstAnalogPin
    const analog = channel >= 0 && channel < model.analogChannels
    if (!analog || channel < (model.analogOnlyFrom ?? Infinity)) {
      modes.set(INPUT, 1)
      if (minor >= 5) modes.set(PULLUP, 1)
      modes.set(OUTPUT, 1)
    }
    if (analog) modes.set(ANALOG, model.analogBits)
    else modes.set(SERVO, 14)
    if (model.pwmPins.includes(pin)) modes.set(PWM, 8)
    if (model.i2cPins.includes(pin)) modes.set(I2C, 1)
    return modes
  })
}
