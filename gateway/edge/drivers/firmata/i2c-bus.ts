import type { FirmataIo } from 'firmata-io'
import { askPinState } from './board-pins.ts'

/** Sysex commands of the protocol. */
const I2C_REQUEST = 0x76
const I2C_CONFIG = 0x78
/** Bits 3 and 4 of an I2C_REQUEST. */
const WRITE = 0b00
const READ_ONCE = 0b01

const TIMEOUT_MS = 1000
/** What StandardFirmata says when a chip has sent another number of bytes than it was asked for. */
const READ_ERROR = /too (?:few|many) bytes/i

export interface I2cRead {
  address: number
  /** Absent: the chip is read without naming one. */
  register?: number | undefined
  bytes: number
}

/**
 * The I²C bus of a board, as its host. One read at a time, because a reply names only address and register. In:
 * reads and writes; out: the bytes of a reply that can be no other's.
 *
 * A chip that does not answer is hard to see. The board then says so in a line of text and sends a reply all
 * the same: an empty one, or (StandardFirmata up to 2.5.8) one of full length with bytes of earlier reads. So
 * a reply after such a line is not believed. And after a read without a reply the board is first asked for the
 * state of a pin: it answers in turn, so that whatever comes before that answer belongs to the past.
 *
 * Messages are written by `sysexCommand`: firmata-io's own i2cConfig keeps each board for ever, and its
 * i2cReadOnce leaves a listener behind for each reply that does not come.
 */
export class I2cBus {
  readonly #io: FirmataIo
  /** The bus' own, which are nothing else's. */
  readonly #pins: readonly number[]
  readonly #onText = (text: string): void => {
    if (this.#reading && READ_ERROR.test(text)) this.#giveUp()
  }
  #reading = false
  /** Replies to earlier reads may be on their way. */
  #behind = false
  #fences = 0
  #timer: NodeJS.Timeout | undefined
  #giveUp = (): void => {}

  /** @param pins of the bus: at least one. */
  constructor(io: FirmataIo, pins: readonly number[]) {
    this.#io = io
    this.#pins = pins
    io.on('string', this.#onText)
    // A pause of 0 µs between naming a register and reading it.
    io.sysexCommand([I2C_CONFIG, 0, 0])
  }

  /** Whether a chip took the bytes is not known: the board does not say. */
  write(address: number, bytes: readonly number[]): void {
    this.#io.sysexCommand([I2C_REQUEST, address, WRITE << 3, ...bytes.flatMap(sevenBit)])
  }

  /** The bytes; undefined where the chip gave none. Never settles after `stop`. */
  async read({ address, register, bytes }: I2cRead): Promise<Uint8Array | undefined> {
    while (this.#behind) this.#behind = !(await this.#passFence())
    const named = register === undefined ? [] : sevenBit(register)
    this.#io.sysexCommand([I2C_REQUEST, address, READ_ONCE << 3, ...named, ...sevenBit(bytes)])
    this.#reading = true
    const reply = await this.#next(`I2C-reply-${address}-${register ?? 0}`)
    this.#reading = false
    if (reply === undefined) this.#behind = true
    return reply?.length === bytes ? Uint8Array.from(reply) : undefined
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#io.off('string', this.#onText)
  }

  /** False where the answer did not come either; the next question is then about another pin. */
  async #passFence(): Promise<boolean> {
    const pin = this.#pins[this.#fences++ % this.#pins.length]!
    askPinState(this.#io, pin)
    return (await this.#next(`pin-state-${pin}`)) !== undefined
  }

  /** What comes with the next such event; undefined where none comes in time. */
  #next(event: string): Promise<number[] | undefined> {
    return new Promise((resolve) => {
      const settle = (reply: number[] | undefined): void => {
        clearTimeout(this.#timer)
        this.#io.off(event, onEvent)
        resolve(reply)
      }
      const onEvent = (reply: number[] = []): void => settle(reply)
      this.#giveUp = () => settle(undefined)
      this.#timer = setTimeout(this.#giveUp, TIMEOUT_MS)
      this.#io.on(event, onEvent)
    })
  }
}

/** A byte as two of 7 bits, low first. */
const sevenBit = (byte: number): number[] => [byte & 0x7f, byte >> 7]
