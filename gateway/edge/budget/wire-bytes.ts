import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * What a SIM card is billed for: the bytes of the connections to the broker, both directions, with the headers of
 * TCP/IP and the records of TLS. In: the stream of each connection. Out: bytes since the last look.
 *
 * Bytes are counted where the kernel takes and gives them. mqtt.js' stream is the socket itself; under TLS that counts
 * plain text, so the handle of the TCP connection beneath it is asked, which Node keeps at `_handle._parent`. That is
 * no documented place: where it is not there, plain text is counted and what TLS adds is estimated.
 *
 * Segments are estimated: those that leave before the next answer comes share their headers, and so do those that come
 * together; of two segments one is acknowledged on its own. Segments sent again on a poor link are not seen.
 */

/** IPv4 and TCP with time stamps (RFC 7323), as Linux sends them. */
const HEADER_BYTES = 52
/** A packet of 1500 bytes less that, less what tunnels of mobile networks take. */
const SEGMENT_BYTES = 1400
/** SYN and its answer with their options, an acknowledgement; FIN both ways and theirs. */
const OPEN_CLOSE_BYTES = 60 + 60 + 52 + 4 * HEADER_BYTES
/** Where TLS is estimated: a record (RFC 8446, 5.2), and a handshake with a short chain. */
const TLS_RECORD_BYTES = 22
const TLS_HANDSHAKE_BYTES = 3500

interface CountingHandle {
  bytesRead: number
  bytesWritten: number
  /** Of TLS: the TCP connection beneath. */
  _parent?: CountingHandle
}

interface Counts {
  readBytes: number
  writtenBytes: number
}

/** One connection. */
class WatchedSocket {
  readonly #socket: Socket
  readonly #isTls: boolean
  #told: Counts = { readBytes: 0, writtenBytes: 0 }
  /** Written since something came in. */
  #flightBytes = 0
  #tlsIsEstimated = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#isTls = 'encrypted' in socket
  }

  /** Bytes on the wire since the last look. */
  look(): number {
    const counts = this.#counts()
    if (!counts) return 0
    const read = Math.max(0, counts.readBytes - this.#told.readBytes)
    const written = Math.max(0, counts.writtenBytes - this.#told.writtenBytes)
    this.#told = counts
    const flight = this.#flightBytes + written
    let bytes = framed(read) + framed(flight) - framed(this.#flightBytes)
    if (this.#tlsIsEstimated) bytes += TLS_RECORD_BYTES * (Number(read > 0) + Number(written > 0))
    this.#flightBytes = read > 0 ? 0 : flight
    return bytes
  }

  /** What TLS said before its first plain text, where that cannot be counted. */
  handshake(): number {
    return this.#tlsIsEstimated ? TLS_HANDSHAKE_BYTES : 0
  }

  #counts(): Counts | undefined {
    const { bytesRead, bytesWritten } = this.#socket
    if (!this.#isTls || this.#tlsIsEstimated) return { readBytes: bytesRead, writtenBytes: bytesWritten }
    const handle = (this.#socket as { _handle?: CountingHandle | null })._handle
    // The connection is closed: what it counted is gone with it.
    if (!handle) return undefined
    const { _parent: tcp } = handle
    if (typeof tcp?.bytesRead !== 'number' || typeof tcp.bytesWritten !== 'number') {
      this.#tlsIsEstimated = true
      return this.#counts()
    }
    // What waits in the stream has not come to TLS yet.
    return { readBytes: tcp.bytesRead, writtenBytes: tcp.bytesWritten + bytesWritten - handle.bytesWritten }
  }
}

export class WireBytes {
  #bytes = 0
  #watched: WatchedSocket | undefined

  /** Counts this connection from now on, the one before no longer. @param stream `client.stream` of mqtt.js. */
  watch(stream: Duplex): void {
    this.#look()
    const watched = new WatchedSocket(stream as Socket)
    this.#watched = watched
    this.#bytes += OPEN_CLOSE_BYTES
    this.#look()
    this.#bytes += watched.handshake()
    // The pipe that mqtt.js reads by has begun: this only listens along.
    stream.on('data', () => {
      if (this.#watched === watched) this.#look()
    })
  }

  /** Bytes on the wire since the last call, with those that wait in the socket to be sent. */
  taken(): number {
    this.#look()
    const bytes = this.#bytes
    this.#bytes = 0
    return bytes
  }

  #look(): void {
    this.#bytes += this.#watched?.look() ?? 0
  }
}

/** Bytes of one flight with the headers of its segments, and of the acknowledgements that these get. */
export function framed(bytes: number): number {
  const segments = Math.ceil(bytes / SEGMENT_BYTES)
  return bytes + (segments + Math.ceil(segments / 2)) * HEADER_BYTES
}
