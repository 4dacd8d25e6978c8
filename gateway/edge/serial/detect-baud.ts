import { Framer } from '../drivers/nmea/framer.ts'
import type { OpenPort } from './open-serial-port.ts'

/** As receivers are found: 9600 and 4800 by the standard and by habit, then the faster ones. */
const NMEA_BAUDS = [9600, 4800, 38_400, 115_200, 57_600, 19_200, 230_400, 460_800]

export interface DetectBaudOptions {
  /** Default: 9600, 4800, 38400, 115200, 57600, 19200, 230400, 460800. */
  bauds?: number[]
  /** How long to listen at each; receivers speak once a second. */
  listenMs?: number
  /** Told before each try. */
  onTry?: (baud: number) => void
  signal?: AbortSignal
}

/** At a wrong rate one checksum of 256 would fit by chance. */
const ENOUGH_SENTENCES = 2

/**
 * The baud rate at which a receiver writes NMEA 0183: the first at which two sentences with right checksums come.
 * Undefined where there is none. The port is closed after each try, also after the last one.
 * @throws Error of the system where the port cannot be opened; the signal's reason when it is aborted.
 */
export async function detectNmeaBaud(
  open: OpenPort,
  path: string,
  { bauds = NMEA_BAUDS, listenMs = 2500, onTry, signal }: DetectBaudOptions = {},
): Promise<number | undefined> {
  for (const baud of bauds) {
    signal?.throwIfAborted()
    onTry?.(baud)
    const { stream, close } = await open(path, baud)
    let isNmea: boolean
    try {
      isNmea = await hearsNmea(stream, listenMs, signal)
    } finally {
      await close()
    }
    signal?.throwIfAborted()
    if (isNmea) return baud
  }
  return undefined
}

function hearsNmea(stream: NodeJS.ReadableStream, listenMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let sentences = 0
    const framer = new Framer({
      onSentence: () => sentences++,
      onUnchecked() {},
      onFault() {},
    })
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      stream.off('data', onData)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const onData = (chunk: Uint8Array): void => {
      framer.push(chunk)
      if (sentences >= ENOUGH_SENTENCES) end(() => resolve(true))
    }
    const onAbort = (): void => end(() => resolve(false))
    const timer = setTimeout(() => end(() => resolve(false)), listenMs)
    signal?.addEventListener('abort', onAbort)
    // A line that breaks while it is heard has no rate to find; the listener stays for errors that come late.
    stream.on('error', (error) => end(() => reject(error)))
    stream.on('data', onData)
  })
}
