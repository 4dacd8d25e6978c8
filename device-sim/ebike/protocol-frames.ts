import type { Random } from '../random.ts'

/** Frames of binary protocols that receivers mix into NMEA when something on the line has asked for them. */

interface Message {
  class: number
  id: number
  payloadBytes: number
}

/** ACK-ACK, NAV-STATUS, NAV-SOL, NAV-PVT of u-blox' UBX protocol. */
const UBX: readonly Message[] = [
  { class: 0x05, id: 0x01, payloadBytes: 2 },
  { class: 0x01, id: 0x03, payloadBytes: 16 },
  { class: 0x01, id: 0x06, payloadBytes: 52 },
  { class: 0x01, id: 0x07, payloadBytes: 92 },
]

/** ACK-ACK, NAV-PV, NAV-TIMEUTC of the CASIC protocol of AT6558 and its kin. */
const CASIC: readonly Message[] = [
  { class: 0x05, id: 0x01, payloadBytes: 4 },
  { class: 0x01, id: 0x03, payloadBytes: 80 },
  { class: 0x01, id: 0x10, payloadBytes: 24 },
]

/** What looks like the beginning of a sentence, in the midst of a frame. */
const FALSE_STARTS = ['$', '$GN', '$GPRMC,', '$$']

/** A whole frame with a right checksum; its payload is random, and every other one has a `$` in it. */
export function protocolFrame(random: Random): Uint8Array {
  const ubx = random.chance(0.5)
  const message = random.pick(ubx ? UBX : CASIC)
  const payload = Uint8Array.from({ length: message.payloadBytes }, () => random.integer(0, 255))
  if (random.chance(0.5)) {
    const start = Buffer.from(random.pick(FALSE_STARTS)).subarray(0, payload.length)
    payload.set(start, random.integer(0, payload.length - start.length))
  }
  return ubx ? ubxFrame(message, payload) : casicFrame(message, payload)
}

/** `B5 62`, class, id, length, payload, and the 8-bit Fletcher sum from the class on (u-blox, UBX frame structure). */
export function ubxFrame(
  { class: kind, id }: Omit<Message, 'payloadBytes'>,
  payload: Uint8Array,
): Uint8Array {
  const body = [kind, id, payload.length & 0xff, payload.length >> 8, ...payload]
  let a = 0
  let b = 0
  for (const byte of body) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return Uint8Array.from([0xb5, 0x62, ...body, a, b])
}

/**
 * `BA CE`, length, class, id, payload, and the 32-bit sum of little-endian words from the length on, which is what
 * receivers send; the printed specification has class and id the other way round in the sum.
 * @param payload a multiple of 4 bytes.
 */
export function casicFrame(
  { class: kind, id }: Omit<Message, 'payloadBytes'>,
  payload: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(10 + payload.length)
  frame.set([0xba, 0xce, payload.length & 0xff, payload.length >> 8, kind, id])
  frame.set(payload, 6)
  const words = new DataView(frame.buffer)
  let sum = 0
  for (let at = 2; at < frame.length - 4; at += 4) sum = (sum + words.getUint32(at, true)) >>> 0
  words.setUint32(frame.length - 4, sum, true)
  return frame
}
