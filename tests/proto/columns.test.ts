import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeColumn, encodeColumn } from '../../proto/codec/columns.ts'
import { DecodeError } from '../../proto/codec/decode-error.ts'

const ORDERS = [1, 2] as const

test.each([
  ['no values', [], 1, ''],
  ['only zeros', [0, 0, 0], 1, ''],
  // k = 0: 00000, then 2 as 110; the repeats are left off.
  ['a constant', [1, 1, 1], 1, '06'],
  // k = 3: 00011; 10 is 20: 110 100; +1 is 2: 0 010; filled up with a one.
  ['a step', [10, 11], 1, '1e85'],
])('%s: the bytes of the contract', (_, values, order, hex) => {
  expect(Buffer.from(encodeColumn(values, order as 1)).toString('hex')).toBe(hex)
})

describe.each(ORDERS)('order %i', (order) => {
  test('any 32-bit integers come back as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 200 }),
        (values) => {
          expect([...decodeColumn(encodeColumn(values, order), values.length, order, 'x')]).toEqual(values)
        },
      ),
    )
  })

  test('any small steps come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 200 }), (values) => {
        expect([...decodeColumn(encodeColumn(values, order), values.length, order, 'x')]).toEqual(values)
      }),
    )
  })

  test('any bytes are decoded or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 100 }), (bytes, count) => {
        try {
          expect(decodeColumn(bytes, count, order, 'x')).toHaveLength(count)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('a column for fewer values than it holds is refused', () => {
  const bytes = encodeColumn([5, 9, 2, 7], 1)
  expect(() => decodeColumn(bytes, 3, 1, 'altitude')).toThrow('altitude: more values than its 3 fixes')
})

test('a column that is cut off is refused or says fewer values', () => {
  const bytes = encodeColumn([1e9, 5, 1e9], 1)
  expect(() => decodeColumn(bytes.subarray(0, 4), 3, 1, 'altitude')).toThrow('altitude: cut off')
})
