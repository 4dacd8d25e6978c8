import { crc32, deflateSync } from 'node:zlib'

/** A PNG (ISO/IEC 15948) of one colour, red by default: something that a browser really decodes. */
export function pngOf(width: number, height: number, rgb: [number, number, number] = [207, 50, 42]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits a sample, RGB.
  header.set([8, 2, 0, 0, 0], 8)
  const row = [0, ...Array.from({ length: width }, () => rgb).flat()]
  const pixels = Buffer.from(Array.from({ length: height }, () => row).flat())
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}
