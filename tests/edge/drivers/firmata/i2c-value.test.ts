import fc from 'fast-check'
import { expect, test } from 'vitest'
import { I2C_TYPES, i2cNumber, widthOf } from '../../../../gateway/edge/drivers/firmata/i2c-value.ts'

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer)

test.each([
  ['uint8', [0xff], 255],
  ['int8', [0xff], -1],
  ['uint16-be', [0x12, 0x34], 0x1234],
  ['uint16-le', [0x12, 0x34], 0x3412],
  ['int16-be', [0xff, 0x00], -256],
  ['int16-le', [0x00, 0x80], -32_768],
  ['uint24-be', [0xff, 0xff, 0xff], 16_777_215],
  ['int24-be', [0x80, 0x00, 0x00], -8_388_608],
  ['int24-le', [0xfe, 0xff, 0xff], -2],
  ['uint32-be', [0xff, 0xff, 0xff, 0xff], 4_294_967_295],
  ['int32-le', [0x00, 0x00, 0x00, 0x80], -2_147_483_648],
] as const)('%s of %j is %d', (type, bytes, number) => {
  expect(i2cNumber(type, view(...bytes))).toBe(number)
})

test('only the first bytes count, and they must be there', () => {
  expect(i2cNumber('uint16-be', view(1, 2, 99))).toBe(258)
  expect(() => i2cNumber('uint16-be', view(1))).toThrow(RangeError)
})

test('any bytes give a number of the type, and the bytes of that number are they', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...I2C_TYPES),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      (type, bytes) => {
        const width = widthOf(type)
        const number = i2cNumber(type, view(...bytes))
        const lowFirst = Array.from({ length: width }, (_, i) =>
          Number((BigInt(number) >> BigInt(8 * i)) & 0xffn),
        )
        expect(type.endsWith('-le') ? lowFirst : lowFirst.toReversed()).toEqual([...bytes.subarray(0, width)])
        expect(number < 0).toBe(type.startsWith('int') && lowFirst.at(-1)! >= 0x80)
      },
    ),
  )
})
