import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  frameLength,
  HEADER_INCOMPLETE,
  isFrameSumRight,
  MAX_FRAME_LENGTH,
  NO_FRAME,
} from '../../../../gateway/edge/drivers/nmea/binary-frames.ts'
import { casicFrame, rtcmFrame, ubxFrame } from './frame-writer.ts'

/** As receivers sent them; the last three bytes or so are their own checksums. */
const RECORDED: [name: string, hex: string][] = [
  ['UBX-ACK-ACK for CFG-MSG', 'b562050102000601 0f38'],
  ['UBX-MON-VER poll', 'b5620a040000 0e34'],
  ['CASIC ACK-ACK for CFG-MSG, id above class in the sum', 'bace0400 0501 06010000 0a010501'],
  ['the same summed as the specification says, class above id', 'bace0400 0501 06010000 0a010105'],
  ['RTCM 3 message 1005', 'd300133ed7d30202980edeef34b4bd62ac0941986f33360b98'],
]

describe('binary frames', () => {
  it.each(RECORDED)('%s', (_, hex) => {
    const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(frameLength(frame, 0, frame.length)).toBe(frame.length)
    expect(isFrameSumRight(frame, 0, frame.length)).toBe(true)
  })

  const payload = fc.uint8Array({ maxLength: 1023 })
  const frame = fc.oneof(
    fc.tuple(fc.nat(255), fc.nat(255), payload).map(([c, id, bytes]) => ubxFrame(c, id, bytes)),
    fc.tuple(fc.nat(255), fc.nat(255), payload).map(([c, id, bytes]) => casicFrame(c, id, bytes)),
    payload.map(rtcmFrame),
  )

  it('are told by header and length wherever they stand, and believed by their checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), frame, (before, bytes) => {
        const all = Buffer.concat([before, bytes])
        const at = before.length
        expect(frameLength(all, at, all.length)).toBe(bytes.length)
        expect(isFrameSumRight(all, at, all.length)).toBe(true)
      }),
    )
  })

  it('one changed byte makes the checksum wrong', () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, change) => {
        // Of payload and checksum: in the header of CASIC class and id may change places.
        const at = bytes.length - 1 - (place % Math.max(1, bytes.length - 6))
        bytes[at]! ^= change
        expect(isFrameSumRight(bytes, 0, bytes.length)).toBe(false)
      }),
    )
  })

  it('a header that has not come whole is waited for', () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: 1, max: 2 }), (bytes, length) => {
        expect(frameLength(bytes, 0, length)).toBe(HEADER_INCOMPLETE)
      }),
    )
  })

  it.each([
    ['a letter', '24'],
    ['UBX with another second byte', 'b563'],
    ['UBX longer than any', 'b562010700 20'],
    ['CASIC longer than any', 'bace0008 0100'],
    ['RTCM with reserved bits', 'd30400'],
  ])('%s is no frame', (_, hex) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(frameLength(bytes, 0, bytes.length)).toBe(NO_FRAME)
  })

  it('the longest is that of UBX', () => {
    expect(ubxFrame(2, 0x15, new Uint8Array(8191))).toHaveLength(MAX_FRAME_LENGTH)
  })
})
