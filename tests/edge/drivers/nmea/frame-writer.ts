/** Writes binary frames as receivers do; shares nothing with the decoder. */

/** UBX: two 8-bit sums (Fletcher) over class, id, length and payload. */
export function ubxFrame(classId: number, messageId: number, payload: Uint8Array): Buffer {
  const summed = Buffer.concat([Buffer.from([classId, messageId, 0, 0]), payload])
  summed.writeUInt16LE(payload.length, 2)
  const [a, b] = summed.reduce(([a, b], byte) => [(a! + byte) % 256, (b! + a! + byte) % 256], [0, 0])
  return Buffer.concat([Buffer.from([0xb5, 0x62]), summed, Buffer.from([a!, b!])])
}

/** CASIC, as AT6558 modules send it: words added up, the first of length, class and id. */
export function casicFrame(classId: number, messageId: number, payload: Uint8Array): Buffer {
  const padded = Buffer.concat([payload, Buffer.alloc(-payload.length & 3)])
  const header = Buffer.from([0xba, 0xce, 0, 0, classId, messageId])
  header.writeUInt16LE(padded.length, 2)
  let sum = header.readUInt32LE(2)
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32LE(at)) % 2 ** 32
  const trailer = Buffer.alloc(4)
  trailer.writeUInt32LE(sum)
  return Buffer.concat([header, padded, trailer])
}

/** RTCM 3 with its CRC-24Q, bit by bit. */
export function rtcmFrame(payload: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from([0xd3, payload.length >> 8, payload.length & 0xff]), payload])
  let crc = 0
  for (const byte of body) {
    for (let bit = 7; bit >= 0; bit--) {
      const isOdd = ((crc >> 23) & 1) !== ((byte >> bit) & 1)
      crc = (crc << 1) & 0xffffff
      if (isOdd) crc ^= 0x864cfb
    }
  }
  return Buffer.concat([body, Buffer.from([crc >> 16, (crc >> 8) & 0xff, crc & 0xff])])
}

/** How many whole frames begin anywhere in these bytes, found by writing anew what their headers say. */
export function wholeFramesIn(bytes: Buffer): number {
  let frames = 0
  for (let at = 0; at < bytes.length; at++) {
    const rest = bytes.subarray(at)
    const frame = frameAt(rest)
    if (frame?.equals(rest.subarray(0, frame.length))) frames++
  }
  return frames
}

/** The frame with the header and payload that these bytes begin with, and right checksums. */
function frameAt(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 3) return undefined
  const isRtcm = bytes[0] === 0xd3 && bytes[1]! < 4
  if (isRtcm) return rtcmFrame(bytes.subarray(3, 3 + bytes.readUInt16BE(1)))
  if (bytes.length < 6) return undefined
  const isUbx = bytes.readUInt16BE(0) === 0xb562
  if (isUbx) return ubxFrame(bytes[2]!, bytes[3]!, bytes.subarray(6, 6 + bytes.readUInt16LE(4)))
  const isCasic = bytes.readUInt16BE(0) === 0xbace
  return isCasic ? casicFrame(bytes[4]!, bytes[5]!, bytes.subarray(6, 6 + bytes.readUInt16LE(2))) : undefined
}
