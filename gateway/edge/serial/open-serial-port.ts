import type { Duplex } from 'node:stream'
import { SerialPort } from 'serialport'

/** A line that is open: its bytes, and how to let go of it. */
export interface OpenedPort {
  stream: Duplex
  /** Resolves when another program could open the device. Never rejects. */
  close(): Promise<void>
}

/** Opens a device for one process only. Rejects with the operating system's reason. */
export type OpenPort = (path: string, baud: number, parity?: Parity) => Promise<OpenedPort>
type Parity = 'none' | 'even' | 'odd'

export const openSerialPort: OpenPort = (path, baud, parity = 'none') =>
  new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate: baud, parity, lock: true, autoOpen: false })
    // destroy() of a SerialPort leaves the device open: only its own close() closes it.
    const close = (): Promise<void> =>
      new Promise((closed) => {
        if (port.isOpen && !port.closing) port.close(() => closed())
        else if (port.closing) port.once('close', () => closed())
        else closed()
      })
    port.open((error) => (error ? reject(error) : resolve({ stream: port, close })))
  })
