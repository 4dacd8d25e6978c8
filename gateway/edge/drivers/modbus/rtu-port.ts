import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { crc16Modbus } from './crc16-modbus.ts'

const EXCEPTION_LENGTH = 5
/** The longest answer is 256 bytes (Modbus over Serial Line 1.02, 2.5.1); what is older is noise. */
const MAX_HELD_BYTES = 1024

/**
 * The port under modbus-serial's client, over a line that is open already. In: bytes, cut anywhere, with noise,
 * echoes and late answers between them. Out: `data` with the one frame that answers the request under way, by
 * slave, function, length and checksum. Anything else is left lying and counted, so the request either gets its
 * answer or times out; a damaged answer is seen by `heardBytes` at the timeout.
 */
export class RtuPort extends EventEmitter {
  readonly #stream: Duplex
  #request: Buffer | undefined
  #held: Buffer = Buffer.alloc(0)
  #heardBytes = 0
  #skippedBytes = 0

  constructor(stream: Duplex) {
    super()
    this.#stream = stream
    stream.on('data', this.#onData)
  }

  /** Bytes since the last request was written. */
  get heardBytes(): number {
    return this.#heardBytes
  }

  /** Bytes that were no part of an answer, since the last call. */
  takeSkippedBytes(): number {
    const skipped = this.#skippedBytes
    this.#skippedBytes = 0
    return skipped
  }

  // What modbus-serial asks of a port; opening and closing are the business of the line's owner.
  get isOpen(): boolean {
    return !this.#stream.destroyed
  }

  open(opened: (error?: Error) => void): void {
    opened()
  }

  write(request: Buffer): void {
    this.#skippedBytes += this.#held.length
    this.#held = Buffer.alloc(0)
    this.#heardBytes = 0
    this.#request = request
    this.#stream.write(request)
  }

  destroy(): void {
    this.#stream.off('data', this.#onData)
    this.#request = undefined
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#heardBytes += chunk.length
    if (!this.#request) {
      this.#skippedBytes += chunk.length
      return
    }
    this.#held = Buffer.concat([this.#held, chunk])
    const answer = this.#findAnswer(this.#request)
    if (answer) {
      this.#request = undefined
      this.#skippedBytes += this.#held.length - answer.length
      this.#held = Buffer.alloc(0)
      this.emit('data', answer)
    } else if (this.#held.length > MAX_HELD_BYTES) {
      this.#skippedBytes += this.#held.length - MAX_HELD_BYTES
      this.#held = this.#held.subarray(-MAX_HELD_BYTES)
    }
  }

  #findAnswer(request: Buffer): Buffer | undefined {
    const held = this.#held
    const [unit, code] = request
    const length = answerLength(code!, request.readUInt16BE(4))
    for (let at = 0; at + EXCEPTION_LENGTH <= held.length; at++) {
      if (held[at] !== unit) continue
      const isException = held[at + 1] === (code! | 0x80)
      if (!isException && held[at + 1] !== code) continue
      const frame = held.subarray(at, at + (isException ? EXCEPTION_LENGTH : length))
      if (frame.length < (isException ? EXCEPTION_LENGTH : length)) continue
      // The checksum over a frame with its own checksum is 0. An adapter that echoes repeats the request.
      if (crc16Modbus(frame) !== 0 || frame.equals(request)) continue
      if (!isException && frame[2] !== length - EXCEPTION_LENGTH) continue
      return frame
    }
    return undefined
  }
}

/** Length of the answer to a read request: slave, function, byte count, data, checksum. */
export function answerLength(functionCode: number, count: number): number {
  const isBits = functionCode <= 2
  return EXCEPTION_LENGTH + (isBits ? Math.ceil(count / 8) : count * 2)
}
