import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { FrameGuard, FrameRefused } from '../../../gateway/hub/broker/frame-guard.ts'

const LIMITS = { connectBytes: 200, packetBytes: 5000 }
const CONNECT = generate({
  cmd: 'connect',
  clientId: 'ebike-01',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
})
const publish = (bytes: number): Buffer =>
  generate({
    cmd: 'publish',
    topic: 'gridpatrol/v1/ebike-01/up',
    payload: Buffer.alloc(bytes),
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  })

function cut(bytes: Buffer, lengths: number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const end = at + (lengths[i % lengths.length] ?? 1)
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}

/** Pushes the pieces, and gives the packets that became whole. */
function packetsOf(pieces: Buffer[]): Buffer[] {
  const guard = new FrameGuard(LIMITS)
  return pieces.flatMap((piece) => {
    guard.push(piece)
    const packets: Buffer[] = []
    for (let packet = guard.next(); packet; packet = guard.next()) packets.push(packet.bytes)
    return packets
  })
}

test('packets inside the limits come out whole and in order, wherever they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4900 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 }),
      (sizes, lengths) => {
        const packets = [CONNECT, ...sizes.map(publish)]
        expect(packetsOf(cut(Buffer.concat(packets), lengths))).toEqual(packets)
      },
    ),
  )
})

test('a packet beyond the limit is refused at its header, wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5001, max: 268_435_455 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }),
      (length, lengths) => {
        const header = [0x32]
        for (let rest = length; rest > 0; rest >>>= 7) header.push((rest & 0x7f) | (rest > 127 ? 0x80 : 0))
        const pieces = cut(Buffer.concat([CONNECT, Buffer.from(header)]), lengths)
        expect(() => packetsOf(pieces)).toThrow(FrameRefused)
      },
    ),
  )
})

test.each([
  ['a CONNECT of 256 MB', [0x10, 0xff, 0xff, 0xff, 0x7f], /packet of \d+ bytes or more, at most 200/],
  ['a publish before CONNECT', [0x30, 0x02], /first byte 0x30, expected an MQTT CONNECT/],
  ['TLS', [0x16, 0x03, 0x01], /first byte 0x16/],
  ['HTTP', [...Buffer.from('GET / HTTP/1.1')], /first byte 0x47/],
  ['five length bytes', [0x10, 0x80, 0x80, 0x80, 0x80, 0x00], /malformed remaining length/],
])('%s is refused', (_name, bytes, reason) => {
  expect(() => packetsOf([Buffer.from(bytes)])).toThrow(reason)
})
