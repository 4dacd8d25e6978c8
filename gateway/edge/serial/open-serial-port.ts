import type { Duplex } from 'node:stream'
import { SerialPort } from 'serialport'

/** Opens a device for one process only. Rejects with the operating system's reason. */
export type OpenPort = (path: string, baud: number) => Promise<Duplex>

export const openSerialPort: OpenPort = (path, baud) =>
  new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate: baud, lock: true, autoOpen: false })
    port.open((error) => (error ? reject(error) : resolve(port)))
  })
