import { spawnSync } from 'node:child_process'
import { closeSync, readSync, realpathSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as realSleep } from 'node:timers/promises'
import type { Pty } from '../../device-sim/hardware/pty.ts'
import { type OpenPort, openSerialPort } from '../../gateway/edge/serial/open-serial-port.ts'

/**
 * Real pseudo-terminals for a run in virtual time. The device writes into the kernel, the gateway opens the other
 * end with the real serialport; all bytes are counted at both ends, so it is known when every one of them has been
 * read. Nothing looks at a line by a timer: virtual time stands still until `settle` says that all is quiet.
 */

/** Real time after which bytes that do not arrive are a mistake of the harness. */
const STUCK_MS = 10_000
/** serialport sees a pulled cable at once only while it waits for bytes: so long after the last ones it does. */
const BEFORE_PULL_MS = 5
const AFTER_PULL_MS = 50
/** A promise chain may reach over a turn of the event loop. */
const QUIET_TURNS = 2

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class LockstepLines {
  readonly #lines = new Set<LockstepPty>()
  /** Openings and closings that the operating system has not answered yet. */
  #underWay = 0
  #openPort: OpenPort

  constructor(openPort: OpenPort = openSerialPort) {
    this.#openPort = openPort
  }

  /** A line for a device; {@link openPort} is its other end. */
  openPty(): Pty {
    const line = new LockstepPty()
    this.#lines.add(line)
    return line
  }

  /** For the gateway: the real serialport, with its bytes counted. */
  readonly openPort: OpenPort = async (path, baud, parity) => {
    this.#underWay++
    try {
      const { stream, close } = await this.#openPort(path, baud, parity)
      const line = this.#lineAt(path)
      const gateway = { heardBytes: 0, wroteBytes: 0, gone: false }
      stream.on('data', (bytes: Uint8Array) => {
        gateway.heardBytes += bytes.length
      })
      const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
      stream.write = (chunk: Uint8Array, ...rest: unknown[]) => {
        gateway.wroteBytes += chunk.length
        return write(chunk, ...rest)
      }
      stream.once('close', () => {
        gateway.gone = true
      })
      line?.opened(gateway)
      return {
        stream,
        close: async () => {
          this.#underWay++
          try {
            await close()
          } finally {
            line?.shut(gateway)
            this.#underWay--
          }
        },
      }
    } finally {
      this.#underWay--
    }
  }

  /**
   * Waits, in real time, until all bytes have been read and everything that followed from them is done.
   * @throws Error where bytes do not arrive.
   */
  async settle(): Promise<void> {
    let deadlineMs = 0
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      await turn()
      let busy = this.#underWay > 0
      for (const line of this.#lines) {
        if (line.pulling) {
          await realSleep(BEFORE_PULL_MS)
          await line.pull(AFTER_PULL_MS)
          this.#lines.delete(line)
          busy = true
        } else if (line.exchange()) busy = true
      }
      quiet = busy ? 0 : quiet + 1
      if (!busy) continue
      deadlineMs ||= process.uptime() * 1000 + STUCK_MS
      if (process.uptime() * 1000 > deadlineMs)
        throw new Error(`the lines do not come to rest: ${[...this.#lines].map(String).join('; ')}`)
    }
  }

  close(): void {
    for (const line of this.#lines) line.release()
    this.#lines.clear()
  }

  #lineAt(path: string): LockstepPty | undefined {
    const real = realpathSync(path)
    return [...this.#lines].find((line) => line.path === real)
  }
}

interface GatewaySide {
  heardBytes: number
  wroteBytes: number
  gone: boolean
}

class LockstepPty implements Pty {
  readonly path: string
  readonly #master: number
  readonly #incoming = Buffer.allocUnsafe(65_536)
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = []
  readonly #openListeners: (() => void)[] = []
  #queue: Uint8Array[] = []
  #gateway: GatewaySide | undefined
  /** Since the gateway opened the line. */
  #sentBytes = 0
  #takenBytes = 0
  #closed = false
  droppedBytes = 0
  pulling = false

  constructor() {
    const require = createRequire(import.meta.url)
    const { requireBinary } = require('@lydell/node-pty/requireBinary.js')
    const { master, slave, pty } = requireBinary('pty.node').open(80, 24)
    const { status, stderr } = spawnSync('stty', ['-F', pty, 'raw', '-echo'], { encoding: 'utf8' })
    closeSync(slave)
    if (status !== 0) throw new Error(`stty could not set ${pty} to raw mode: ${stderr}`)
    this.#master = master
    this.path = pty
  }

  get listening(): boolean {
    return this.#gateway !== undefined && !this.pulling && !this.#closed
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (!this.listening) {
      this.droppedBytes += bytes.length
      return
    }
    this.#queue.push(new Uint8Array(bytes))
    this.#send()
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

  /** The cable is pulled when the line has come to rest. */
  close(): void {
    this.pulling = true
    this.#queue = []
  }

  opened(gateway: GatewaySide): void {
    this.#gateway = gateway
    this.#sentBytes = 0
    this.#takenBytes = 0
    for (const listener of this.#openListeners) listener()
  }

  shut(gateway: GatewaySide): void {
    if (this.#gateway === gateway) this.#gateway = undefined
    this.#queue = []
  }

  /** Moves what can be moved; true while something is on its way. */
  exchange(): boolean {
    const gateway = this.#gateway
    if (!gateway || this.#closed || gateway.gone) return false
    let moved = false
    while (gateway.wroteBytes > this.#takenBytes && this.#receive()) moved = true
    this.#send()
    return (
      moved ||
      this.#queue.length > 0 ||
      gateway.wroteBytes > this.#takenBytes ||
      this.#sentBytes > gateway.heardBytes
    )
  }

  async pull(waitMs: number): Promise<void> {
    const gateway = this.#gateway
    this.release()
    for (let waitedMs = 0; gateway && !gateway.gone && waitedMs < waitMs; waitedMs++) await realSleep(1)
  }

  release(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#master)
  }

  toString(): string {
    const { heardBytes, wroteBytes } = this.#gateway ?? {}
    return `${this.path} sent ${this.#sentBytes} heard ${heardBytes} wrote ${wroteBytes} taken ${this.#takenBytes}`
  }

  #receive(): boolean {
    let length: number
    try {
      length = readSync(this.#master, this.#incoming)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN' || code === 'EIO') return false
      throw error
    }
    this.#takenBytes += length
    const bytes = new Uint8Array(this.#incoming.subarray(0, length))
    for (const listener of this.#dataListeners) listener(bytes)
    return length > 0
  }

  #send(): void {
    while (this.#queue.length > 0) {
      const head = this.#queue[0]!
      let length: number
      try {
        length = writeSync(this.#master, head)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return
        throw error
      }
      this.#sentBytes += length
      if (length < head.length) {
        this.#queue[0] = head.subarray(length)
        return
      }
      this.#queue.shift()
    }
  }
}
