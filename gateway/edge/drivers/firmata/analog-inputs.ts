import firmata, { type FirmataIo } from 'firmata-io'
import { NO_CHANNEL } from './board-pins.ts'

const EXTENDED_ANALOG = 0x6f

/** Boards send values of more than 14 bits in this message, which firmata-io does not read. */
firmata.Firmata.SYSEX_RESPONSE[EXTENDED_ANALOG] = (io) => {
  const [channel, ...pieces] = io.buffer.slice(2, -1)
  const value = pieces.reduce((sum, piece, i) => sum + piece * 2 ** (7 * i), 0)
  io.emit(`analog-read-${channel}`, value)
}

/**
 * The analog channels of a board, by the board's own reports and never by a timer. In: reports. Out: to each
 * listener of a channel, a share of full scale from 0 to 1.
 */
export class AnalogInputs {
  readonly #io: FirmataIo
  readonly #heardMs = new Map<number, number>()

  constructor(io: FirmataIo) {
    this.#io = io
    // firmata-io lists them by pin, which is not the order of the channels on every board.
    io.analogPins.length = 0
    io.pins.forEach(({ analogChannel }, pin) => {
      if (analogChannel !== NO_CHANNEL) io.analogPins[analogChannel] = pin
    })
  }

  read(channel: number, onShare: (share: number) => void): void {
    const fullScale = this.#io.RESOLUTION.ADC ?? 1023
    this.#heardMs.set(channel, performance.now())
    this.#io.analogRead(channel, (raw) => {
      this.#heardMs.set(channel, performance.now())
      onShare(raw / fullScale)
    })
  }

  /** Asks anew for channels that have not reported for so long: the first request may have been lost. */
  askSilent(longerThanMs: number): number {
    const nowMs = performance.now()
    const silent = [...this.#heardMs].filter(([, heardMs]) => nowMs - heardMs > longerThanMs)
    for (const [channel] of silent) this.#io.reportAnalogPin(channel, 1)
    return silent.length
  }
}
