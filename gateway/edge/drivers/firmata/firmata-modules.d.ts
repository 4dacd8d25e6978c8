// The parts of johnny-five and firmata-io that the driver uses; neither package has types of its own.
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events'

  export interface FirmataPin {
    supportedModes: number[]
    mode?: number
    /** 127: none. */
    analogChannel: number
  }
  export interface FirmataIo extends EventEmitter {
    isReady: boolean
    versionReceived: boolean
    version: { major?: number; minor?: number }
    firmware: { name?: string; version?: { major: number; minor: number } }
    pins: FirmataPin[]
    analogPins: number[]
    RESOLUTION: { ADC: number | null }
    /** What has been received of a message that is not complete. */
    buffer: number[]
    reportVersionTimeoutId: NodeJS.Timeout
    pinMode(pin: number, mode: number): void
    analogRead(channel: number, listener: (value: number) => void): void
    reportAnalogPin(channel: number, value: 0 | 1): void
    reportDigitalPin(pin: number, value: 0 | 1): void
    setSamplingInterval(ms: number): void
    reset(): void
    sysexCommand(message: readonly number[]): void
  }
  /** What firmata-io needs of a serial port. */
  export interface FirmataTransport extends EventEmitter {
    write(bytes: Uint8Array, onWritten: () => void): void
  }
  export interface FirmataOptions {
    reportVersionTimeout?: number
    samplingInterval?: number
  }
  const firmata: {
    Firmata: {
      new (transport: FirmataTransport, options?: FirmataOptions): FirmataIo
      /** What is done with a complete sysex message, by its command. */
      SYSEX_RESPONSE: Record<number, (io: FirmataIo) => void>
    }
  }
  export default firmata
}

declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events'
  import type { FirmataIo } from 'firmata-io'

  export interface Board extends EventEmitter {
    isReady: boolean
    timer?: NodeJS.Timeout
    io: FirmataIo
  }
  const five: {
    Board: {
      new (options: { io: FirmataIo; repl: false; debug: false; sigint: false; timeout: number }): Board
      cache: Board[]
    }
  }
  export default five
}
