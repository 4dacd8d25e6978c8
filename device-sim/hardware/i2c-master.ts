import { fromSevenBit, i2cReply, stringReport } from './firmata-messages.ts'
import type { I2cChip } from './i2c-chips.ts'

/**
 * The I²C side of a board with StandardFirmata. In: the data of I2C_REQUEST messages. Out: replies. A read that
 * no chip acknowledges is answered too: with a line of text, and then with a reply.
 */

export interface I2cMasterOptions {
  chips: readonly I2cChip[]
  /**
   * Firmware up to 2.5.8 answers such a read with as many bytes as were asked for, out of a buffer that holds
   * what was read last, by whichever chip; later firmware with the bytes that came.
   */
  repeatsOldBytes: boolean
  write: (message: Uint8Array) => void
}

interface Query {
  address: number
  /** Absent where a read names none. */
  register: number | undefined
  count: number
}

const WRITE = 0
const READ = 1
const READ_CONTINUOUSLY = 2
const TEN_BIT_ADDRESS = 0x20
/** I2C_MAX_QUERIES of StandardFirmata. */
const MAX_QUERIES = 8

export class I2cMaster {
  readonly #options: I2cMasterOptions
  readonly #buffer: number[] = Array<number>(64).fill(0)
  #continuous: Query[] = []
  /** After I2C_CONFIG. */
  enabled = false

  constructor(options: I2cMasterOptions) {
    this.#options = options
  }

  forget(): void {
    this.enabled = false
    this.#continuous = []
  }

  request([address = 0, flags = 0, ...rest]: readonly number[]): void {
    if (!this.enabled) return
    if (flags & TEN_BIT_ADDRESS) {
      this.#say('10-bit addressing not supported')
      return
    }
    const values = Array.from({ length: rest.length >> 1 }, (_, i) =>
      fromSevenBit(rest.slice(2 * i, 2 * i + 2)),
    )
    const mode = (flags >> 3) & 3
    if (mode === WRITE) {
      this.#chip(address)?.write(values)
      return
    }
    const query = { address, register: values.length > 1 ? values[0] : undefined, count: values.at(-1) ?? 0 }
    if (mode === READ) this.#answer(query)
    else if (mode !== READ_CONTINUOUSLY)
      this.#continuous = this.#continuous.filter((other) => other.address !== address)
    else if (this.#continuous.length >= MAX_QUERIES) this.#say('too many queries')
    else this.#continuous.push(query)
  }

  /** Answers the continuous reads, once. */
  sample(): void {
    for (const query of this.#continuous) this.#answer(query)
  }

  #answer({ address, register, count }: Query): void {
    const chip = this.#chip(address)
    if (register !== undefined) chip?.write([register])
    const bytes = chip?.read(count) ?? []
    if (bytes.length < count) this.#say('I2C: Too few bytes received')
    this.#buffer.splice(0, bytes.length, ...bytes)
    const sent = this.#options.repeatsOldBytes ? count : bytes.length
    this.#options.write(i2cReply(address, register ?? 0, this.#buffer.slice(0, sent)))
  }

  #chip(address: number): I2cChip | undefined {
    return this.#options.chips.find((chip) => chip.address === address)
  }

  #say(text: string): void {
    this.#options.write(stringReport(text))
  }
}
