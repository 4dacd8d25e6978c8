/**
 * The Firmata protocol, seen from a board: reads what a host sends, writes what a board answers. Written from
 * the protocol description (github.com/firmata/protocol, version 2.5). A status byte has its top bit set, data
 * bytes do not; what needs more than 7 bits is sent in 7-bit pieces, lowest first.
 */

const START_SYSEX = 0xf0
const END_SYSEX = 0xf7
const DIGITAL_MESSAGE = 0x90
const REPORT_ANALOG = 0xc0
const REPORT_DIGITAL = 0xd0
const ANALOG_MESSAGE = 0xe0
const SET_PIN_MODE = 0xf4
const SET_DIGITAL_PIN_VALUE = 0xf5
const REPORT_VERSION = 0xf9
const SYSTEM_RESET = 0xff

/** Sysex commands. */
export const ANALOG_MAPPING_QUERY = 0x69
const ANALOG_MAPPING_RESPONSE = 0x6a
export const CAPABILITY_QUERY = 0x6b
const CAPABILITY_RESPONSE = 0x6c
export const PIN_STATE_QUERY = 0x6d
const PIN_STATE_RESPONSE = 0x6e
export const EXTENDED_ANALOG = 0x6f
const STRING_DATA = 0x71
export const I2C_REQUEST = 0x76
const I2C_REPLY = 0x77
export const I2C_CONFIG = 0x78
export const REPORT_FIRMWARE = 0x79
export const SAMPLING_INTERVAL = 0x7a

/** A board of this size takes sysex messages no longer than this (MAX_DATA_BYTES of its firmware). */
const MAX_SYSEX_BYTES = 64
/** Ends the list of modes of one pin; as an analog channel: none. */
const NONE = 0x7f

export type HostMessage =
  | { kind: 'report-version' }
  | { kind: 'system-reset' }
  | { kind: 'set-pin-mode'; pin: number; mode: number }
  | { kind: 'set-pin-value'; pin: number; value: number }
  | { kind: 'analog-write'; pin: number; value: number }
  | { kind: 'digital-write'; port: number; value: number }
  | { kind: 'report-analog'; channel: number; on: boolean }
  | { kind: 'report-digital'; port: number; on: boolean }
  | { kind: 'sysex'; command: number; data: readonly number[] }

/** Cuts a byte stream into messages. What is no message is skipped, as firmware does; nothing throws. */
export class HostMessageReader {
  #status = 0
  #data: number[] = []

  read(bytes: Uint8Array): HostMessage[] {
    const messages: HostMessage[] = []
    for (const byte of bytes) {
      const message = this.#readByte(byte)
      if (message) messages.push(message)
    }
    return messages
  }

  #readByte(byte: number): HostMessage | undefined {
    if (byte < 0x80) {
      if (this.#status === 0) return undefined
      this.#data.push(byte)
      if (this.#status === START_SYSEX) {
        if (this.#data.length > MAX_SYSEX_BYTES) this.#status = 0
        return undefined
      }
      return this.#data.length === dataLength(this.#status) ? this.#finish() : undefined
    }
    if (byte === END_SYSEX && this.#status === START_SYSEX) return this.#finish()
    this.#status = byte
    this.#data = []
    return dataLength(byte) === 0 ? this.#finish() : undefined
  }

  #finish(): HostMessage | undefined {
    const status = this.#status
    this.#status = 0
    return toMessage(status, this.#data)
  }
}

/** Data bytes after a status byte; Infinity for sysex and for what a board does not know. */
function dataLength(status: number): number {
  if (status === REPORT_VERSION || status === SYSTEM_RESET) return 0
  if (status === SET_PIN_MODE || status === SET_DIGITAL_PIN_VALUE) return 2
  const command = status & 0xf0
  if (command === REPORT_ANALOG || command === REPORT_DIGITAL) return 1
  return command === ANALOG_MESSAGE || command === DIGITAL_MESSAGE ? 2 : Infinity
}

function toMessage(status: number, data: readonly number[]): HostMessage | undefined {
  const [first = 0, second = 0] = data
  const low = status & 0x0f
  switch (status < 0xf0 ? status & 0xf0 : status) {
    case REPORT_VERSION:
      return { kind: 'report-version' }
    case SYSTEM_RESET:
      return { kind: 'system-reset' }
    case SET_PIN_MODE:
      return { kind: 'set-pin-mode', pin: first, mode: second }
    case SET_DIGITAL_PIN_VALUE:
      return { kind: 'set-pin-value', pin: first, value: second }
    case ANALOG_MESSAGE:
      return { kind: 'analog-write', pin: low, value: fromSevenBit(data) }
    case DIGITAL_MESSAGE:
      return { kind: 'digital-write', port: low, value: fromSevenBit(data) }
    case REPORT_ANALOG:
      return { kind: 'report-analog', channel: low, on: first !== 0 }
    case REPORT_DIGITAL:
      return { kind: 'report-digital', port: low, on: first !== 0 }
    case START_SYSEX:
      return data.length > 0 ? { kind: 'sysex', command: first, data: data.slice(1) } : undefined
    default:
      return undefined
  }
}

export function fromSevenBit(data: readonly number[]): number {
  return data.reduce((value, piece, index) => value + piece * 2 ** (7 * index), 0)
}

export function versionReport(major: number, minor: number): Uint8Array {
  return Uint8Array.of(REPORT_VERSION, major, minor)
}

export function firmwareReport(major: number, minor: number, name: string): Uint8Array {
  return sysex(REPORT_FIRMWARE, [major, minor, ...characters(name)])
}

export function stringReport(text: string): Uint8Array {
  return sysex(STRING_DATA, characters(text))
}

/** @param pins for each pin its modes with their resolution in bits. */
export function capabilityReport(pins: readonly ReadonlyMap<number, number>[]): Uint8Array {
  return sysex(
    CAPABILITY_RESPONSE,
    pins.flatMap((modes) => [...[...modes].flat(), NONE]),
  )
}

/** @param channels for each pin its analog channel, where it has one. */
export function analogMappingReport(channels: readonly (number | undefined)[]): Uint8Array {
  return sysex(
    ANALOG_MAPPING_RESPONSE,
    channels.map((channel) => channel ?? NONE),
  )
}

export function pinStateReport(pin: number, mode: number, state: number): Uint8Array {
  const pieces = [state & 0x7f]
  for (let rest = state >> 7; rest > 0; rest >>= 7) pieces.push(rest & 0x7f)
  return sysex(PIN_STATE_RESPONSE, [pin, mode, ...pieces])
}

/** A channel up to 15 with a value of up to 14 bits has a message of its own; what is larger goes as sysex. */
export function analogReport(channel: number, value: number): Uint8Array {
  const low = value & 0x7f
  const high = (value >> 7) & 0x7f
  if (channel > 15 || value >= 1 << 14) return sysex(EXTENDED_ANALOG, [channel, low, high, value >> 14])
  return Uint8Array.of(ANALOG_MESSAGE | channel, low, high)
}

/** @param value one bit for each of the port's eight pins. */
export function digitalReport(port: number, value: number): Uint8Array {
  return Uint8Array.of(DIGITAL_MESSAGE | port, value & 0x7f, (value >> 7) & 0x7f)
}

/** @param register 0 where the read named none. */
export function i2cReply(address: number, register: number, data: readonly number[]): Uint8Array {
  return sysex(
    I2C_REPLY,
    [address, register, ...data].flatMap((byte) => [byte & 0x7f, byte >> 7]),
  )
}

function sysex(command: number, data: readonly number[]): Uint8Array {
  return Uint8Array.of(START_SYSEX, command, ...data, END_SYSEX)
}

function characters(text: string): number[] {
  return [...Buffer.from(text, 'latin1')].flatMap((code) => [code & 0x7f, code >> 7])
}
