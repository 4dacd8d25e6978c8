import type { PortState, PortStateName } from '../../../proto/domain.ts'
import { Backoff } from '../../foundation/backoff.ts'
import type { Log } from '../../foundation/log.ts'
import type { Driver, DriverContext } from '../drivers/driver.ts'
import type { OpenedPort } from './open-serial-port.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

export interface SerialLineOptions {
  name: string
  path: string
  /** Neither bytes nor sense for this long is a fault. */
  silenceMs: number
  /** Opens the line; called anew for each try, so a by-id link is followed each time. */
  open: () => Promise<OpenedPort>
  /** Makes the driver for a line that has just opened. */
  drive: (context: DriverContext) => Driver
  onStateChange: (state: PortState) => void
  log: Log
}

/**
 * A serial line that keeps itself open: it opens, drives, notices silence, wrong speed and unplugging, and opens
 * again with growing waits, for ever. What went wrong is told once, in words, when the state changes.
 */
export class SerialLine {
  readonly #options: SerialLineOptions
  readonly #backoff = new Backoff(FIRST_RETRY_MS, LAST_RETRY_MS)
  readonly #counters: Record<string, number> = {}
  #state: PortStateName = 'opening'
  #detail: string | undefined
  #port: OpenedPort | undefined
  #driver: Driver | undefined
  #retry: NodeJS.Timeout | undefined
  #watchdog: NodeJS.Timeout | undefined
  #lastByteMs = 0
  #lastSenseMs = 0
  #stopped = false

  constructor(options: SerialLineOptions) {
    this.#options = options
  }

  start(): void {
    void this.#open()
  }

  /** Closes the line for good. */
  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    return this.#release()
  }

  get state(): PortState {
    const { name, path } = this.#options
    const satellites = this.#driver?.satellites?.() ?? []
    return {
      name,
      path,
      state: this.#state,
      ...(this.#detail === undefined ? {} : { detail: this.#detail }),
      counters: { ...this.#counters },
      ...(satellites.length > 0 ? { satellites } : {}),
    }
  }

  async #open(): Promise<void> {
    let port: OpenedPort
    try {
      port = await this.#options.open()
    } catch (error) {
      const { state, detail } = explain(error as Error, this.#options.path)
      this.#enter(state, detail)
      this.#retryLater()
      return
    }
    if (this.#stopped) {
      await port.close()
      return
    }
    this.#port = port
    this.#lastByteMs = this.#lastSenseMs = performance.now()
    const { stream } = port
    stream.on('data', () => {
      this.#lastByteMs = performance.now()
    })
    stream.once('close', () => this.#lost(port, 'failed', 'the line was closed: unplugged?'))
    stream.on('error', (error: Error) => this.#lost(port, 'failed', error.message))
    this.#count('opened')
    this.#driver = this.#options.drive({
      port: stream,
      onSense: () => {
        this.#lastSenseMs = performance.now()
        this.#backoff.reset()
        this.#enter('open')
      },
      onFailure: (error) => this.#lost(port, 'failed', error.message),
      count: (name, by = 1) => this.#count(name, by),
    })
    const { silenceMs } = this.#options
    this.#watchdog = setInterval(() => this.#watch(port), Math.max(250, silenceMs / 4))
  }

  /** Silence closes the line, since a pulled adapter often says nothing at all; nonsense only says so. */
  #watch(port: OpenedPort): void {
    const now = performance.now()
    const { silenceMs } = this.#options
    const seconds = Math.round(silenceMs / 1000)
    if (now - this.#lastByteMs > silenceMs)
      this.#lost(port, 'silent', `nothing received for ${seconds} s: unplugged, or no power?`)
    else if (now - this.#lastSenseMs > silenceMs)
      this.#enter('baud', `bytes arrive, but nothing valid for ${seconds} s: is the baud rate right?`)
  }

  #lost(port: OpenedPort, state: PortStateName, detail: string): void {
    if (port !== this.#port) return
    void this.#release().then(() => this.#retryLater())
    this.#enter(state, detail)
  }

  async #release(): Promise<void> {
    clearInterval(this.#watchdog)
    this.#driver?.stop()
    this.#driver = undefined
    const port = this.#port
    this.#port = undefined
    await port?.close()
  }

  #retryLater(): void {
    if (this.#stopped) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#open(), this.#backoff.next())
  }

  #enter(state: PortStateName, detail?: string): void {
    if (this.#stopped || (state === this.#state && detail === this.#detail)) return
    this.#state = state
    this.#detail = detail
    const { log, name, path, onStateChange } = this.#options
    if (state === 'open') log.info({ port: name, path }, 'port is open and speaks')
    else log.warn({ port: name, path, state }, `port ${name} (${path}): ${detail}`)
    onStateChange(this.state)
  }

  #count(name: string, by = 1): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + by
  }
}

/** What an error at opening means, and what to do. */
function explain(error: Error, path: string): { state: PortStateName; detail: string } {
  const { message } = error
  if (/no such file|ENOENT/i.test(message))
    return { state: 'missing', detail: 'no such device: plug it in, or correct the path; trying again' }
  if (/cannot lock|temporarily unavailable|busy|EAGAIN|EBUSY/i.test(message))
    return {
      state: 'busy',
      detail: 'in use by another program: end it, or choose another port; trying again',
    }
  if (/permission denied|EACCES|EPERM/i.test(message))
    return {
      state: 'denied',
      detail: 'permission denied: add this user to the group of the device (often dialout); trying again',
    }
  return { state: 'failed', detail: `${message.replace(path, '').trim()}; trying again` }
}
