/** MessagePack (github.com/msgpack/msgpack, spec.md) of JSON's values, with the widths that a Go server writes for most. */
export function msgpack(value: unknown): Buffer {
  if (value === null) return Buffer.of(0xc0)
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([sized(0xdb, text.length), text])
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9)
    bytes[0] = Number.isInteger(value) && Math.abs(value) < 2 ** 53 ? 0xd3 : 0xcb
    if (bytes[0] === 0xd3) bytes.writeBigInt64BE(BigInt(value), 1)
    else bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (Array.isArray(value)) return Buffer.concat([sized(0xdd, value.length), ...value.map(msgpack)])
  const entries = Object.entries(value as object)
  return Buffer.concat([sized(0xdf, entries.length), ...entries.flat().map(msgpack)])
}

function sized(tag: number, size: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = tag
  bytes.writeUInt32BE(size, 1)
  return bytes
}
