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
  I2C_CONFIG,
  I2C_REQUEST,
  PIN_STATE_QUERY,
  pinStateReport,
  REPORT_FIRMWARE,
  SAMPLING_INTERVAL,
  stringReport,
  versionReport,
} from './firmata-messages.ts'
import { ANALOG, type BoardModel, I2C, INPUT, modesOf, OUTPUT, PULLUP, UNO } from './firmata-models.ts'
import type { I2cChip } from './i2c-chips.ts'
import { I2cMaster } from './i2c-master.ts'
import type { Pty } from './pty.ts'

/**
 * A board that runs StandardFirmata at the end of a pty. In: what a host sends, the voltages at the analog pins,
 * the contacts at the digital pins and the chips on the I²C bus. Out: answers and reports. As on an Arduino Uno,
 * opening the port resets the board; it says its version when it has started.
 */

export interface FirmataBoardOptions {
  /** What an analog pin reads, 0 to full scale: 1023 with 10 bits. */
  analog: (channel: number, timeMs: number) => number
  /** The clock that `analog` and `digital` go by. */
  nowMs: () => number
  /** From reset to the first word; a real one takes about 1.6 s, most of it its boot loader's. */
  bootMs?: number
  model?: BoardModel
  firmware?: { name: string; major: number; minor: number }
  /** A board with native USB does not: it says its version when it is asked, and goes on with what it was told. */
  resetsOnOpen?: boolean
  /** What a digital pin is held at; undefined: an open contact, which a pull-up resistor makes 1. */
  digital?: (pin: number, timeMs: number) => 0 | 1 | undefined
  chips?: readonly I2cChip[]
  /** Firmware up to 2.5.8: see I2cMasterOptions. */
  repeatsOldI2cBytes?: boolean
}

/** MINIMUM_SAMPLING_INTERVAL and the initial value of StandardFirmata. */
const MIN_SAMPLING_MS = 1
const DEFAULT_SAMPLING_MS = 19
/** A real one looks at its inputs some thousand times a second. */
const SCAN_MS = 5

interface PinState {
  mode: number
  /** What was last written; the pull-up resistor for inputs. */
  value: number
}

export class FirmataBoard {
  readonly #pty: Pty
  readonly #options: Required<FirmataBoardOptions>
  /** Modes of each pin with their resolution in bits. */
  readonly #modes: readonly ReadonlyMap<number, number>[]
  readonly #i2c: I2cMaster
  #reader = new HostMessageReader()
  #pins: PinState[] = []
  #reportedChannels = new Set<number>()
  /** Reported ports with the value reported last. */
  #reportedPorts = new Map<number, number>()
  #running = false
  #boot: NodeJS.Timeout | undefined
  #sampling: NodeJS.Timeout | undefined
  #scanning: NodeJS.Timeout | undefined

  constructor(pty: Pty, options: FirmataBoardOptions) {
    this.#pty = pty
    this.#options = {
      bootMs: 1600,
      model: UNO,
      firmware: { name: 'StandardFirmata.ino', major: 2, minor: 5 },
      resetsOnOpen: true,
      digital: () => undefined,
      chips: [],
      repeatsOldI2cBytes: false,
      ...options,
    }
    this.#modes = modesOf(this.#options.model, this.#options.firmware.minor)
    const { chips, repeatsOldI2cBytes: repeatsOldBytes } = this.#options
    this.#i2c = new I2cMaster({ chips, repeatsOldBytes, write: (message) => pty.write(message) })
    pty.onOpen(() => this.#running && this.#options.resetsOnOpen && this.#reset())
    pty.onData((bytes) => {
      // Until it has booted, a board hears nothing.
      if (!this.#running || this.#boot) return
      for (const message of this.#reader.read(bytes)) this.#obey(message)
    })
  }

  /** Powers the board up, or restarts it. */
  start(): void {
    this.#running = true
    this.#reset()
  }

  /** Powers it down; the pty stays open. */
  stop(): void {
    this.#running = false
    clearTimeout(this.#boot)
    clearInterval(this.#sampling)
    clearInterval(this.#scanning)
  }

  /** One look at the digital inputs, out of turn: reports what has changed. */
  scanInputs(): void {
    for (const [port, reported] of this.#reportedPorts)
      if (this.#inputs(port) !== reported) this.#reportPort(port)
  }

  #reset(): void {
    clearTimeout(this.#boot)
    this.#forget()
    this.#boot = setTimeout(() => {
      this.#boot = undefined
      this.#sayVersion()
      this.#sayFirmware()
    }, this.#options.bootMs).unref()
  }

  #sayVersion(): void {
    const { major, minor } = this.#options.firmware
    this.#pty.write(versionReport(major, minor))
  }

  #sayFirmware(): void {
    const { major, minor, name } = this.#options.firmware
    this.#pty.write(firmwareReport(major, minor, name))
  }

  #forget(): void {
    clearInterval(this.#sampling)
    clearInterval(this.#scanning)
    this.#reader = new HostMessageReader()
    this.#reportedChannels.clear()
    this.#reportedPorts.clear()
    this.#i2c.forget()
    this.#pins = this.#modes.map((modes) => ({ mode: modes.has(ANALOG) ? ANALOG : OUTPUT, value: 0 }))
    this.#sampleEvery(DEFAULT_SAMPLING_MS)
  }

  #obey(message: HostMessage): void {
    switch (message.kind) {
      case 'report-version':
        this.#sayVersion()
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
        this.#sayFirmware()
        break
      case CAPABILITY_QUERY:
        this.#pty.write(capabilityReport(this.#modes))
        break
      case ANALOG_MAPPING_QUERY:
        this.#pty.write(analogMappingReport(this.#modes.map((_, pin) => this.#channelOf(pin))))
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
      case I2C_CONFIG:
        this.#enableI2c()
        break
      case I2C_REQUEST:
        this.#i2c.request(data)
        break
    }
  }

  #channelOf(pin: number): number | undefined {
    return this.#modes[pin]?.has(ANALOG) ? pin - this.#options.model.firstAnalogPin : undefined
  }

  #setMode(pin: number, mode: number): void {
    const state = this.#pins[pin]
    if (!state || !this.#modes[pin]!.has(mode)) {
      this.#pty.write(stringReport('Unknown pin mode'))
      return
    }
    if (state.mode === I2C && mode !== I2C) this.#i2c.forget()
    state.mode = mode
    state.value = mode === PULLUP ? 1 : 0
    const channel = this.#channelOf(pin)
    if (channel !== undefined) this.#reportAnalog(channel, mode === ANALOG)
    this.scanInputs()
  }

  /** Its pins are no inputs any more, and their reports end. */
  #enableI2c(): void {
    if (this.#i2c.enabled) return
    for (const pin of this.#options.model.i2cPins) this.#setMode(pin, I2C)
    this.#i2c.enabled = true
  }

  #setValue(pin: number, value: number): void {
    const state = this.#pins[pin]
    if (state) state.value = value
  }

  #reportAnalog(channel: number, on: boolean): void {
    if (channel >= this.#options.model.analogChannels) return
    if (!on) this.#reportedChannels.delete(channel)
    else {
      this.#reportedChannels.add(channel)
      this.#sample(channel)
    }
  }

  #reportDigital(port: number, on: boolean): void {
    if (port * 8 >= this.#pins.length) return
    if (!on) {
      this.#reportedPorts.delete(port)
      return
    }
    // Since 2.4 a port is reported at once; before, with the next change from what was reported last.
    if (this.#options.firmware.minor >= 4) this.#reportPort(port)
    else this.#reportedPorts.set(port, this.#reportedPorts.get(port) ?? 0)
    clearInterval(this.#scanning)
    this.#scanning = setInterval(() => this.scanInputs(), SCAN_MS).unref()
  }

  #reportPort(port: number): void {
    const value = this.#inputs(port)
    this.#reportedPorts.set(port, value)
    this.#pty.write(digitalReport(port, value))
  }

  /** What the inputs of a port read; pins that are no inputs are 0. */
  #inputs(port: number): number {
    const { digital, nowMs } = this.#options
    let value = 0
    for (let bit = 0; bit < 8; bit++) {
      const pin = port * 8 + bit
      const mode = this.#pins[pin]?.mode
      if (mode === PULLUP || mode === INPUT) {
        const openContact = mode === PULLUP ? 1 : 0
        value |= (digital(pin, nowMs()) ?? openContact) << bit
      }
    }
    return value
  }

  #sampleEvery(intervalMs: number): void {
    clearInterval(this.#sampling)
    this.#sampling = setInterval(() => {
      for (const channel of this.#reportedChannels) this.#sample(channel)
      this.#i2c.sample()
    }, intervalMs).unref()
  }

  #sample(channel: number): void {
    const { analog, nowMs, model } = this.#options
    if (this.#pins[model.firstAnalogPin + channel]?.mode !== ANALOG) return
    const value = Math.round(analog(channel, nowMs()))
    const fullScale = 2 ** model.analogBits - 1
    this.#pty.write(analogReport(channel, Math.min(fullScale, Math.max(0, value))))
  }
}
