import type { FirmataIo } from 'firmata-io'
import type { DriverContext } from '../driver.ts'
import { askPinState, INPUT, PULLUP } from './board-pins.ts'
import { DigitalInput } from './digital-input.ts'

/**
 * The digital inputs of a board. In: reports, which a board sends when an input changes and when `ask` asks for
 * them. Out: to each reader of a pin, its level.
 */
export class DigitalInputs {
  readonly #io: FirmataIo
  readonly #context: Pick<DriverContext, 'onSense' | 'onFailure' | 'count'>
  readonly #readers = new Map<number, DigitalInput[]>()

  constructor(io: FirmataIo, context: Pick<DriverContext, 'onSense' | 'onFailure' | 'count'>) {
    this.#io = io
    this.#context = context
  }

  /** @throws Error where the pin is read already, with another pull-up. */
  read(pin: number, pullUp: boolean, onLevel: (level: 0 | 1) => void): void {
    const mode = pullUp ? PULLUP : INPUT
    let readers = this.#readers.get(pin)
    if (!readers) {
      readers = []
      this.#readers.set(pin, readers)
      this.#begin(pin, mode, readers)
    } else if (this.#io.pins[pin]!.mode !== mode)
      throw new Error(`another sensor reads it ${pullUp ? 'without' : 'with'} pullUp`)
    readers.push(new DigitalInput(onLevel, () => this.#context.count('bounces')))
  }

  get pins(): number[] {
    return [...this.#readers.keys()]
  }

  /** Has the board report all inputs. It first says in which mode each pin is: the level of an output is none. */
  ask(): void {
    for (const pin of this.pins) askPinState(this.#io, pin)
    const onePinAPort = new Map(this.pins.map((pin) => [pin >> 3, pin]))
    for (const pin of onePinAPort.values()) this.#io.reportDigitalPin(pin, 1)
  }

  stop(): void {
    for (const reader of [...this.#readers.values()].flat()) reader.stop()
  }

  #begin(pin: number, mode: number, readers: readonly DigitalInput[]): void {
    const { onSense, onFailure } = this.#context
    this.#io.pinMode(pin, mode)
    // firmata-io passes levels on only while the pin is an input by the board's last word.
    this.#io.on(`digital-read-${pin}`, (level: 0 | 1) => {
      onSense()
      for (const reader of readers) reader.report(level)
    })
    this.#io.on(`pin-state-${pin}`, () => {
      const now = this.#io.pins[pin]!.mode
      if (now !== INPUT && now !== PULLUP)
        onFailure(new Error(`D${pin} is no input any more: the board has lost its settings; opening it anew`))
    })
  }
}
