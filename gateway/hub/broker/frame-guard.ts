import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/**
 * Stands between a socket and the MQTT parser, which has no limit of its own and would buffer a packet of
 * 256 MB before looking at it. In: the socket's bytes; out: the same bytes, until a fixed header announces
 * more than is allowed; then the connection is destroyed before any of that packet is kept.
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

/** Fixed header of CONNECT: type 1, flags 0 (MQTT 3.1.1 §2.2). */
const CONNECT_HEADER = 0x10

/** Follows packet boundaries by their fixed headers alone; holds no payload. */
export class FrameGuard {
  readonly #limits: FrameLimits
  #connected = false
  /** Bytes of the current packet still to pass. */
  #remaining = 0
  /** Length bytes read so far of the header at hand; -1: its first byte has not come. */
  #lengthBytes = -1
  #length = 0

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** @throws FrameRefused */
  check(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const passed = Math.min(this.#remaining, chunk.length - at)
        this.#remaining -= passed
        at += passed
      } else if (this.#lengthBytes < 0) {
        this.#startPacket(chunk[at++]!)
      } else {
        this.#readLength(chunk[at++]!)
      }
    }
  }

  #startPacket(header: number): void {
    // [MQTT-3.1.0-1] the first packet must be CONNECT; TLS and HTTP knocking here end at their first byte.
    if (!this.#connected && header !== CONNECT_HEADER)
      throw new FrameRefused(`first byte 0x${header.toString(16)}, expected an MQTT CONNECT`)
    this.#lengthBytes = 0
    this.#length = 0
  }

  /** MQTT 3.1.1 §2.2.3: seven bits a byte, least significant first, at most four bytes. */
  #readLength(byte: number): void {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++
    const limit = this.#connected ? this.#limits.packetBytes : this.#limits.connectBytes
    if (this.#length > limit)
      throw new FrameRefused(`packet of ${this.#length} bytes or more, at most ${limit}`)
    if (byte & 0x80) {
      if (this.#lengthBytes === 4) throw new FrameRefused('malformed remaining length')
      return
    }
    this.#remaining = this.#length
    this.#lengthBytes = -1
    this.#connected = true
  }
}

/** A socket whose incoming bytes pass a FrameGuard. */
export class GuardedConnection extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket, limits: FrameLimits) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    const guard = new FrameGuard(limits)
    socket.on('data', (chunk: Buffer) => {
      try {
        guard.check(chunk)
      } catch (error) {
        this.destroy(error as Error)
        return
      }
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  /** The pieces of a packet, gathered while corked, leave in one system call. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.cork()
    chunks.forEach(({ chunk }, i) => {
      if (i < chunks.length - 1) this.#socket.write(chunk)
      else this.#socket.write(chunk, done)
    })
    this.#socket.uncork()
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
