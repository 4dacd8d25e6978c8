import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { CHIPS } from '../../../../gateway/edge/drivers/firmata/chips/chips.ts'
import {
  FirmataPort,
  FirmataSensor,
  firmataSilenceMistake,
} from '../../../../gateway/edge/drivers/firmata/firmata-config.ts'

function problems(sensor: object): string[] {
  const result = FirmataSensor.safeParse({ metric: 'm', port: 'board', ...sensor })
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
const REGISTER = { address: 0x48, register: 0, type: 'int16-be' }
const TYPES =
  'uint8, int8, uint16-be, uint16-le, int16-be, int16-le, uint24-be, uint24-le, int24-be, int24-le, uint32-be, uint32-le, int32-be, int32-le'

test.each([
  ['an analog channel', { channel: 'A0', scale: [-90, 90] }],
  ['the last analog channel of the protocol', { channel: 'A15', scale: [0, 1] }],
  ['a digital input', { channel: 'D7' }],
  ['a contact', { channel: 'D53', pullUp: true, invert: true }],
  ['a register', { i2c: REGISTER }],
  ['a read without a register', { i2c: { address: 0x48, type: 'uint8' } }],
  [
    'a register with all there is',
    { i2c: { ...REGISTER, bytes: 6, scale: 0.1, offset: -5, everyMs: 100, setUp: [[1, 2], [3]] } },
  ],
  ['a chip', { metric: 'tilt_deg', i2c: { chip: 'ADXL345' } }],
  [
    'a chip at its other address',
    { metric: 'light_lux', i2c: { chip: 'BH1750', address: 0x5c, everyMs: 60_000 } },
  ],
])('%s is in order', (_, sensor) => {
  expect(problems(sensor)).toEqual([])
})

test.each([
  ['nothing wired', {}, 'channel: missing, expected an analog channel (A0), a digital pin (D7), or i2c'],
  [
    'wired twice',
    { channel: 'D7', i2c: REGISTER },
    'i2c: expected either channel or i2c: a sensor is wired in one way',
  ],
  [
    'a channel of another kind',
    { channel: 'B1' },
    'channel: expected an analog channel (A0 to A15) or a digital pin such as D7',
  ],
  [
    'an analog channel that no message can carry',
    { channel: 'A16', scale: [0, 1] },
    'channel: expected an analog channel (A0 to A15) or a digital pin such as D7',
  ],
  [
    'an analog channel without a scale',
    { channel: 'A0' },
    'scale: missing, expected the values at 0 V and at full scale: [-90, 90]',
  ],
  [
    'an analog channel with a pull-up',
    { channel: 'A0', scale: [0, 1], pullUp: true },
    'pullUp: A0 is analog: leave out pullUp',
  ],
  [
    'a digital input with a scale',
    { channel: 'D7', scale: [0, 1] },
    'scale: D7 reads 0 or 1: leave out scale',
  ],
  [
    'an inverted chip',
    { i2c: REGISTER, invert: true },
    'invert: an I²C chip is no contact: leave out invert',
  ],
  [
    'a scale beside i2c',
    { i2c: REGISTER, scale: [0, 1] },
    'scale: the scale of an I²C register stands in i2c: leave out scale',
  ],
  [
    'an address of eight bits',
    { i2c: { ...REGISTER, address: 0x90 } },
    'i2c.address: expected 0x08 to 0x77: a manual that names two addresses, for write and read, means half of them',
  ],
  ['a reserved address', { i2c: { ...REGISTER, address: 3 } }, 'i2c.address: expected 0x08 to 0x77'],
  ['no address', { i2c: { type: 'uint8' } }, 'i2c.address: missing, expected 0x08 to 0x77'],
  [
    'no type',
    { i2c: { address: 0x48 } },
    `i2c.type: missing, expected one of ${TYPES}; or a chip: ADXL345, BH1750, MPU6050`,
  ],
  ['an unknown type', { i2c: { ...REGISTER, type: 'float' } }, `i2c.type: expected one of ${TYPES}`],
  [
    'fewer bytes than the type',
    { i2c: { ...REGISTER, bytes: 1 } },
    'i2c.bytes: found 1, but int16-be takes 2',
  ],
  [
    'a register that is no byte',
    { i2c: { ...REGISTER, register: 256 } },
    'i2c.register: expected a byte: 0 to 255',
  ],
  [
    'a set-up of no bytes',
    { i2c: { ...REGISTER, setUp: [[]] } },
    expect.stringMatching(/^i2c\.setUp\.0: Too small/),
  ],
  [
    'an unknown chip',
    { i2c: { chip: 'LIS3DH' } },
    'i2c.chip: expected one of ADXL345, BH1750, MPU6050; for others, describe the register',
  ],
  [
    'a chip with a register',
    { metric: 'tilt_deg', i2c: { chip: 'ADXL345', register: 0 } },
    'i2c.register: ADXL345 brings its own: leave out register',
  ],
  [
    'a chip where it cannot be',
    { metric: 'tilt_deg', i2c: { chip: 'ADXL345', address: 0x54 } },
    'i2c.address: ADXL345 answers at 0x53 or 0x1d',
  ],
  [
    'a chip that measures something else',
    { metric: 'tilt_deg', i2c: { chip: 'BH1750' } },
    'metric: BH1750 measures in lux: expected a name that ends in _lux',
  ],
  ['an unknown key', { channel: 'D7', pullup: true }, ': Unrecognized key: "pullup"'],
  [
    'a metric without a name',
    { metric: 'Door', channel: 'D7' },
    'metric: expected a name with its unit such as tilt_deg',
  ],
])('%s is refused', (_, sensor, message) => {
  expect(problems(sensor)).toEqual([message])
})

test.each([
  [12, undefined],
  [5, 'found 5, but a board may take 12 s to start: expected at least 12'],
])('a watchdog of %d s', (silenceS, mistake) => {
  expect(firmataSilenceMistake({ silenceS })).toBe(mistake)
})

test('the sample of the page is right, and the page names every chip', () => {
  const page = readFileSync(new URL('../../../../docs/drivers/firmata.md', import.meta.url), 'utf8')
  const sample = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as {
    ports: unknown[]
    components: { sensors: { i2c?: { chip?: string } }[] }[]
  }
  const AnyPort = z.strictObject({ ...FirmataPort.shape, name: z.string(), path: z.string() })
  expect(AnyPort.parse(sample.ports[0]).driver).toBe('firmata')
  const sensors = sample.components.flatMap(({ sensors }) => sensors)
  for (const sensor of sensors) expect(FirmataSensor.safeParse(sensor).error?.issues ?? []).toEqual([])
  expect(sensors.length).toBeGreaterThan(5)
  for (const { name } of CHIPS) expect(page).toContain(`| \`${name}\` |`)
})
