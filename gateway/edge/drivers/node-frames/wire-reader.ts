import { NodeFrameError } from './node-frame-error.ts'

/**
 * Protocol buffers' wire format, read strictly: protobufjs takes truncated messages, wrong wire types and numbers
 * beyond 32 bits for valid, a node's firmware error would become a reading.
 */

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
const MAX_UINT32 = 0xffff_ffff

export interface WireField {
  number: number
  /** As an unsigned number of 32 bits. @throws NodeFrameError where the field is something else. */
  uint32(): number
  /** Zigzag-coded. @throws NodeFrameError */
  sint32(): number
  /** @throws NodeFrameError */
  bytes(): Uint8Array
}

/** The fields of a message in their order. @throws NodeFrameError where the bytes are no message. */
export function readFields(bytes: Uint8Array, onField: (field: WireField) => void): void {
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new NodeFrameError('truncated', 'ends within a number')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new NodeFrameError('range', 'a number of more than ten bytes')
  }
  function take(length: number): Uint8Array {
    if (length > bytes.length - at)
      throw new NodeFrameError('truncated', `${length} bytes announced where ${bytes.length - at} are left`)
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const tag = within32(varint(), 'tag')
    const number = tag >>> 3
    const wireType = tag & 7
    if (number === 0) throw new NodeFrameError('wire-type', 'field number 0')
    // The value is read here in any case, so fields of later editions are stepped over.
    let scalar: bigint | undefined
    let block: Uint8Array | undefined
    if (wireType === VARINT) scalar = varint()
    else if (wireType === LENGTH_DELIMITED) block = take(within32(varint(), 'length'))
    else if (wireType === FIXED64 || wireType === FIXED32) take(wireType === FIXED64 ? 8 : 4)
    else throw new NodeFrameError('wire-type', `field ${number} has wire type ${wireType}`)

    const mismatch = (): never => {
      throw new NodeFrameError('wire-type', `field ${number} has wire type ${wireType}`)
    }
    const uint32 = (): number => within32(scalar ?? mismatch(), `field ${number}`)
    onField({
      number,
      uint32,
      sint32() {
        const zigzag = uint32()
        return (zigzag >>> 1) ^ -(zigzag & 1)
      },
      bytes: () => block ?? mismatch(),
    })
  }
}

function within32(value: bigint, what: string): number {
  if (value > MAX_UINT32) throw new NodeFrameError('range', `${what}: ${value} has more than 32 bits`)
  return Number(value)
}
