import { NodeFrameError } from './node-frame-error.ts'

/**
 * In: bytes of a line, in chunks cut anywhere. Out: the payloads of frames whose checksum is right
 * (docs/node-frames.md, "Frame"). Everything else is refused with its reason and skipped to the next delimiter;
 * no more than one frame is ever held.
 */

const MAX_PAYLOAD_BYTES = 250
const CRC_BYTES = 2
/** Up to 254 bytes COBS adds one. */
const MAX_FRAME_BYTES = MAX_PAYLOAD_BYTES + CRC_BYTES + 1

export interface FramingHandlers {
  /** The bytes are valid during the call only. */
  onPayload(payload: Uint8Array): void
  onFault(error: NodeFrameError): void
}

export class FrameSplitter {
  readonly #handlers: FramingHandlers
  readonly #held = new Uint8Array(MAX_FRAME_BYTES)
  /** May be more than is held: the frame is too long then. */
  #length = 0

  constructor(handlers: FramingHandlers) {
    this.#handlers = handlers
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte !== 0) {
        if (this.#length < MAX_FRAME_BYTES) this.#held[this.#length] = byte
        this.#length++
      } else {
        // Delimiters one after another are how a node wakes the line up.
        if (this.#length > 0) this.#frame(this.#length)
        this.#length = 0
      }
    }
  }

  #frame(length: number): void {
    let payload: Uint8Array
    try {
      if (length > MAX_FRAME_BYTES)
        throw new NodeFrameError('too-long', `${length} bytes, expected at most ${MAX_FRAME_BYTES}`)
      payload = checkedPayload(decodeCobs(this.#held.subarray(0, length)))
    } catch (error) {
      if (!(error instanceof NodeFrameError)) throw error
      this.#handlers.onFault(error)
      return
    }
    this.#handlers.onPayload(payload)
  }
}

/** Consistent overhead byte stuffing (Cheshire, Baker 1999) undone. @throws NodeFrameError */
function decodeCobs(encoded: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(encoded.length)
  let to = 0
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at]!
    const next = at + code
    if (next > encoded.length)
      throw new NodeFrameError('cobs', `a block of ${code} bytes where ${encoded.length - at} are left`)
    decoded.set(encoded.subarray(at + 1, next), to)
    to += code - 1
    // A full block, and the last one, stand for no zero.
    if (code !== 0xff && next < encoded.length) decoded[to++] = 0
    at = next
  }
  return decoded.subarray(0, to)
}

function checkedPayload(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= CRC_BYTES) throw new NodeFrameError('too-short', `${bytes.length} bytes`)
  // High byte first, so the checksum over payload and checksum is 0.
  if (crc16Ccitt(bytes) !== 0) throw new NodeFrameError('crc', 'the checksum is wrong')
  return bytes.subarray(0, -CRC_BYTES)
}

/** CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF, nothing reflected, nothing added. */
function crc16Ccitt(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}
