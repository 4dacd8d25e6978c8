/** Cuts what an MQTT server sends into packets by their fixed headers (MQTT 3.1.1 §2.2), at little cost. */
export class Frames {
  readonly #onPacket: (type: number, body: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)

  /** @param onPacket gets the type in the upper four bits, as on the wire, and what follows the fixed header. */
  constructor(onPacket: (type: number, body: Buffer) => void) {
    this.#onPacket = onPacket
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = 0
    for (;;) {
      let length = 0
      let header = 1
      let byte = 0x80
      while (byte & 0x80 && at + header < bytes.length) {
        byte = bytes[at + header]!
        length += (byte & 0x7f) * 128 ** (header++ - 1)
      }
      const end = at + header + length
      if (byte & 0x80 || end > bytes.length) break
      this.#onPacket(bytes[at]! & 0xf0, bytes.subarray(at + header, end))
      at = end
    }
    // The chunk may stand in a buffer that is written over.
    this.#rest = Buffer.from(bytes.subarray(at))
  }
}
