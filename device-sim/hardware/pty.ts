import { spawnSync } from 'node:child_process'
import { closeSync, readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * A serial line made of a real pseudo-terminal: the device holds the master, the gateway opens the slave by its
 * path. In: bytes of the device. Out: bytes of the gateway. Like a serial line it keeps nothing for a gateway
 * that is not there: such bytes are dropped and counted. `openPty` may fail where the system has no ptys.
 *
 * node-pty's own stream over the master is not used: it ends for good when the gateway closes the slave, it
 * spins while the kernel's buffer is full, and it reads the slave as well. Here the master is a plain
 * non-blocking descriptor, looked at by a timer: EIO says that nobody has the slave open.
 */

export interface Pty {
  /** Path of the slave, for the gateway to open. */
  readonly path: string
  /** Whether someone has the slave open and is ready for bytes. */
  readonly listening: boolean
  /** Bytes lost because nobody listened, or because the listener read too slowly. */
  readonly droppedBytes: number
  /** Queues bytes for the listener; never blocks. */
  write(bytes: Uint8Array): void
  onData(listener: (bytes: Uint8Array) => void): void
  /** Called each time that someone has opened the slave; a board resets then. */
  onOpen(listener: () => void): void
  /**
   * Resolves once someone listens and all that was written has gone to the kernel.
   * @throws Error of the signal when it is aborted, Error when the pty is closed.
   */
  ready(signal?: AbortSignal): Promise<void>
  /** Pulls the cable: whoever has the slave open loses it. */
  close(): void
}

interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string }
}

/** While a gateway has the slave open. */
const LOOK_MS = 20
/** While nobody has. */
const IDLE_LOOK_MS = 40
/** Opening a port flushes what came before its settings were made: bytes sent in that moment would be lost. */
const SETTLE_MS = 100
/** A listener that reads slower than this fills up loses the oldest bytes, as with any serial line. */
const QUEUE_BYTES = 4 * 1024 * 1024
const CHUNK_BYTES = 64 * 1024

/**
 * Opens a pty in raw mode: every byte passes as it is, both ways, also before the gateway sets the port up.
 * Close it: it holds a descriptor and a timer (which does not keep the process alive). A child process started
 * while a pty is open inherits the master (node-pty gives it no close-on-exec flag): `close` then pulls the
 * cable only when that child has ended too, or has dropped it (drop-inherited-ptys.ts).
 * @throws Error where this system gives no pty or has no stty.
 */
export function openPty(): Pty {
  const { master, slave, pty: path } = nativePty().open(80, 24)
  try {
    makeRaw(path)
  } catch (error) {
    closeSync(master)
    throw error
  } finally {
    closeSync(slave)
  }
  return new MasterSide(master, path)
}

function nativePty(): NativePty {
  const require = createRequire(import.meta.url)
  try {
    return require('@lydell/node-pty/requireBinary.js').requireBinary('pty.node') as NativePty
  } catch (cause) {
    throw new Error(
      `simulated serial ports need @lydell/node-pty with its binary for ${process.platform}-${process.arch}: run npm install without --omit=optional, on Linux or macOS`,
      { cause },
    )
  }
}

/** The modes of a terminal outlive its last opener, so the gateway finds them set. */
function makeRaw(path: string): void {
  const device = process.platform === 'linux' ? '-F' : '-f'
  const { error, status, stderr } = spawnSync('stty', [device, path, 'raw', '-echo'], { encoding: 'utf8' })
  if (error || status !== 0)
    throw new Error(`stty could not set ${path} to raw mode: ${error?.message ?? stderr.trim()}`)
}

class MasterSide implements Pty {
  readonly path: string
  readonly #master: number
  readonly #incoming = Buffer.allocUnsafe(CHUNK_BYTES)
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = []
  readonly #openListeners: (() => void)[] = []
  readonly #waiting = new Set<{ resolve: () => void; reject: (error: Error) => void }>()
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #droppedBytes = 0
  #openedAtMs: number | undefined
  #listening = false
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(master: number, path: string) {
    this.#master = master
    this.path = path
    this.#lookLater()
  }

  get listening(): boolean {
    return this.#listening
  }

  get droppedBytes(): number {
    return this.#droppedBytes
  }

  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return
    // A copy: the writer may use its buffer again.
    this.#queue.push(new Uint8Array(bytes))
    this.#queuedBytes += bytes.length
    while (this.#queuedBytes > QUEUE_BYTES) this.#drop(this.#queue.shift()!)
    this.#send()
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListeners.push(listener)
  }

  onOpen(listener: () => void): void {
    this.#openListeners.push(listener)
  }

  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#closed) throw new Error(`${this.path} is closed`)
    if (this.#listening && this.#queue.length === 0) return
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => waiter.reject(signal!.reason as Error)
      const settle = () => {
        signal?.removeEventListener('abort', onAbort)
        this.#waiting.delete(waiter)
      }
      const waiter = {
        resolve: () => {
          settle()
          resolve()
        },
        reject: (error: Error) => {
          settle()
          reject(error)
        },
      }
      this.#waiting.add(waiter)
      signal?.addEventListener('abort', onAbort)
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#listening = false
    clearTimeout(this.#timer)
    closeSync(this.#master)
    for (const waiter of [...this.#waiting]) waiter.reject(new Error(`${this.path} is closed`))
  }

  #look(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const received = this.#receive()
    // A data listener may have pulled the cable.
    if (this.#closed) return
    this.#send()
    if (this.#listening && this.#queue.length === 0) for (const waiter of [...this.#waiting]) waiter.resolve()
    this.#lookLater(received)
  }

  #lookLater(busy = false): void {
    const open = this.#openedAtMs !== undefined
    const delayMs = busy || (this.#listening && this.#queue.length > 0) ? 1 : open ? LOOK_MS : IDLE_LOOK_MS
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), delayMs).unref()
  }

  /** Takes what the gateway wrote, and notices whether it is there at all. */
  #receive(): boolean {
    let received = false
    while (!this.#closed) {
      let length: number
      try {
        length = readSync(this.#master, this.#incoming)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EAGAIN') this.#isOpen()
        else if (code === 'EIO') this.#isShut()
        else throw error
        return received
      }
      // macOS reports a slave that nobody has open as the end of the file.
      if (length === 0) {
        this.#isShut()
        return received
      }
      received = true
      const bytes = new Uint8Array(this.#incoming.subarray(0, length))
      for (const listener of this.#dataListeners) listener(bytes)
    }
    return received
  }

  #isOpen(): void {
    const nowMs = performance.now()
    this.#openedAtMs ??= nowMs
    if (this.#listening || nowMs - this.#openedAtMs < SETTLE_MS) return
    this.#listening = true
    for (const listener of this.#openListeners) listener()
  }

  #isShut(): void {
    this.#openedAtMs = undefined
    this.#listening = false
  }

  #send(): void {
    if (!this.#listening) {
      for (const bytes of this.#queue.splice(0)) this.#drop(bytes)
      return
    }
    while (this.#queue.length > 0) {
      const head = this.#queue[0]!
      let length: number
      try {
        length = writeSync(this.#master, head)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EAGAIN') return
        throw error
      }
      this.#queuedBytes -= length
      if (length < head.length) {
        this.#queue[0] = head.subarray(length)
        return
      }
      this.#queue.shift()
    }
  }

  #drop(bytes: Uint8Array): void {
    this.#queuedBytes -= bytes.length
    this.#droppedBytes += bytes.length
  }
}
