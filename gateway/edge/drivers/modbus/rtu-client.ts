import type { Duplex } from 'node:stream'
import modbusSerial from 'modbus-serial'
import type { ReadRequest } from './read-plan.ts'
import { answerLength, RtuPort } from './rtu-port.ts'

/** What became of one request. */
export type Outcome =
  | { kind: 'answer'; data: Uint8Array }
  | { kind: 'exception'; code: number }
  /** Nothing came, only damaged bytes came, or the line was away. */
  | { kind: 'timeout' | 'damaged' | 'failed'; detail: string }

/** Bits that a byte takes on the line: start, eight, parity or a second stop, stop. */
const BITS_PER_BYTE = 11
const REQUEST_LENGTH = 8
/** Quiet between frames (Modbus over Serial Line 1.02, 2.5.1.1): 3.5 characters, above 19200 baud 1.75 ms. */
const GAP_CHARACTERS = 3.5
const MIN_GAP_MS = 1.75
const FUNCTION_CODES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const

/** Read requests over modbus-serial, one at a time, on a line that is open. */
export class RtuClient {
  readonly #port: RtuPort
  readonly #client: InstanceType<typeof modbusSerial.default>
  readonly #timeoutMs: number
  readonly #byteMs: number
  /** How long the line must be quiet before the next request. */
  readonly gapMs: number

  /** `timeoutMs`: how long a slave may think; the time of the bytes on the line is added. */
  constructor(stream: Duplex, { baud, timeoutMs }: { baud: number; timeoutMs: number }) {
    this.#port = new RtuPort(stream)
    this.#client = new modbusSerial.default(this.#port)
    this.#client.open()
    this.#timeoutMs = timeoutMs
    this.#byteMs = (BITS_PER_BYTE * 1000) / baud
    this.gapMs = Math.max(MIN_GAP_MS, GAP_CHARACTERS * this.#byteMs)
  }

  /** Never rejects; after `stop` it never resolves either. */
  read({ unit, table, address, count }: ReadRequest): Promise<Outcome> {
    const client = this.#client
    const length = REQUEST_LENGTH + answerLength(FUNCTION_CODES[table], count)
    client.setTimeout(Math.ceil(this.#timeoutMs + length * this.#byteMs))
    return new Promise((resolve) => {
      const done = (error: Error | null, result?: { buffer: Buffer }): void => {
        resolve(result ? { kind: 'answer', data: result.buffer } : this.#explain(error!))
      }
      if (table === 'holding') client.writeFC3(unit, address, count, done)
      else if (table === 'input') client.writeFC4(unit, address, count, done)
      else if (table === 'coil') client.writeFC1(unit, address, count, done)
      else client.writeFC2(unit, address, count, done)
    })
  }

  /** Bytes that were no part of an answer, since the last call. */
  takeSkippedBytes(): number {
    return this.#port.takeSkippedBytes()
  }

  /** Cancels the request under way; the line itself belongs to its owner. */
  stop(): void {
    this.#client.destroy(() => {})
  }

  #explain(error: Error & { modbusCode?: number; errno?: unknown }): Outcome {
    if (error.modbusCode !== undefined) return { kind: 'exception', code: error.modbusCode }
    if (error.errno !== 'ETIMEDOUT') return { kind: 'failed', detail: error.message }
    const timeoutMs = this.#timeoutMs
    if (this.#port.heardBytes === 0) return { kind: 'timeout', detail: `no answer within ${timeoutMs} ms` }
    const causes = 'wiring, termination, two slaves with one address?'
    return { kind: 'damaged', detail: `only damaged bytes within ${timeoutMs} ms (${causes})` }
  }
}
