import { z } from 'zod'
import { CHIPS } from './chips/chips.ts'
import { I2C_TYPES, widthOf } from './i2c-value.ts'

/** What the configuration says of a port with a Firmata board, and of what is wired to the board. */

/** A board may take this long from the opening of its port until it has said what its pins can do. */
export const READY_TIMEOUT_MS = 12_000

export const FirmataPort = z.strictObject({
  driver: z.literal('firmata'),
  baud: z.int().min(300).max(4_000_000).default(57_600),
  /** How often the board reports its analog channels. */
  samplingMs: z.int().min(10).max(10_000).default(100),
})

const CHIP_NAMES = CHIPS.map(({ name }) => name)
/** The buffer of the Arduino's I²C library. */
const MAX_I2C_BYTES = 32

const Byte = z.int().min(0, 'expected a byte: 0 to 255').max(255, 'expected a byte: 0 to 255')

/** A chip by its name, or a register by its address and type. */
const I2c = z
  .strictObject({
    chip: z
      .enum(CHIP_NAMES, `expected one of ${CHIP_NAMES.join(', ')}; for others, describe the register`)
      .optional(),
    address: z
      .int()
      .min(0x08, 'expected 0x08 to 0x77')
      .max(
        0x77,
        'expected 0x08 to 0x77: a manual that names two addresses, for write and read, means half of them',
      )
      .optional(),
    everyMs: z.int().min(100).max(86_400_000).default(1000),
    /** Absent: the chip is read without naming one. */
    register: Byte.optional(),
    type: z.enum(I2C_TYPES, `expected one of ${I2C_TYPES.join(', ')}`).optional(),
    /** How many are read, of which the first are the value; default: those of the type. */
    bytes: z.int().min(1).max(MAX_I2C_BYTES).optional(),
    /** value = number * scale + offset */
    scale: z.number().optional(),
    offset: z.number().optional(),
    /** Writes after power-up, each a register and its bytes. */
    setUp: z.array(z.array(Byte).min(1).max(MAX_I2C_BYTES)).optional(),
  })
  .check(({ value: i2c, issues }) => {
    const issue = (key: string, message: string) =>
      issues.push({ code: 'custom', input: i2c, path: [key], message })
    const chip = CHIPS.find(({ name }) => name === i2c.chip)
    if (chip) {
      for (const key of ['register', 'type', 'bytes', 'scale', 'offset', 'setUp'] as const)
        if (i2c[key] !== undefined) issue(key, `${chip.name} brings its own: leave out ${key}`)
      if (i2c.address !== undefined && !chip.addresses.includes(i2c.address))
        issue('address', `${chip.name} answers at ${chip.addresses.map(hex).join(' or ')}`)
    } else {
      if (i2c.address === undefined) issue('address', 'missing, expected 0x08 to 0x77')
      if (i2c.type === undefined)
        issue('type', `missing, expected one of ${I2C_TYPES.join(', ')}; or a chip: ${CHIP_NAMES.join(', ')}`)
      else if (i2c.bytes !== undefined && i2c.bytes < widthOf(i2c.type))
        issue('bytes', `found ${i2c.bytes}, but ${i2c.type} takes ${widthOf(i2c.type)}`)
    }
  })

export const FirmataSensor = z
  .strictObject({
    /** What it measures, with its unit: tilt_deg, current_a, door_open. */
    metric: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as tilt_deg'),
    /** Name of a firmata port. */
    port: z.string(),
    /** An analog channel or a digital pin, by the board's own numbers. */
    channel: z
      .string()
      .regex(
        /^(?:A(?:\d|1[0-5])|D\d{1,3})$/,
        'expected an analog channel (A0 to A15) or a digital pin such as D7',
      )
      .optional(),
    /** Analog: values at 0 V and at full scale of the converter; what lies between is linear. */
    scale: z.tuple([z.number(), z.number()]).optional(),
    /** Digital: the board's own pull-up resistor holds the pin at 1 where a contact is open. */
    pullUp: z.boolean().optional(),
    /** Digital: the reading is 1 where the pin is 0. */
    invert: z.boolean().optional(),
    /** A chip on the board's I²C bus. */
    i2c: I2c.optional(),
  })
  .check(({ value: sensor, issues }) => {
    const issue = (key: string, message: string) =>
      issues.push({ code: 'custom', input: sensor, path: [key], message })
    const { channel, i2c } = sensor
    const misplaced = (keys: readonly ('scale' | 'pullUp' | 'invert')[], why: string) => {
      for (const key of keys) if (sensor[key] !== undefined) issue(key, `${why}: leave out ${key}`)
    }
    if (channel === undefined && i2c === undefined)
      issue('channel', 'missing, expected an analog channel (A0), a digital pin (D7), or i2c')
    else if (channel !== undefined && i2c !== undefined)
      issue('i2c', 'expected either channel or i2c: a sensor is wired in one way')
    else if (i2c !== undefined) {
      misplaced(['pullUp', 'invert'], 'an I²C chip is no contact')
      misplaced(['scale'], 'the scale of an I²C register stands in i2c')
      const unit = CHIPS.find(({ name }) => name === i2c.chip)?.unit
      if (unit !== undefined && !sensor.metric.endsWith(`_${unit}`))
        issue('metric', `${i2c.chip} measures in ${unit}: expected a name that ends in _${unit}`)
    } else if (channel!.startsWith('A')) {
      misplaced(['pullUp', 'invert'], `${channel} is analog`)
      if (sensor.scale === undefined)
        issue('scale', 'missing, expected the values at 0 V and at full scale: [-90, 90]')
    } else if (channel!.startsWith('D')) misplaced(['scale'], `${channel} reads 0 or 1`)
  })

export type FirmataPortConfig = z.output<typeof FirmataPort>
export type FirmataSensorConfig = z.output<typeof FirmataSensor>
export type I2cConfig = z.output<typeof I2c>

/** As manuals write addresses and registers. */
export const hex = (number: number): string => `0x${number.toString(16).padStart(2, '0')}`

/**
 * Opening a port resets most boards: one that is closed for silence before it has started never gets ready. Says
 * so, for the key silenceS; undefined where all is well.
 */
export function firmataSilenceMistake({ silenceS }: { silenceS: number }): string | undefined {
  const leastS = READY_TIMEOUT_MS / 1000
  if (silenceS >= leastS) return undefined
  return `found ${silenceS}, but a board may take ${leastS} s to start: expected at least ${leastS}`
}
