import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { FirmataIo, FirmataTransport } from 'firmata-io'

/** The longest message that is one: the capabilities of 128 pins with ten modes each. */
const LONGEST_MESSAGE_BYTES = 4096
/** Enough of a stranger's words to tell who speaks. */
const FIRST_BYTES = 64

interface TransportEvents {
  /** A message was dropped that had no end. */
  onDamaged(): void
  /** What the board said could not be taken. */
  onFailure(error: Error): void
}

/**
 * Stands between an open line and firmata-io, which trusts what it reads: after a damaged answer it throws out of
 * the line's own listener, and after a damaged beginning it gathers bytes without end. Both end here. `detach`
 * cuts the two apart for good: nothing is delivered or written any more, whatever timers firmata-io may have.
 */
export class BoardTransport extends EventEmitter implements FirmataTransport {
  readonly #port: Duplex
  readonly #events: TransportEvents
  readonly #onData = (bytes: Buffer): void => this.#deliver(bytes)
  #io: FirmataIo | undefined
  /** What the line said first. */
  first: Buffer = Buffer.alloc(0)

  constructor(port: Duplex, events: TransportEvents) {
    super()
    this.#port = port
    this.#events = events
  }

  attach(io: FirmataIo): void {
    this.#io = io
    this.#port.on('data', this.#onData)
  }

  detach(): void {
    this.#io = undefined
    this.#port.off('data', this.#onData)
    this.removeAllListeners()
  }

  write(bytes: Uint8Array, onWritten: () => void = () => {}): void {
    if (this.#io) this.#port.write(bytes, onWritten)
  }

  #deliver(bytes: Buffer): void {
    if (this.first.length < FIRST_BYTES)
      this.first = Buffer.concat([this.first, bytes]).subarray(0, FIRST_BYTES)
    try {
      this.emit('data', bytes)
    } catch (error) {
      const { message } = error as Error
      this.#events.onFailure(new Error(`what the board said could not be taken: ${message}; opening it anew`))
    }
    const buffer = this.#io?.buffer
    if (!buffer || buffer.length <= LONGEST_MESSAGE_BYTES) return
    buffer.length = 0
    this.#events.onDamaged()
  }
}
