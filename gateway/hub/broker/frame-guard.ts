/**
 * Cuts the bytes of a connection into MQTT packets. In: chunks as they come from the socket; out: whole packets. A
 * fixed header that announces more than is allowed is refused before any of that packet is kept, so what is held is
 * never more than one packet of the allowed size and the chunk that ends it.
 */

export interface FrameLimits {
  /** Remaining length of the first packet, CONNECT, which comes from an unknown client. */
  connectBytes: number
  /** Remaining length of every later packet. */
  packetBytes: number
}

/** The client broke a rule of framing; it is disconnected. */
export class FrameRefused extends Error {
  override readonly name = 'FrameRefused'
}

/** A whole packet. */
export interface Packet {
  /** Fixed header and all. */
  bytes: Buffer
  /** Where the variable header begins. */
  bodyAt: number
}

/** Fixed header of CONNECT: type 1, flags 0 (MQTT 3.1.1 §2.2). */
const CONNECT_HEADER = 0x10
const NOTHING = Buffer.alloc(0)

export class FrameGuard {
  readonly #limits: FrameLimits
  #connected = false
  #bytes: Buffer = NOTHING
  /** Where the next packet begins in `#bytes`. */
  #at = 0
  /** What came since of a packet that is longer than `#bytes`: put together once, when it is whole. */
  #more: Buffer[] = []
  #moreBytes = 0
  /** Bytes that the next packet still lacks, where its header is known. */
  #lacks = 0

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  push(chunk: Buffer): void {
    if (this.#at === this.#bytes.length && this.#more.length === 0) {
      this.#bytes = chunk
      this.#at = 0
      return
    }
    this.#more.push(chunk)
    this.#moreBytes += chunk.length
    if (this.#moreBytes < this.#lacks) return
    this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), ...this.#more])
    this.#at = 0
    this.#more = []
    this.#moreBytes = 0
    this.#lacks = 0
  }

  /**
   * @returns undefined until a packet is whole.
   * @throws FrameRefused
   */
  next(): Packet | undefined {
    const bytes = this.#bytes
    const start = this.#at
    if (start === bytes.length || this.#lacks > 0) return undefined
    // [MQTT-3.1.0-1] the first packet must be CONNECT; TLS and HTTP knocking here end at their first byte.
    if (!this.#connected && bytes[start] !== CONNECT_HEADER)
      throw new FrameRefused(`first byte 0x${bytes[start]!.toString(16)}, expected an MQTT CONNECT`)
    const limit = this.#connected ? this.#limits.packetBytes : this.#limits.connectBytes
    // MQTT 3.1.1 §2.2.3: seven bits a byte, least significant first, at most four bytes.
    let length = 0
    let at = start + 1
    for (let scale = 1; ; scale *= 128) {
      if (at === bytes.length) return undefined
      const byte = bytes[at++]!
      length += (byte & 0x7f) * scale
      if (length > limit) throw new FrameRefused(`packet of ${length} bytes or more, at most ${limit}`)
      if (byte < 0x80) break
      if (at - start === 5) throw new FrameRefused('malformed remaining length')
    }
    const end = at + length
    if (end > bytes.length) {
      this.#lacks = end - bytes.length
      return undefined
    }
    this.#connected = true
    this.#at = end
    return { bytes: bytes.subarray(start, end), bodyAt: at - start }
  }
}
