import { readlinkSync } from 'node:fs'
import { Duplex } from 'node:stream'
import type { Pty } from '../../device-sim/hardware/pty.ts'
import type { OpenPort } from '../../gateway/edge/serial/open-serial-port.ts'

/**
 * Lines without a kernel: what the device writes is pushed into the stream that the gateway reads, and the other way
 * round. Ten times as fast as lockstep-lines.ts, with the same bytes at the same virtual moments.
 */

/** A promise chain may reach over a turn of the event loop. */
const QUIET_TURNS = 1

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class MemoryLines {
  readonly #lines = new Map<string, MemoryPty>()

  openPty(): Pty {
    const line = new MemoryPty(`/memory/${this.#lines.size}`)
    this.#lines.set(line.path, line)
    return line
  }

  readonly openPort: OpenPort = async (path) => {
    let line: MemoryPty | undefined
    try {
      line = this.#lines.get(readlinkSync(path))
    } catch {
      line = undefined
    }
    if (!line || line.closed) throw new Error(`Error: No such file or directory, cannot open ${path}`)
    return line.open()
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await turn()
      for (const line of this.#lines.values()) if (line.takeMoved()) quiet = -1
    }
  }

  close(): void {
    for (const line of this.#lines.values()) line.close()
  }
}

class MemoryPty implements Pty {
  readonly path: string
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = []
  readonly #openListeners: (() => void)[] = []
  #stream: Duplex | undefined
  #moved = false
  droppedBytes = 0
  closed = false

  constructor(path: string) {
    this.path = path
  }

  get listening(): boolean {
    return this.#stream !== undefined
  }

  write(bytes: Uint8Array): void {
    if (!this.#stream) {
      this.droppedBytes += bytes.length
      return
    }
    if (bytes.length === 0) return
    this.#moved = true
    this.#stream.push(Buffer.from(bytes))
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListeners.push(listener)
  }

  onOpen(listener: () => void): void {
    this.#openListeners.push(listener)
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  /** Pulls the cable. */
  close(): void {
    this.closed = true
    this.#stream?.destroy()
    this.#stream = undefined
  }

  open(): { stream: Duplex; close: () => Promise<void> } {
    const stream: Duplex = new Duplex({
      read() {},
      write: (chunk: Uint8Array, _encoding, done) => {
        this.#moved = true
        if (stream === this.#stream)
          for (const listener of this.#dataListeners) listener(new Uint8Array(chunk))
        done()
      },
    })
    this.#stream = stream
    for (const listener of this.#openListeners) listener()
    return {
      stream,
      close: async () => {
        if (stream === this.#stream) this.#stream = undefined
        stream.destroy()
      },
    }
  }

  /** Whether anything has gone over the line since the last call. */
  takeMoved(): boolean {
    const moved = this.#moved
    this.#moved = false
    return moved
  }
}
