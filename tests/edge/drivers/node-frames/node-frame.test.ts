import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNodeFrame } from '../../../../gateway/edge/drivers/node-frames/node-frame.ts'
import { NodeFrameError } from '../../../../gateway/edge/drivers/node-frames/node-frame-error.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
/** version 1, node 17, boot 7, sequence 1 */
const START = '08 01 10 11 18 07 20 01'

test.each([
  ['nothing at all', '', 'version', 'version 0, expected 1'],
  ['a later version', '08 02 10 11 18 07 20 01', 'version', 'version 2, expected 1'],
  ['no node', '08 01 18 07 20 01', 'missing', 'node is missing or 0'],
  ['no boot', '08 01 10 11 20 01', 'missing', 'boot is missing or 0'],
  ['no sequence', '08 01 10 11 18 07', 'missing', 'sequence is missing or 0'],
  ['a number cut off', `${START} 28 90`, 'truncated', 'ends within a number'],
  ['a sample cut off', `${START} 3a 05 08 01`, 'truncated', '5 bytes announced where 2 are left'],
  ['a sample inside its bytes cut off', `${START} 3a 02 08 90`, 'truncated', 'ends within a number'],
  ['a text for a number', `${START} 2a 01 30`, 'wire-type', 'field 5 has wire type 2'],
  ['a number for a sample', `${START} 38 01`, 'wire-type', 'field 7 has wire type 0'],
  ['a group', `${START} 2b 2c`, 'wire-type', 'field 5 has wire type 3'],
  ['field number 0', `${START} 00 01`, 'wire-type', 'field number 0'],
  ['33 bits', `${START} 28 80 80 80 80 10`, 'range', 'field 5: 4294967296 has more than 32 bits'],
  [
    'a number without end',
    `${START} 28 ff ff ff ff ff ff ff ff ff ff 01`,
    'range',
    'a number of more than ten bytes',
  ],
  [
    'a battery of 100 V and more',
    `${START} 30 a1 8d 06`,
    'range',
    'battery_mv 100001, expected at most 100000',
  ],
  ['an alarm of 2', `${START} 40 02`, 'range', 'alarm 2, expected at most 1'],
  ['a sample without metric', `${START} 3a 02 10 02`, 'missing', 'metric is missing or 0'],
  ['metric 65536', `${START} 3a 04 08 80 80 04`, 'range', 'metric 65536, expected at most 65535'],
  [
    'a sample of eight days ago',
    `${START} 3a 08 08 01 18 81 c4 b2 a0 02`,
    'range',
    'age_ms 604807681, expected at most 604800000',
  ],
  ['33 samples', `${START}${' 3a 02 08 01'.repeat(33)}`, 'range', 'more than 32 samples'],
])('%s is refused', (_, hex, fault, message) => {
  expect(() => readNodeFrame(bytes(hex))).toThrow(expect.objectContaining({ fault, message }))
})

test('fields of later editions are stepped over', () => {
  const later = '48 05 52 03 01 02 03 59 00 00 00 00 00 00 00 00 65 00 00 00 00'
  expect(readNodeFrame(bytes(`${START} ${later}`))).toEqual(readNodeFrame(bytes(START)))
})

test('random bytes are a frame or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 250 }), (payload) => {
      try {
        expect(readNodeFrame(payload).node).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(NodeFrameError)
      }
    }),
    { numRuns: 1000 },
  )
})
