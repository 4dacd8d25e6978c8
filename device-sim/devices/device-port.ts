import { asReadAtBaud } from '../ebike/uart.ts'
import type { Pty } from '../hardware/pty.ts'

/**
 * A port of a device: a pty that can be unplugged and plugged in again (as another pty, to which the same link
 * leads), be without power, or speak at another rate than it is listened to. The device at its end notices nothing
 * of that but the opening of the port.
 */
export interface PortLink {
  /** Leads the link to a path; undefined: nowhere. */
  lead(path: string | undefined): void
}

/** Where a port is: the link that leads to it, and what makes a pty each time that it is plugged in. */
export interface PortPlace {
  link: PortLink
  open: () => Pty
}

export class DevicePort implements Pty {
  readonly name: string
  readonly baud: number
  /** The rate that the device speaks at; else that of the port. */
  spokenBaud: number | undefined
  /** Without it nothing is written and nothing is heard. */
  powered = true
  readonly #link: PortLink
  readonly #open: () => Pty
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = []
  readonly #openListeners: (() => void)[] = []
  #pty: Pty | undefined
  #droppedBefore = 0

  /** Plugged in. @throws Error where no pty can be had. */
  constructor(name: string, baud: number, { link, open }: PortPlace) {
    this.name = name
    this.baud = baud
    this.#link = link
    this.#open = open
    this.plug()
  }

  /** Of the pty of now; empty while unplugged. */
  get path(): string {
    return this.#pty?.path ?? ''
  }

  get plugged(): boolean {
    return this.#pty !== undefined
  }

  get listening(): boolean {
    return this.#pty?.listening ?? false
  }

  get droppedBytes(): number {
    return this.#droppedBefore + (this.#pty?.droppedBytes ?? 0)
  }

  plug(): void {
    if (this.#pty) return
    const pty = this.#open()
    pty.onData((bytes) => this.#hear(bytes))
    pty.onOpen(() => {
      for (const listener of this.#openListeners) listener()
    })
    this.#pty = pty
    this.#link.lead(pty.path)
  }

  unplug(): void {
    if (!this.#pty) return
    this.#link.lead(undefined)
    this.#droppedBefore += this.#pty.droppedBytes
    this.#pty.close()
    this.#pty = undefined
  }

  write(bytes: Uint8Array): void {
    if (!this.powered) return
    if (this.#pty) this.#pty.write(this.#asRead(bytes))
    else this.#droppedBefore += bytes.length
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListeners.push(listener)
  }

  onOpen(listener: () => void): void {
    this.#openListeners.push(listener)
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (!this.#pty) throw new Error(`port ${this.name} is unplugged`)
    await this.#pty.ready(signal)
  }

  close(): void {
    this.unplug()
  }

  #asRead(bytes: Uint8Array): Uint8Array {
    const spoken = this.spokenBaud
    return spoken === undefined ? bytes : asReadAtBaud(bytes, spoken, this.baud)
  }

  #hear(bytes: Uint8Array): void {
    if (!this.powered) return
    const spoken = this.spokenBaud
    const heard = spoken === undefined ? bytes : asReadAtBaud(bytes, this.baud, spoken)
    for (const listener of this.#dataListeners) listener(heard)
  }
}
