import {
  ANALOG_MAPPING_QUERY,
  analogMappingReport,
  analogReport,
  CAPABILITY_QUERY,
  capabilityReport,
  digitalReport,
  EXTENDED_ANALOG,
  firmwareReport,
  fromSevenBit,
  type HostMessage,
  HostMessageReader,
  PIN_STATE_QUERY,
  pinStateReport,
  REPORT_FIRMWARE,
  SAMPLING_INTERVAL,
  stringReport,
  versionReport,
} from './firmata-messages.ts'
import type { Pty } from './pty.ts'

/**
 * A board of 20 pins and 6 analog channels of 10 bits that runs StandardFirmata 2.5 at the end of a pty. In:
 * what a host sends, and the voltages at the analog pins. Out: answers and reports. As on an Arduino, opening
 * the port resets the board; it says its version when it has started.
 */

export interface FirmataBoardOptions {
  /** What an analog pin reads, 0 to 1023. */
  analog: (channel: number, timeMs: number) => number
  /** The clock that `analog` goes by. */
  nowMs: () => number
  /** From reset to the first word; a real one takes about 1.6 s, most of it its boot loader's. */
  bootMs?: number
}

const INPUT = 0
const OUTPUT = 1
const ANALOG = 2
const PWM = 3
const SERVO = 4
const I2C = 6
const PULLUP = 11

const PINS = 20
const FIRST_ANALOG_PIN = 14
const PWM_PINS = [3, 5, 6, 9, 10, 11]
const I2C_PINS = [18, 19]
const MAX_ADC = 1023
/** MINIMUM_SAMPLING_INTERVAL and the initial value of StandardFirmata. */
const MIN_SAMPLING_MS = 1
const DEFAULT_SAMPLING_MS = 19

/** Modes of each pin with their resolution in bits; pins 0 and 1 are the serial line itself. */
const MODES: readonly ReadonlyMap<number, number>[] = Array.from({ length: PINS }, (_, pin) => {
  const modes = new Map<number, number>()
  if (pin < 2) return modes
  modes.set(INPUT, 1).set(PULLUP, 1).set(OUTPUT, 1)
  if (pin >= FIRST_ANALOG_PIN) modes.set(ANALOG, 10)
  else modes.set(SERVO, 14)
  if (PWM_PINS.includes(pin)) modes.set(PWM, 8)
  if (I2C_PINS.includes(pin)) modes.set(I2C, 1)
  return modes
})

interface PinState {
  mode: number
  /** What was last written; the pull-up resistor for inputs. */
  value: number
}

export class FirmataBoard {
  readonly #pty: Pty
  readonly #options: Required<FirmataBoardOptions>
  #reader = new HostMessageReader()
  #pins: PinState[] = []
  #reportedChannels = new Set<number>()
  /** Reported ports with the value reported last. */
  #reportedPorts = new Map<number, number>()
  #running = false
  #boot: NodeJS.Timeout | undefined
  #sampling: NodeJS.Timeout | undefined

  constructor(pty: Pty, options: FirmataBoardOptions) {
    this.#pty = pty
    this.#options = { bootMs: 1600, ...options }
    pty.onOpen(() => this.#running && this.#reset())
    pty.onData((bytes) => {
      // Until it has booted, a board hears nothing.
      if (!this.#running || this.#boot) return
      for (const message of this.#reader.read(bytes)) this.#obey(message)
    })
  }

  /** Powers the board up. */
  start(): void {
    this.#running = true
    this.#reset()
  }

  /** Powers it down; the pty stays open. */
  stop(): void {
    this.#running = false
    clearTimeout(this.#boot)
    clearInterval(this.#sampling)
  }

  #reset(): void {
    clearTimeout(this.#boot)
    this.#forget()
    this.#boot = setTimeout(() => {
      this.#boot = undefined
      this.#pty.write(versionReport(2, 5))
      this.#pty.write(firmwareReport(2, 5, 'StandardFirmata.ino'))
    }, this.#options.bootMs).unref()
  }

  #forget(): void {
    clearInterval(this.#sampling)
    this.#reader = new HostMessageReader()
    this.#reportedChannels.clear()
    this.#reportedPorts.clear()
    this.#pins = MODES.map((modes) => ({ mode: modes.has(ANALOG) ? ANALOG : OUTPUT, value: 0 }))
    this.#sampleEvery(DEFAULT_SAMPLING_MS)
  }

  #obey(message: HostMessage): void {
    switch (message.kind) {
      case 'report-version':
        this.#pty.write(versionReport(2, 5))
        break
      case 'system-reset':
        this.#forget()
        break
      case 'set-pin-mode':
        this.#setMode(message.pin, message.mode)
        break
      case 'set-pin-value':
        this.#setValue(message.pin, message.value === 0 ? 0 : 1)
        break
      case 'analog-write':
        this.#setValue(message.pin, message.value)
        break
      case 'digital-write':
        for (let bit = 0; bit < 8; bit++) {
          const pin = message.port * 8 + bit
          if (this.#pins[pin]?.mode === OUTPUT) this.#setValue(pin, (message.value >> bit) & 1)
        }
        break
      case 'report-analog':
        this.#reportAnalog(message.channel, message.on)
        break
      case 'report-digital':
        this.#reportDigital(message.port, message.on)
        break
      case 'sysex':
        this.#obeySysex(message.command, message.data)
        break
    }
  }

  #obeySysex(command: number, data: readonly number[]): void {
    const [first = 0] = data
    switch (command) {
      case REPORT_FIRMWARE:
        this.#pty.write(firmwareReport(2, 5, 'StandardFirmata.ino'))
        break
      case CAPABILITY_QUERY:
        this.#pty.write(capabilityReport(MODES))
        break
      case ANALOG_MAPPING_QUERY:
        this.#pty.write(
          analogMappingReport(
            MODES.map((modes, pin) => (modes.has(ANALOG) ? pin - FIRST_ANALOG_PIN : undefined)),
          ),
        )
        break
      case PIN_STATE_QUERY: {
        const pin = this.#pins[first]
        if (pin) this.#pty.write(pinStateReport(first, pin.mode, pin.value))
        break
      }
      case EXTENDED_ANALOG:
        this.#setValue(first, fromSevenBit(data.slice(1)))
        break
      case SAMPLING_INTERVAL:
        this.#sampleEvery(Math.max(MIN_SAMPLING_MS, fromSevenBit(data)))
        break
    }
  }

  #setMode(pin: number, mode: number): void {
    const state = this.#pins[pin]
    if (!state || !MODES[pin]!.has(mode)) {
      this.#pty.write(stringReport('Unknown pin mode'))
      return
    }
    state.mode = mode
    state.value = mode === PULLUP ? 1 : 0
    if (MODES[pin]!.has(ANALOG)) this.#reportAnalog(pin - FIRST_ANALOG_PIN, mode === ANALOG)
    const port = pin >> 3
    const reported = this.#reportedPorts.get(port)
    if (reported !== undefined && reported !== this.#inputs(port)) this.#reportDigital(port, true)
  }

  #setValue(pin: number, value: number): void {
    const state = this.#pins[pin]
    if (state) state.value = value
  }

  #reportAnalog(channel: number, on: boolean): void {
    if (!MODES[FIRST_ANALOG_PIN + channel]?.has(ANALOG)) return
    if (!on) this.#reportedChannels.delete(channel)
    else {
      this.#reportedChannels.add(channel)
      this.#sample(channel)
    }
  }

  #reportDigital(port: number, on: boolean): void {
    if (port * 8 >= PINS) return
    if (!on) {
      this.#reportedPorts.delete(port)
      return
    }
    const value = this.#inputs(port)
    this.#reportedPorts.set(port, value)
    this.#pty.write(digitalReport(port, value))
  }

  /** Nothing is connected to the digital pins: an input reads its pull-up resistor. */
  #inputs(port: number): number {
    let value = 0
    for (let bit = 0; bit < 8; bit++) if (this.#pins[port * 8 + bit]?.mode === PULLUP) value |= 1 << bit
    return value
  }

  #sampleEvery(intervalMs: number): void {
    clearInterval(this.#sampling)
    this.#sampling = setInterval(() => {
      for (const channel of this.#reportedChannels) this.#sample(channel)
    }, intervalMs).unref()
  }

  #sample(channel: number): void {
    const value = Math.round(this.#options.analog(channel, this.#options.nowMs()))
    this.#pty.write(analogReport(channel, Math.min(MAX_ADC, Math.max(0, value))))
  }
}
