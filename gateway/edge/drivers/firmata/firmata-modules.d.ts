// The parts of johnny-five and firmata-io that the driver uses; neither package has types of its own.
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  export interface FirmataIo extends EventEmitter {
    isReady: boolean
    analogPins: number[]
    RESOLUTION: { ADC: number | null }
    firmware: { name?: string; version?: { major: number; minor: number } }
    setSamplingInterval(ms: number): void
    removeAllListeners(event?: string): this
  }
  export interface FirmataOptions {
    reportVersionTimeout?: number
    samplingInterval?: number
  }
  const firmata: { Firmata: new (port: Duplex, options?: FirmataOptions) => FirmataIo }
  export default firmata
}

declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events'
  import type { FirmataIo } from 'firmata-io'

  export interface Board extends EventEmitter {
    isReady: boolean
    timer?: NodeJS.Timeout
    io: FirmataIo
    pinMode(pin: string | number, mode: number): void
    analogRead(pin: string | number, handler: (value: number) => void): void
  }
  const five: {
    Board: {
      new (options: { io: FirmataIo; repl: false; debug: false; sigint: false; timeout?: number }): Board
      cache: Board[]
    }
  }
  export default five
}
