import type { Pty } from './pty.ts'

export interface LineDeviceOptions {
  /** `T={temp} H={humidity}`: each name in braces stands for the text that its function gives. */
  template: string
  values: Record<string, () => string>
  /** What stands between lines; default CR LF. */
  delimiter?: string
}

/** A device that writes lines of text, in bytes of UTF-8, when it is told to or at an interval. */
export class LineDevice {
  readonly #pty: Pty
  readonly #options: LineDeviceOptions
  #timer: NodeJS.Timeout | undefined

  constructor(pty: Pty, options: LineDeviceOptions) {
    this.#pty = pty
    this.#options = options
  }

  /** @throws RangeError where the template has a name without a value. */
  writeLine(): void {
    const { template, values, delimiter = '\r\n' } = this.#options
    const line = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      if (!value) throw new RangeError(`template ${template}: no value for ${name}`)
      return value()
    })
    this.#pty.write(new TextEncoder().encode(line + delimiter))
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => this.writeLine(), everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
