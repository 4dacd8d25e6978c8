import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeNodeFrame } from '../../../../device-sim/hardware/node-frames.ts'
import { FrameSplitter } from '../../../../gateway/edge/drivers/node-frames/framing.ts'
import { readNodeFrame } from '../../../../gateway/edge/drivers/node-frames/node-frame.ts'
import { NodeFrameError } from '../../../../gateway/edge/drivers/node-frames/node-frame-error.ts'

const frame = (sequence: number) =>
  encodeNodeFrame({ node: 17, boot: 7, sequence, uptimeS: sequence * 60, samples: [{ metric: 1, value: 0 }] })

function split(stream: Uint8Array, size = stream.length || 1) {
  const payloads: Uint8Array[] = []
  const faults: string[] = []
  const splitter = new FrameSplitter({
    onPayload: (payload) => payloads.push(payload.slice()),
    onFault: ({ fault }) => faults.push(fault),
  })
  for (let at = 0; at < stream.length; at += size) splitter.push(stream.subarray(at, at + size))
  return { payloads, faults }
}

test.each([
  ['delimiters alone', [0, 0, 0], []],
  ['a block longer than the frame', [9, 1, 2, 0], ['cobs']],
  ['a checksum without payload', [3, 0x12, 0x34, 0], ['too-short']],
  ['a wrong checksum', [...frame(1).with(2, 0x7f)], ['crc']],
  ['a frame that never ends', [...new Uint8Array(5000).fill(7), 0], ['too-long']],
])('%s', (_, stream, faults) => {
  const again = split(Uint8Array.from([...stream, ...frame(2)]))
  expect(again.faults).toEqual(faults)
  expect(again.payloads).toHaveLength(1)
})

test('after any damage the frame after the next is read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), (noise, size) => {
      const stream = Uint8Array.from([...noise, ...frame(1), ...frame(2)])
      const { payloads } = split(stream, size)
      expect(payloads.at(-1)).toEqual(split(frame(2)).payloads[0])
    }),
  )
})

test('no flipped bit, that of the delimiter neither, gives another frame', () => {
  for (let sequence = 1; sequence <= 300; sequence += 13) {
    const good = frame(sequence)
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.with(bit >> 3, good[bit >> 3]! ^ (1 << (bit & 7)))
      const { payloads } = split(Uint8Array.from([...bad, 0]))
      // A delimiter that became 01 adds a zero, which no CRC without final XOR sees: no message ends so.
      for (const payload of payloads) expect(() => readNodeFrame(payload)).toThrow(NodeFrameError)
    }
  }
})
